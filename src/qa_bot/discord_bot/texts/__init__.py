"""What the bot says of itself, in the language of the interaction; English where there is no other.

Quotes are never translated. No text carries its meaning by an emoji or a colour.
"""

from __future__ import annotations

from qa_bot.discord_bot.texts.english import ENGLISH
from qa_bot.discord_bot.texts.french import FRENCH
from qa_bot.discord_bot.texts.german import GERMAN
from qa_bot.discord_bot.texts.record import Texts
from qa_bot.discord_bot.texts.spanish import SPANISH

LANGUAGES = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}

__all__ = ["ENGLISH", "LANGUAGES", "Texts", "texts_for"]


def texts_for(locale: object = None) -> Texts:
    """The texts for a Discord locale such as ``de`` or ``es-419``."""
    return LANGUAGES.get(str(locale or "en").split("-")[0].lower(), ENGLISH)
