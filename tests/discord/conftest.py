"""A loopback Discord, the index of the seeds, and a bot that is connected to both."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from qa_bot.discord_bot.client import QaBot, Timing
from qa_bot.discord_bot.endpoints import use_server
from qa_bot.settings import Settings
from tests.conftest import link_export
from tests.discord.loopback import Loopback, model

SEEDS = Path(__file__).parents[2] / "seeds"
QUICK = Timing(guild_ready=0.05, progress_seconds=0.05, drain_seconds=4.0, notice_seconds=0.0001)

Connect = Callable[..., AbstractAsyncContextManager[QaBot]]


@pytest.fixture
def index_dir(seeds_index: Path, tmp_path: Path) -> Path:
    """An index of one's own; the exported model is linked, for it is large and only read."""
    folder = tmp_path / "embeddings"
    shutil.copytree(seeds_index, folder, symlinks=True, ignore=shutil.ignore_patterns("models"))
    return link_export(seeds_index / "models", folder)


@pytest_asyncio.fixture
async def discord_server() -> AsyncIterator[Loopback]:
    async with Loopback() as server:
        yield server
    assert server.problems == []


@pytest.fixture
def settings_for(index_dir: Path, discord_server: Loopback) -> Callable[..., Settings]:
    def make(**changes: Any) -> Settings:
        return Settings(
            **{
                "corpus_dir": SEEDS,
                "index_dir": index_dir,
                "discord_token": model.TOKEN,
                "discord_api_base": discord_server.api_base,
                "discord_gateway": discord_server.gateway.url,
                "discord_reload_seconds": 0.1,
                **changes,
            }
        )

    return make


@pytest.fixture
def connect(discord_server: Loopback, settings_for: Callable[..., Settings]) -> Connect:
    """``async with connect(setting=...) as bot``: connected, with the index loaded where there is one."""

    @contextlib.asynccontextmanager
    async def connected(*, ready: bool = True, timing: Timing = QUICK, **changes: Any) -> AsyncIterator[QaBot]:
        settings = settings_for(**changes)
        await use_server(settings.discord_api_base, settings.discord_gateway, model.TOKEN)
        async with QaBot(settings, timing) as bot:
            running = asyncio.ensure_future(bot.start(model.TOKEN))
            await _first(running, bot.wait_until_ready())
            if ready:
                await _first(running, _loaded(bot))
            yield bot
            await bot.close()
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    return connected


@pytest_asyncio.fixture
async def bot(connect: Connect) -> AsyncIterator[QaBot]:
    async with connect() as connected:
        yield connected


@pytest.fixture(autouse=True)
def _no_blocked_heartbeat(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A loop that was blocked for long shows as this line of discord.py's."""
    yield
    messages = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not [message for message in messages if "heartbeat blocked" in message]


async def _first(running: asyncio.Future[None], wanted: Any) -> None:
    """Wait for ``wanted``, but not past the end of the bot."""
    waiting = asyncio.ensure_future(wanted)
    async with asyncio.timeout(30):
        await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    await waiting


async def _loaded(bot: QaBot) -> None:
    while bot.engine.loaded is None:
        await asyncio.sleep(0.01)
