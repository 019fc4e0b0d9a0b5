"""What a click on a button does. A button of an older generation never shows another one's passages."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import discord

from qa_bot.discord_bot import places
from qa_bot.discord_bot.commands import ask
from qa_bot.discord_bot.delivery import NO_MENTIONS, acknowledge, fill_in, respond
from qa_bot.discord_bot.engine import NotReadyError
from qa_bot.discord_bot.feedback import Answered
from qa_bot.discord_bot.rendering import Button, Rendered, asked_in, faithful, render_context, render_spots
from qa_bot.discord_bot.reports import sources_page
from qa_bot.discord_bot.texts import Texts, texts_for

if TYPE_CHECKING:
    from qa_bot.discord_bot.client import QaBot

Interaction = discord.Interaction[Any]

_CONTEXT = re.compile(rf"{places.TAG_PATTERN}:(?P<index>\d):{places.PLACES_PATTERN}")
_PASSAGES = re.compile(rf"{places.TAG_PATTERN}:{places.PLACES_PATTERN}")
_VOTE = re.compile(rf"{places.TAG_PATTERN}:(?P<vote>[yn]):(?P<outcome>[ar]):{places.PLACES_PATTERN}")
_DELETE = re.compile(r"(?P<asker>\d{1,20})")
_AGAIN = re.compile(r"(?P<kind>[mo]):(?P<channel>\d{1,20}):(?P<message>\d{1,20})")
_PAGE = re.compile(r"(?P<page>\d{1,6})")


async def click(bot: QaBot, interaction: Interaction, kind: str, state: str) -> None:
    """Dispatch a click by the kind of its button."""
    known = {
        "c": (_CONTEXT, _context),
        "n": (_PASSAGES, _next_passages),
        "k": (_PASSAGES, _closest),
        "v": (_VOTE, _vote),
        "d": (_DELETE, _delete),
        "a": (_AGAIN, _again),
        "s": (_PAGE, _turn_page),
    }
    pattern, handler = known.get(kind, (None, None))
    match = pattern.fullmatch(state) if pattern else None
    if match is None or handler is None:
        await expired(bot, interaction)
        return
    try:
        await handler(bot, interaction, match, texts_for(interaction.locale))
    except ValueError:  # a state that was tampered with, or of a version with another form
        await expired(bot, interaction)


async def expired(bot: QaBot, interaction: Interaction) -> None:
    """The answer to a button that nothing is known of."""
    rendered = Rendered(texts_for(interaction.locale).expired)
    if interaction.response.is_done():
        await fill_in(bot, interaction, rendered)
    else:
        await respond(bot, interaction, rendered)


async def _context(bot: QaBot, interaction: Interaction, match: re.Match[str], texts: Texts) -> None:
    spots = places.unpack(match["places"])
    index = int(match["index"])
    if index >= len(spots):
        raise ValueError("no such quote")
    await acknowledge(bot, interaction, private=True)
    library = await _library(bot, interaction, match["tag"], spots, texts)
    if library is not None:
        await _show(bot, interaction, render_context(spots, index, library, texts), library, texts)


async def _next_passages(bot: QaBot, interaction: Interaction, match: re.Match[str], texts: Texts) -> None:
    await _passages(bot, interaction, match, texts, texts.next_title, mark="")


async def _closest(bot: QaBot, interaction: Interaction, match: re.Match[str], texts: Texts) -> None:
    await _passages(bot, interaction, match, texts, f"**{texts.closest_title}**", mark=texts.no_answer_mark)


async def _passages(
    bot: QaBot, interaction: Interaction, match: re.Match[str], texts: Texts, title: str, *, mark: str
) -> None:
    spots = places.unpack(match["places"])
    await acknowledge(bot, interaction, private=True)
    library = await _library(bot, interaction, match["tag"], spots, texts)
    if library is not None:
        await _show(bot, interaction, render_spots(title, spots, library, texts, mark=mark), library, texts)


async def _vote(bot: QaBot, interaction: Interaction, match: re.Match[str], texts: Texts) -> None:
    spot = places.unpack(match["places"])[0]
    message = interaction.message
    if message is None:
        raise ValueError("a vote on nothing")
    await acknowledge(bot, interaction, private=True)
    answered = match["outcome"] == "a"
    about = Answered(str(message.id), answered, match["tag"])
    if answered:
        try:
            library = await bot.engine.show(match["tag"], [spot])
        except NotReadyError:
            library = None
        if library is not None:
            source = next(name for name, number in library.ordinals.items() if number == spot.ordinal)
            quote = library.documents[source][spot.start : spot.end]
            about = Answered(str(message.id), True, match["tag"], source, spot.start, spot.end, quote)
    asked = bot.asking.conversations.asked(message.id)
    if not asked and (echoed := asked_in(message.content)):
        asked = (echoed,)
    outcome = await asyncio.to_thread(
        bot.feedback.vote, about, interaction.user.id, helpful=match["vote"] == "y", asked=asked
    )
    said = {"new": texts.voted, "changed": texts.vote_changed, "same": texts.vote_same}[outcome]
    await fill_in(bot, interaction, Rendered(said))


async def _delete(bot: QaBot, interaction: Interaction, match: re.Match[str], texts: Texts) -> None:
    if interaction.user.id != int(match["asker"]) and not interaction.permissions.manage_messages:
        await respond(bot, interaction, Rendered(texts.not_yours))
        return
    await bot.delivery.send(interaction.response.defer)
    await bot.delivery.send(interaction.delete_original_response)


async def _again(bot: QaBot, interaction: Interaction, match: re.Match[str], texts: Texts) -> None:
    channel, message = int(match["channel"]), int(match["message"])
    asked = bot.asking.conversations.asked(message)
    if not asked:
        question = await bot.question_of(channel, message, answer=match["kind"] == "o")
        asked = (question,) if question else ()
    if not asked:
        await respond(bot, interaction, Rendered(texts.lost_question))
        return
    await ask(interaction, asked[-1], history=asked[:-1], private=True)


async def _turn_page(bot: QaBot, interaction: Interaction, match: re.Match[str], texts: Texts) -> None:
    from qa_bot.discord_bot.buttons import view_of

    rendered = sources_page(bot.engine, int(match["page"]), texts)
    await bot.delivery.send(
        lambda: interaction.response.edit_message(
            content=rendered.content,
            view=view_of(rendered.buttons),
            allowed_mentions=NO_MENTIONS,
            suppress_embeds=True,
        )
    )


async def _library(bot: QaBot, interaction: Interaction, tag: str, spots: tuple[places.Spot, ...], texts: Texts) -> Any:
    """The texts behind a button; None once it was told that there are none, and why."""
    try:
        library = await bot.engine.show(tag, spots)
    except NotReadyError as error:
        from qa_bot.discord_bot.asking import notice

        await fill_in(bot, interaction, notice(texts.not_ready, reason=str(error)))
        return None
    if library is None:
        await fill_in(bot, interaction, Rendered(texts.old_generation, _again_button(interaction, texts)))
    return library


def _again_button(interaction: Interaction, texts: Texts) -> tuple[Button, ...]:
    """A button that asks again what this message answered, where that can be found out later."""
    message, channel = interaction.message, interaction.channel_id
    if message is None or channel is None:
        return ()
    kind, number = "o", message.id
    if message.reference is not None and message.reference.message_id is not None:
        kind, number = "m", message.reference.message_id
    return (Button(f"qa:a:{kind}:{channel}:{number}", texts.button_again, "primary"),)


async def _show(bot: QaBot, interaction: Interaction, rendered: Rendered, library: Any, texts: Texts) -> None:
    if not faithful(rendered, library.documents):
        rendered = Rendered(texts.withheld)
    await fill_in(bot, interaction, rendered)
