"""What the lexical side sees of a text: lower-case stems without accents, figures without their separators.

Passages and questions go through the same function, so that "detentions", "Detention" and "détention" meet.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from typing import Any

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
# Accents written as characters of their own, and the vowel signs of Indic and Thai words (but not their full stops).
_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
_WORD = rf"[^\W_{_CJK}]+(?:[{_MARKS}]+[^\W_{_CJK}]*)*"
_TOKEN = re.compile(
    rf"""
      (?:[^\W\d_]\.){{2,}}                      # U.S.  a.m.
    | \d+(?:[.,:]\d+)+                          # 1,179  3.5  10:30
    | [{_CJK}]                                  # scripts that write no spaces: a character each
    | {_WORD}(?:['’]{_WORD})*                   # words, with their apostrophes
    """,
    re.VERBOSE,
)
_POSSESSIVE = re.compile(r"['’]s?$")

STOP_WORDS = frozenset(
    "a about above after again all also am an and any are as at be because been before being between both but by can "
    "could did do does doing down during each few for from further had has have having he her here hers him his how i "
    "if in into is it its just me more most my no nor not of off on once only or other our out over own same she "
    "should so some such than that the their them then there these they this those through to too under until up us "
    "very was we were what when where which while who whom whose why will with would you your tell please know s t re "
    "ve ll d m isn't aren't wasn't weren't don't doesn't didn't won't can't couldn't shouldn't wouldn't hasn't "
    "haven't".split()
)
"""English words that carry no subject; in another language all words count, the frequent ones little."""

# A stemmer keeps a cache that isn't made for several threads.
_local = threading.local()


def terms_of(text: str) -> list[str]:
    """Return the stems of the words of ``text`` that carry a subject, in order, repeats included."""
    return [stem for word in words_of(text) if (stem := _stem(word)) is not None]


def words_of(text: str) -> list[str]:
    """Return the words, numbers and dotted acronyms of ``text`` as they are written."""
    return _TOKEN.findall(text)


def _stem(word: str) -> str | None:
    folded = _folded(word)
    # "US" and "U.S." are a country where "us" is not.
    is_acronym = len(folded) > 1 and word.isupper()
    if not folded or (folded in STOP_WORDS and not is_acronym):
        return None
    if is_acronym or any(character.isdigit() for character in folded):
        return folded
    stem: str = _stemmer().stemWord(folded)
    return stem


def _folded(word: str) -> str:
    word = _POSSESSIVE.sub("", word.replace("’", "'"))
    if word[:1].isdigit():
        return word.replace(",", "")
    if "." in word:
        word = word.replace(".", "")
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _stemmer() -> Any:
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer
