"""The client: events in, and what they share."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import re
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord.http import Route

from qa_bot.discord_bot import clicks, messages
from qa_bot.discord_bot.admission import Admission, Cooldown, FairQueue, Refusal
from qa_bot.discord_bot.asking import Asking
from qa_bot.discord_bot.buttons import TEMPLATE, StatefulButton
from qa_bot.discord_bot.commands import Translator, build_tree
from qa_bot.discord_bot.conversations import Conversations, Seen
from qa_bot.discord_bot.delivery import NO_MENTIONS, Delivery, UndeliveredError
from qa_bot.discord_bot.engine import EngineHost
from qa_bot.discord_bot.feedback import FeedbackStore
from qa_bot.discord_bot.rebuilding import Rebuild
from qa_bot.discord_bot.rendering import asked_in
from qa_bot.settings import Settings

_log = logging.getLogger(__name__)

# The library would warn at each start that a bot without a voice has none.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

COMMANDS_FILE = "discord-commands.json"
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Timing:
    """Waits, in seconds, as Discord and its library want them; tests shorten them."""

    guild_ready: float = 2.0
    progress_seconds: float = 5.0
    interaction_seconds: float = 14.5 * 60
    """A little less than an interaction's token lives."""
    notice_seconds: float = 15.0
    drain_seconds: float = 8.0
    """What running questions get at the end; the rest of ten seconds is for closing."""


