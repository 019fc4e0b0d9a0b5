"""``/rebuild``: who may, progress that is edited at most every five seconds, a result that is told whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import discord

from qa_bot.discord_bot.asking import notice
from qa_bot.discord_bot.delivery import GoneError, UndeliveredError, acknowledge, fill_in, post, respond
from qa_bot.discord_bot.rebuilding import RebuildError
from qa_bot.discord_bot.rendering import Rendered
from qa_bot.discord_bot.texts import Texts, texts_for

if TYPE_CHECKING:
    from qa_bot.discord_bot.client import QaBot

Interaction = discord.Interaction[Any]


async def rebuild(bot: QaBot, interaction: Interaction, *, full: bool) -> None:
    """Rebuild in a process of its own, then load what it published. The present index answers meanwhile."""
    texts = texts_for(interaction.locale)
    if not await bot.is_admin(interaction.user.id):
        await respond(bot, interaction, Rendered(texts.not_admin))
        return
    if bot.rebuild.running:
        await respond(bot, interaction, Rendered(texts.rebuild_running))
        return
    began = time.monotonic()
    work = asyncio.ensure_future(bot.rebuild.run(full=full))  # begins before the first wait: one at a time
    await asyncio.sleep(0)
    try:
        await acknowledge(bot, interaction, private=True)
        bot.presence_changed()
        await _tell(bot, interaction, Rendered(texts.rebuild_started), began)
        await _show_progress(bot, interaction, work, texts, began)
    except UndeliveredError:
        pass  # the rebuild goes on; the log and /status tell of it
    rendered = await _result(bot, work, texts)
    bot.presence_changed()
    with contextlib.suppress(UndeliveredError):
        await _tell(bot, interaction, rendered, began, last=True)


async def _result(bot: QaBot, work: asyncio.Future[dict[str, Any]], texts: Texts) -> Rendered:
    try:
        report = await asyncio.shield(work)
    except RebuildError as error:
        return notice(texts.rebuild_failed, reason=str(error))
    await bot.engine.reload()
    text = texts.rebuild_done if report["changed"] else texts.rebuild_unchanged
    return Rendered(text.format(**{**report, "seconds": round(report["seconds"])}))


async def _show_progress(
    bot: QaBot, interaction: Interaction, work: asyncio.Future[dict[str, Any]], texts: Texts, began: float
) -> None:
    told = ""
    while not work.done():
        await asyncio.wait([work], timeout=bot.timing.progress_seconds)
        progress = bot.rebuild.progress
        text = texts.rebuild_progress.format(stage=progress.stage, done=progress.done, total=progress.total)
        alive = time.monotonic() - began < bot.timing.interaction_seconds
        if not work.done() and progress.stage and text != told and alive:
            await _tell(bot, interaction, Rendered(text), began)
            told = text


async def _tell(bot: QaBot, interaction: Interaction, rendered: Rendered, began: float, *, last: bool = False) -> None:
    """In the interaction's message while its token lives, after that as a message in the channel."""
    if time.monotonic() - began < bot.timing.interaction_seconds:
        try:
            await fill_in(bot, interaction, rendered)
        except GoneError:
            pass
        else:
            return
    if last and isinstance(interaction.channel, discord.abc.Messageable):
        await post(bot, interaction.channel, rendered, nonce=interaction.id)
