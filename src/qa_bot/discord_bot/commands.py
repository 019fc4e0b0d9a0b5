"""The slash commands and the message command."""

from __future__ import annotations

import fnmatch
import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from qa_bot.discord_bot import limits
from qa_bot.discord_bot.asking import Request
from qa_bot.discord_bot.delivery import GoneError, UndeliveredError, acknowledge, fill_in, post, respond
from qa_bot.discord_bot.rebuild_command import rebuild
from qa_bot.discord_bot.rendering import Rendered
from qa_bot.discord_bot.reports import help_text, sources_page, status_text
from qa_bot.discord_bot.texts import ENGLISH, LANGUAGES, texts_for

if TYPE_CHECKING:
    from qa_bot.discord_bot.client import QaBot

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
_text = app_commands.locale_str


class Translator(app_commands.Translator):
    """Descriptions in the languages that there are texts for; the key travels in ``extras``."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Give a description in another language; None where there is none."""
        key = string.extras.get("key")
        texts = LANGUAGES.get(locale.value.split("-")[0])
        if key is None or texts is None or texts is ENGLISH:
            return None
        return str(getattr(texts, key))


class Tree(app_commands.CommandTree[Any]):
    """Answers each interaction once, and never leaves one unanswered."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Take each interaction once, also when it is replayed."""
        bot: QaBot = interaction.client
        return bot.seen.first_time(interaction.id)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Log it, and tell the person that something failed."""
        cause = error.__cause__ or error
        if isinstance(cause, UndeliveredError):
            return
        if isinstance(error, app_commands.CheckFailure):
            return
        _log.error("a command failed", exc_info=cause)
        texts = texts_for(interaction.locale)
        try:
            if interaction.response.is_done():
                await fill_in(interaction.client, interaction, Rendered(texts.failed))
            elif interaction.type is not discord.InteractionType.autocomplete:
                await respond(interaction.client, interaction, Rendered(texts.failed))
        except UndeliveredError:
            return


def build_tree(bot: QaBot) -> Tree:
    """All commands, usable in servers, in direct messages and where the bot is installed by a user."""
    tree = Tree(
        bot,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )

    @tree.command(name="ask", description=_described("ask_description"))
    @app_commands.describe(
        question=_described("ask_question"), source=_described("ask_source"), private=_described("ask_private")
    )
    async def _ask(
        interaction: Interaction,
        question: app_commands.Range[str, 1, limits.QUESTION_OPTION],
        source: str | None = None,
        private: bool = False,
    ) -> None:
        await ask(interaction, question, source=source or None, private=private)

    _ask.autocomplete("source")(_source_choices)

    @tree.context_menu(name=_text(ENGLISH.answer_this, key="answer_this"))
    async def _answer_this(interaction: Interaction, message: discord.Message) -> None:
        question = interaction.client.without_own_mention(message.content)
        if question:
            await ask(interaction, question)
        else:
            await respond(interaction.client, interaction, Rendered(texts_for(interaction.locale).no_text))

    @tree.command(name="sources", description=_described("sources_description"))
    async def _sources(interaction: Interaction) -> None:
        bot: QaBot = interaction.client
        await respond(bot, interaction, sources_page(bot.engine, 0, texts_for(interaction.locale)))

    @tree.command(name="status", description=_described("status_description"))
    async def _status(interaction: Interaction) -> None:
        bot: QaBot = interaction.client
        await acknowledge(bot, interaction, private=True)
        await fill_in(bot, interaction, await status_text(bot, texts_for(interaction.locale)))

    @tree.command(name="help", description=_described("help_description"))
    async def _help(interaction: Interaction) -> None:
        await respond(interaction.client, interaction, help_text(texts_for(interaction.locale)))

    @tree.command(name="rebuild", description=_described("rebuild_description"))
    @app_commands.describe(full=_described("rebuild_full"))
    @app_commands.default_permissions(administrator=True)
    async def _rebuild(interaction: Interaction, full: bool = False) -> None:
        await rebuild(interaction.client, interaction, full=full)

    return tree


async def ask(
    interaction: Interaction,
    question: str,
    *,
    source: str | None = None,
    private: bool = False,
    history: tuple[str, ...] = (),
) -> None:
    """Answer an interaction's question: acknowledged first, filled in when its turn has come."""
    bot: QaBot = interaction.client
    texts = texts_for(interaction.locale)
    if not bot.may_answer_in(interaction.channel):
        await respond(bot, interaction, Rendered(texts.wrong_channel))
        return
    early = bot.asking.not_ready(texts)
    if early is not None:
        await respond(bot, interaction, early)
        return
    request = Request(
        question,
        user=interaction.user.id,
        guild=interaction.guild_id,
        history=history,
        source=source,
        private=private,
        echo=True,
        texts=texts,
    )
    try:
        found = bot.asking.submit(request)
    except bot.Refusal as refusal:
        await respond(bot, interaction, bot.asking.refusal(refusal, texts))
        return
    with bot.in_flight():
        gone = False
        try:
            await acknowledge(bot, interaction, private=private)
        except GoneError:
            gone = True
        outcome = await bot.asking.outcome(request, found)
        message = None
        if not gone:
            try:
                message = await fill_in(bot, interaction, outcome.rendered)
            except GoneError:
                gone = True
        if gone:
            message = await _post_instead(bot, interaction, outcome.rendered, private=private)
        if message is not None:
            await bot.asking.sent(message, request, outcome)