class QaBot(discord.Client):
    """One bot on one engine. ``start_engine`` before ``connect``; ``drain`` before ``close``."""

    Refusal = Refusal

    def __init__(self, settings: Settings, timing: Timing | None = None) -> None:
        self.timing = timing or Timing()
        super().__init__(
            # Mentions, direct messages and commands carry their text without the privileged intents.
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=NO_MENTIONS,
            max_messages=None,
            guild_ready_timeout=self.timing.guild_ready,
            # A thousand interactions at once may not open a thousand connections.
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        )
        self.settings = settings
        self.engine = EngineHost(settings, on_change=self.presence_changed)
        queue = FairQueue(settings.discord_queue_size, settings.discord_queue_per_user)
        admission = Admission(
            queue,
            Cooldown(settings.discord_user_questions, settings.discord_user_seconds),
            Cooldown(settings.discord_guild_questions, settings.discord_guild_seconds),
        )
        self.feedback = FeedbackStore(settings.index_dir, keep_questions=settings.discord_keep_questions)
        self.asking = Asking(self.engine, admission, Conversations(), self.feedback)
        self.rebuild = Rebuild(settings)
        self.delivery = Delivery()
        self.seen = Seen()
        self.tree = build_tree(self)
        self._told = Cooldown(2, self.timing.notice_seconds)
        self._owners: set[int] = set()
        self._answering = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._presence = ""

    @property
    def own_id(self) -> int:
        """The bot's user id; 0 before it is logged in."""
        return self.user.id if self.user is not None else 0

    # what a connection begins with

    async def setup_hook(self) -> None:
        """Buttons of earlier runs work from the first event on; commands are synced where they changed."""
        self.add_dynamic_items(StatefulButton)
        await self.tree.set_translator(Translator())
        await self._sync_commands()
        self.spawn(self.asking.admission.queue.run())
        self.spawn(self._serve_engine())

    async def on_ready(self) -> None:
        """Say so, in the log and by presence."""
        _log.info("connected as application %s, in %d servers", self.application_id, len(self.guilds))
        self._presence = ""
        await self.update_presence()

    async def on_message(self, message: discord.Message) -> None:
        """Answer what is meant for the bot."""
        await messages.on_message(self, message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Components that no button class claims: never "interaction failed"."""
        if interaction.type not in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            return
        data: dict[str, Any] = dict(interaction.data or {})
        custom_id = str(data.get("custom_id", ""))
        if not TEMPLATE.fullmatch(custom_id) and self.seen.first_time(interaction.id):
            with contextlib.suppress(UndeliveredError):
                await clicks.expired(self, interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what failed, without what people wrote."""
        del args, kwargs  # they hold what people wrote
        _log.exception("handling %s failed", event_method)

    async def clicked(self, interaction: discord.Interaction[Any], kind: str, state: str) -> None:
        """A click on one of the bot's own buttons."""
        if not self.seen.first_time(interaction.id):
            return
        with contextlib.suppress(UndeliveredError), self.in_flight():
            await clicks.click(self, interaction, kind, state)

    # what handlers ask of it

    def without_own_mention(self, content: str) -> str:
        """A message's text without the bot's own mention; other mentions stay."""
        return re.sub(rf"<@!?{self.own_id}>", " ", content).strip()

    def may_answer_in(self, channel: object) -> bool:
        """Everywhere, or in the channels of the settings, their threads, and direct messages."""
        allowed = self.settings.discord_channels
        if not allowed or isinstance(channel, (discord.DMChannel, discord.GroupChannel)):
            return True
        return getattr(channel, "id", None) in allowed or getattr(channel, "parent_id", None) in allowed

    def may_be_told(self, user: int) -> bool:
        """Whether ``user`` was not told something else just now; counts it."""
        if self._told.wait(user):
            return False
        self._told.take(user)
        return True

    async def is_admin(self, user: int) -> bool:
        """The application's owner, its team, or who the settings name."""
        if not self._owners:
            information = self.application or await self.application_info()
            self._owners = {information.owner.id}
            if information.team is not None:
                self._owners |= {member.id for member in information.team.members}
        return user in self._owners or user in self.settings.discord_admins

    async def fetched(self, channel: Any, message: int | None) -> discord.Message | None:
        """A message of ``channel``, where it can be had."""
        if message is None:
            return None
        try:
            return await asyncio.shield(asyncio.ensure_future(channel.fetch_message(message)))
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            return None

    async def question_of(self, channel: int, message: int, *, answer: bool) -> str:
        """The question in ``message``, or the one that ``message`` answers; empty where it can't be had."""
        found = await self.fetched(self.get_partial_messageable(channel), message)
        if found is None:
            return ""
        return (asked_in(found.content) or "") if answer else self.without_own_mention(found.content)

    @contextlib.contextmanager
    def in_flight(self) -> Iterator[None]:
        """Something that is waited for at the end."""
        self._answering += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._answering -= 1
            if not self._answering:
                self._idle.set()

    async def idle(self) -> None:
        """Until nothing is in flight."""
        await self._idle.wait()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """A task of the bot's own; cancelled when it closes, and never silently dead."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    # presence

    def presence_changed(self) -> None:
        """Show what the bot is doing now, soon."""
        if not self.is_closed():
            self.spawn(self.update_presence())

    async def update_presence(self) -> None:
        """Ready, rebuilding or not ready; sent only where it changed."""
        if self.ws is None or not self.ws.open:
            return
        loaded = self.engine.loaded
        status = discord.Status.online
        if loaded is None:
            status, text = discord.Status.do_not_disturb, "Not ready: no index is loaded"
        elif self.rebuild.running:
            status, text = discord.Status.idle, "Rebuilding; still answering"
        else:
            text = f"Ready: {len(loaded.sources)} documents"
        if text != self._presence:
            self._presence = text
            await self.change_presence(activity=discord.CustomActivity(text), status=status)

    # the end

    async def drain(self) -> None:
        """Take no more questions; finish those that run, and tell the rest that they were not."""
        queue = self.asking.admission.queue
        queue.close()
        try:
            async with asyncio.timeout(self.timing.drain_seconds - 2.0):
                await self.idle()
        except TimeoutError:
            queue.abandon()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    await self.idle()

    async def close(self) -> None:
        """End what runs, and let go of everything."""
        for task in self._tasks:
            task.cancel()
        await self.rebuild.stop()
        # discord.py 2.7.1 leaves this one behind; it then trips over the closed client, with a traceback in the log.
        becoming_ready = getattr(self._connection, "_ready_task", None)
        if becoming_ready is not None:
            becoming_ready.cancel()
        await super().close()
        await self.engine.close()

    # inside

    async def _serve_engine(self) -> None:
        await self.engine.reload()
        await self.engine.watch(self.settings.discord_reload_seconds)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, (discord.DiscordException, aiohttp.ClientError, OSError)):
            _log.error("a task of the bot died", exc_info=error)

    async def _sync_commands(self) -> None:
        """Tell Discord the commands where they differ from those it was told last, by hash."""
        translator = self.tree.translator
        commands = [*self.tree.get_commands(), *self.tree.get_commands(type=discord.AppCommandType.message)]
        payload = [
            await command.get_translated_payload(self.tree, translator) if translator else command.to_dict(self.tree)
            for command in dict.fromkeys(commands)
        ]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
        path = self.settings.index_dir / COMMANDS_FILE
        key = f"{Route.BASE} {self.application_id}"
        known = _read_json(path)
        if known.get(key) == digest:
            return
        try:
            await self.tree.sync()
        except discord.DiscordException as error:
            _log.error("the commands could not be synced (%s); `qa-bot doctor` says more", type(error).__name__)
            return
        _log.info("synced %d commands", len(payload))
        with contextlib.suppress(OSError):  # an unwritable folder costs a sync at each start
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({**known, key: digest}), encoding="utf-8")


def _read_json(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
