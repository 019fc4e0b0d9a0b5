"""Questions asked by mentioning the bot, by replying to it, and in direct messages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from qa_bot.discord_bot import limits
from qa_bot.discord_bot.asking import Request
from qa_bot.discord_bot.delivery import UndeliveredError, post
from qa_bot.discord_bot.rendering import Rendered, asked_in
from qa_bot.discord_bot.reports import help_text
from qa_bot.discord_bot.texts import Texts, texts_for

if TYPE_CHECKING:
    from qa_bot.discord_bot.client import QaBot

_log = logging.getLogger(__name__)

_PERSONS_WRITE = {discord.MessageType.default, discord.MessageType.reply}
THREAD_MESSAGES = 25


async def on_message(bot: QaBot, message: discord.Message) -> None:
    """Answer a message that is meant for the bot; anything else is none of its business."""
    if not is_for_bot(bot, message) or not bot.seen.first_time(message.id):
        return
    if not bot.may_answer_in(message.channel) or bot.delivery.leaves_alone(message.channel.id):
        return
    texts = texts_for(message.guild.preferred_locale if message.guild else None)
    try:
        question = bot.without_own_mention(message.content)
        if not question:
            await _notice(bot, message, help_text(texts))
            return
        early = bot.asking.not_ready(texts)
        if early is not None:
            await _notice(bot, message, early)
            return
        await _answer(bot, message, question, texts)
    except UndeliveredError:
        return


def is_for_bot(bot: QaBot, message: discord.Message) -> bool:
    """A person's own message that is direct, or mentions the bot itself (not everyone, not a role)."""
    if message.author.bot or message.webhook_id is not None or message.type not in _PERSONS_WRITE:
        return False
    return message.guild is None or any(user.id == bot.own_id for user in message.mentions)


async def _answer(bot: QaBot, message: discord.Message, question: str, texts: Texts) -> None:
    user, guild = message.author.id, message.guild.id if message.guild else None
    with bot.in_flight():
        try:
            bot.asking.admission.check(user=user, guild=guild)  # before anything is fetched
            history = await earlier_questions(bot, message)
            request = Request(question, user=user, guild=guild, history=history, texts=texts)
            found = bot.asking.submit(request)
        except bot.Refusal as refusal:
            await _notice(bot, message, bot.asking.refusal(refusal, texts))
            return
        outcome = await bot.asking.outcome(request, found)
        thread = await _thread_for(bot, message, question) if outcome.found is not None else None
        if thread is None:
            sent = await post(bot, message.channel, outcome.rendered, nonce=message.id, reply_to=message)
            place = message.channel.id
        else:
            sent = await post(bot, thread, outcome.rendered, nonce=message.id)
            place = thread.id
        places = [message.id]
        if thread is not None or message.guild is None or isinstance(message.channel, discord.Thread):
            places.append(place)
        await bot.asking.sent(sent.id, request, outcome, *places)


async def earlier_questions(bot: QaBot, message: discord.Message) -> tuple[str, ...]:
    """What was asked before in this conversation, oldest first; costs at most one request."""
    known = bot.asking.conversations.asked
    reference = message.reference
    if reference is not None and reference.message_id is not None:
        if asked := known(reference.message_id):
            return asked
        return await _questions_behind(bot, message, reference)
    if asked := known(message.channel.id):  # a thread's or a direct channel's
        return asked
    if isinstance(message.channel, discord.Thread) and message.channel.owner_id == bot.own_id:
        return await _questions_in_thread(bot, message.channel, message)
    return ()


async def _questions_behind(
    bot: QaBot, message: discord.Message, reference: discord.MessageReference
) -> tuple[str, ...]:
    """The question of the message replied to: its own text, the one it repeats, or the one that it replies to."""
    replied = reference.resolved
    fetched = not isinstance(replied, discord.Message)
    if fetched:
        replied = await bot.fetched(message.channel, reference.message_id)
    if not isinstance(replied, discord.Message):
        return ()
    if replied.author.id != bot.own_id:
        question = bot.without_own_mention(replied.content)
        return (question,) if question else ()
    if question := asked_in(replied.content) or "":
        return (question,)
    origin = replied.reference.message_id if replied.reference else None
    if fetched or origin is None:
        return ()
    asked = await bot.fetched(message.channel, origin)
    question = bot.without_own_mention(asked.content) if asked is not None else ""
    return (question,) if question else ()


async def _questions_in_thread(bot: QaBot, thread: discord.Thread, before: discord.Message) -> tuple[str, ...]:
    """The questions in a thread of the bot's own, the one that it began with first."""
    try:
        written = [message async for message in thread.history(limit=THREAD_MESSAGES, before=before)]
    except discord.HTTPException:
        return ()
    questions = []
    for message in reversed(written):
        starter = message.reference.resolved if message.reference else None
        if message.type is discord.MessageType.thread_starter_message and isinstance(starter, discord.Message):
            message = starter  # noqa: PLW2901
        if not message.author.bot and (question := bot.without_own_mention(message.content)):
            questions.append(question)
    return tuple(questions)


async def _thread_for(bot: QaBot, message: discord.Message, question: str) -> discord.Thread | None:
    """A thread at the question, where the operator wants them and Discord allows it here."""
    if not bot.settings.discord_mention_opens_thread or not isinstance(message.channel, discord.TextChannel):
        return None
    name = " ".join(question.encode("utf-8", "replace").decode().split())[: limits.THREAD_NAME] or "…"
    try:
        return await bot.delivery.send(
            lambda: message.create_thread(name=name, auto_archive_duration=1440), f"{message.channel.id} (threads)"
        )
    except UndeliveredError:
        return None  # the answer goes below the question instead


async def _notice(bot: QaBot, message: discord.Message, rendered: Rendered) -> None:
    """Something that is no answer; told to a person once in a while, however often they write."""
    if bot.may_be_told(message.author.id):
        await post(bot, message.channel, rendered, nonce=message.id, reply_to=message)