async def _post_instead(bot: QaBot, interaction: Interaction, rendered: Rendered, *, private: bool) -> int | None:
    """An ordinary message, where the interaction is lost, the answer is for all, and the bot may write there."""
    channel = interaction.channel
    if private or not isinstance(channel, discord.abc.Messageable):
        return None
    if interaction.guild_id is not None:
        allowed = interaction.app_permissions
        in_thread = isinstance(channel, discord.Thread)
        if not (allowed.send_messages_in_threads if in_thread else allowed.send_messages):
            return None
    message = await post(bot, channel, rendered, nonce=interaction.id)
    return message.id


async def _source_choices(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Names that begin with, then names or titles that contain what was typed so far; from memory, so at once."""
    loaded = interaction.client.engine.loaded
    if loaded is None:
        return []
    typed = current.casefold().strip()
    scored = sorted(
        (not summary.source.casefold().startswith(typed), number)
        for number, summary in enumerate(loaded.sources)
        if typed in summary.source.casefold() or typed in summary.title.casefold()
    )
    chosen = [loaded.sources[number] for _, number in scored[: limits.CHOICES]]
    return [
        app_commands.Choice(name=_clip(_choice_name(s.source, s.title)), value=source_pattern(s.source)) for s in chosen
    ]


def source_pattern(source: str) -> str:
    """``source`` as a glob that a choice can hold: its own characters are literal, a long name ends in ``*``."""
    pattern = "".join(f"[{char}]" if char in "*?[" else char for char in source)
    if fnmatch.fnmatchcase(source, source) and len(source) <= limits.CHOICE:
        return source
    if len(pattern) <= limits.CHOICE:
        return pattern
    kept = ""
    for char in source:
        piece = f"[{char}]" if char in "*?[" else char
        if len(kept) + len(piece) >= limits.CHOICE:
            break
        kept += piece
    return kept + "*"


def _choice_name(source: str, title: str) -> str:
    return source if not title or title == source else f"{source} · {title}"


def _clip(text: str) -> str:
    text = " ".join(text.encode("utf-8", "replace").decode().split()) or "?"
    return text if len(text) <= limits.CHOICE else text[: limits.CHOICE - 1] + "…"


def _described(key: str) -> app_commands.locale_str:
    return _text(getattr(ENGLISH, key), key=key)
