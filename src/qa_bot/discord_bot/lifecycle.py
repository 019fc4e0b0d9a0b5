"""From settings to an exit code: a supervisor restarts on anything but 0 and 78.

0 ended as asked (SIGTERM, SIGINT); 2 something that may pass (another process holds the token, Discord can't be
reached); 78 a setting, token or intent that a person must mend (sysexits' EX_CONFIG).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from qa_bot.discord_bot import logs
from qa_bot.discord_bot.client import QaBot, Timing
from qa_bot.discord_bot.endpoints import use_server
from qa_bot.discord_bot.invite import check_token
from qa_bot.errors import QaBotError, SettingsError
from qa_bot.settings import Settings

_log = logging.getLogger(__name__)

OK, FAILED, CONFIGURATION = 0, 2, 78

_CLOSE_CODES = {
    4004: "Discord does not accept the token any more; copy a new one from the developer portal (Bot, Reset Token)",
    4010: "Discord refused the shard; this bot does not shard, so report this",
    4011: "the bot is in too many servers for one connection; this bot does not shard",
    4012: "Discord refused the gateway's version; upgrade discord.py",
    4013: "Discord refused the intents; upgrade qa-bot, or report this",
    4014: (
        "Discord refused a privileged intent; qa-bot asks for none, so upgrade it, or switch the intent on in the"
        " developer portal (Bot, Privileged Gateway Intents)"
    ),
}
_REFUSED_LOGIN = (
    "Discord does not accept QA_BOT_DISCORD_TOKEN (401); copy a new one from the developer portal (Bot, Reset Token)"
)


class AlreadyRunningError(QaBotError):
    """Another process on this host serves the same bot."""


def run(settings: Settings, timing: Timing | None = None) -> int:
    """Run the bot until it is told to stop, and say in one line why where it could not."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else None
    logs.configure(settings.log_level, settings.discord_log_format, (token.strip(),) if token else ())
    try:
        token = check_token(token)
        # The thread that answers gives way to the event loop sooner than Python's own 5 ms.
        sys.setswitchinterval(0.0005)
        with only_process(token):
            return asyncio.run(_serve(settings, token, timing))
    except (SettingsError, discord.LoginFailure, discord.PrivilegedIntentsRequired) as error:
        return _configuration(error)
    except discord.ConnectionClosed as error:
        if error.code in _CLOSE_CODES:
            return _say(_CLOSE_CODES[error.code], CONFIGURATION)
        return _say(f"Discord closed the connection ({error.code})", FAILED)
    except QaBotError as error:
        return _say(str(error), FAILED)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        status = f" (HTTP {error.status})" if isinstance(error, discord.HTTPException) else f" ({type(error).__name__})"
        return _say(f"Discord can't be reached{status}; try again later", FAILED)
    except Exception:
        _log.exception("the bot ended by an error of its own")
        return FAILED


def _configuration(error: Exception) -> int:
    if isinstance(error, discord.LoginFailure):
        return _say(_REFUSED_LOGIN, CONFIGURATION)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _say(_CLOSE_CODES[4014], CONFIGURATION)
    return _say(str(error), CONFIGURATION)


async def _serve(settings: Settings, token: str, timing: Timing | None) -> int:
    await use_server(settings.discord_api_base, settings.discord_gateway, token)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _on_signal, stop, number)
    bot = QaBot(settings, timing)
    async with bot:
        running = asyncio.ensure_future(bot.start(token))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not running.done():
            _log.info("stopping: no more questions are taken")
            await bot.drain()
            await bot.close()
            running.cancel()  # it may sleep before a reconnect
            await asyncio.wait([running])
            return OK
        if bot.ws is None and isinstance(running.exception(), AttributeError):
            # discord.py 2.7.1 trips over itself where the very first connection fails
            raise discord.GatewayNotFound
        running.result()  # raises what ended it
    return OK


def _on_signal(stop: asyncio.Event, number: signal.Signals) -> None:
    """The first signal ends in order, a second one at once."""
    if stop.is_set():
        os._exit(128 + number)
    stop.set()


@contextmanager
def only_process(token: str) -> Iterator[None]:
    """Hold the bot's place on this host. Raises ``AlreadyRunningError``.

    An abstract socket (Linux) is let go of when the process ends, however it ends, and leaves no file; two bots with
    different tokens may share an index.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    name = hashlib.sha256(token.encode()).hexdigest()[:24]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as lock:
        try:
            lock.bind(f"\0qa-bot-discord-{name}")
        except OSError:
            raise AlreadyRunningError(
                "another qa-bot on this host already serves this Discord bot; stop that one first"
            ) from None
        yield


def _say(line: str, code: int) -> int:
    sys.stderr.write(f"qa-bot: {line}\n")
    return code
