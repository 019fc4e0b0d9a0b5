"""What leaves for Discord: sent once, retried where that is safe, never where it is not.

discord.py waits out rate limits and retries 500, 502 and 504. Left to this module: 503 and broken connections (retried
with the same nonce, or where a request may be repeated), channels that refuse the bot (left alone for a while),
addresses that are being banned (everything stops for a while), and interactions that are no longer the bot's to answer.

A request is never cancelled: discord.py 2.7.1 wedges all later ones when that happens during a global rate limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord
from discord.http import handle_message_parameters
from discord.webhook.async_ import async_context

from qa_bot.discord_bot.buttons import view_of
from qa_bot.discord_bot.rendering import Rendered

if TYPE_CHECKING:
    from qa_bot.discord_bot.client import QaBot

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

LEFT_ALONE_SECONDS = 600.0
RETRIES = (0.3, 1.0, 2.0)
_GONE = {10062, 10015, 50027}
_ANSWERED_ELSEWHERE = 40060
_TEMPORARY = {503}
NO_MENTIONS = discord.AllowedMentions.none()
QUIET = discord.MessageFlags(suppress_embeds=True)


class UndeliveredError(Exception):
    """Nothing was sent, and nobody needs to be told: it was logged where that helps."""


class GoneError(UndeliveredError):
    """The interaction can't be answered any more (10062, 10015, 50027)."""


class AlreadyDoneError(UndeliveredError):
    """A repeated request found its work done: the first one had arrived, only its answer was lost."""


class Delivery:
    """Every request that sends, edits or deletes goes through ``send``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left_alone: dict[Hashable, float] = {}
        self._stopped_until = 0.0

    def leaves_alone(self, place: Hashable) -> bool:
        """Whether nothing may be sent to ``place`` (or at all) at the moment."""
        now = self._clock()
        return now < self._stopped_until or (place is not None and now < self._left_alone.get(place, 0.0))

    async def send(self, request: Callable[[], Awaitable[_T]], place: Hashable = None) -> _T:
        """What ``request`` gives; it must be one that may be repeated. Raises ``UndeliveredError``.

        ``place``: the channel's id, or whatever else is to be left alone for a while when Discord forbids this.
        """
        repeated = False
        for pause in (*RETRIES, None):
            if self.leaves_alone(place):
                raise UndeliveredError
            try:
                return await asyncio.shield(asyncio.ensure_future(request()))
            except discord.HTTPException as error:
                if error.code == _ANSWERED_ELSEWHERE and repeated:
                    raise AlreadyDoneError from None
                if error.status not in _TEMPORARY or pause is None:
                    raise self._classify(error, place) from error
            except (aiohttp.ClientError, OSError) as error:
                if pause is None:
                    _log.warning("Discord can't be reached: %s", type(error).__name__)
                    raise UndeliveredError from error
            repeated = True
            await asyncio.sleep(pause)
        raise UndeliveredError

    def _classify(self, error: discord.HTTPException, place: Hashable) -> UndeliveredError:
        """Log what an operator can mend, and decide what is left alone."""
        if error.code in _GONE:
            _log.info("an interaction was no longer there to be answered (%s)", error.code)
            return GoneError()
        if error.code == _ANSWERED_ELSEWHERE:
            _log.warning("another process answered an interaction (%s): is a second bot running?", error.code)
            return UndeliveredError()
        if error.status == 403:
            if place is not None:
                self._left_alone[place] = self._clock() + LEFT_ALONE_SECONDS
            _log.warning(
                "Discord forbids writing in channel %s (code %s); it is left alone for 10 minutes."
                " Give the bot the permissions that `qa-bot discord --invite` names.",
                place, error.code,
            )  # fmt: skip
        elif error.status == 401 or (error.status == 429 and not error.response.headers.get("Via")):
            # Discord bans an address after 10,000 such answers in ten minutes.
            self._stopped_until = self._clock() + LEFT_ALONE_SECONDS
            _log.error("Discord refuses this address or token (HTTP %s); nothing is sent for 10 minutes", error.status)
        else:
            _log.error("Discord refused a request: HTTP %s, code %s", error.status, error.code)
        return UndeliveredError()


async def post(
    bot: QaBot,
    channel: discord.abc.Messageable,
    rendered: Rendered,
    *,
    nonce: int,
    part: int = 0,
    reply_to: discord.Message | None = None,
) -> discord.Message:
    """A message in a channel. The nonce makes a retry, or a second process, send nothing twice."""
    options: dict[str, Any] = {}
    if rendered.buttons:
        options["view"] = view_of(rendered.buttons)
    if reply_to is not None:
        options["reference"] = reply_to.to_reference(fail_if_not_exists=False)
        options["mention_author"] = False
    return await bot.delivery.send(
        lambda: channel.send(
            rendered.content,
            nonce=f"{nonce}-{part}",
            allowed_mentions=NO_MENTIONS,
            suppress_embeds=True,
            **options,
        ),
        _channel_id(channel),
    )


async def acknowledge(bot: QaBot, interaction: discord.Interaction[QaBot], *, private: bool) -> None:
    """Within three seconds: "the bot is thinking". Raises ``UndeliveredError``, ``GoneError``."""
    done = (AlreadyDoneError, discord.InteractionResponded)
    with bot.asking.admission.urgency.pending(), contextlib.suppress(*done):
        await bot.delivery.send(lambda: interaction.response.defer(ephemeral=private, thinking=True))


async def respond(bot: QaBot, interaction: discord.Interaction[QaBot], rendered: Rendered) -> None:
    """The first and only response, seen by one person alone."""
    options: dict[str, Any] = {"view": view_of(rendered.buttons)} if rendered.buttons else {}
    with bot.asking.admission.urgency.pending(), contextlib.suppress(AlreadyDoneError):
        await bot.delivery.send(
            lambda: interaction.response.send_message(
                rendered.content, ephemeral=True, allowed_mentions=NO_MENTIONS, suppress_embeds=True, **options
            )
        )


async def fill_in(bot: QaBot, interaction: discord.Interaction[QaBot], rendered: Rendered) -> int:
    """Put ``rendered`` where the bot was thinking; its message's id. An edit, so it may be repeated.

    Done as ``Interaction.edit_original_response`` does it, which can't suppress embeds.
    """
    http = interaction.client.http

    async def edit() -> int:
        view = view_of(rendered.buttons) if rendered.buttons else None
        with handle_message_parameters(
            content=rendered.content, view=view, flags=QUIET, allowed_mentions=NO_MENTIONS
        ) as params:
            data = await async_context.get().edit_original_interaction_response(
                interaction.application_id,
                interaction.token,
                session=interaction._session,
                proxy=http.proxy,
                proxy_auth=http.proxy_auth,
                payload=params.payload,
                multipart=None,
                files=None,
            )
        return int(data["id"])

    return await bot.delivery.send(edit)


def _channel_id(channel: discord.abc.Messageable) -> int | None:
    number = getattr(channel, "id", None)
    return number if isinstance(number, int) else None
