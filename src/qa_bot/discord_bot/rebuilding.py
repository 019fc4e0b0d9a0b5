"""One rebuild at a time, in a process of its own, with its progress."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from dataclasses import dataclass
from typing import Any

from qa_bot.settings import Settings

_log = logging.getLogger(__name__)


class RebuildError(Exception):
    """The rebuild failed; the text is one line that says why."""


@dataclass(slots=True)
class Progress:
    """How far a rebuild is, in the words of the build."""

    stage: str = ""
    done: int = 0
    total: int = 0


class Rebuild:
    """``run`` once at a time; ``progress`` is what it last said, ``running`` whether it runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.progress = Progress()
        self.running = False
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, *, full: bool) -> dict[str, Any]:
        """The worker's report: changed, documents, passages, embedded, seconds. Raises ``RebuildError``."""
        if self.running:
            raise RebuildError("a rebuild is already running")
        self.running = True
        self.progress = Progress()
        try:
            return await self._run(full)
        finally:
            self.running = False
            await self.stop()

    async def stop(self) -> None:
        """End a rebuild that runs; the index on disk stays as it is, for a build is published at its end."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    async def _run(self, full: bool) -> dict[str, Any]:
        order = {
            "full": full,
            "settings": {
                name: value
                for name, value in self._settings.model_dump(mode="json").items()
                if not name.startswith("discord_")  # the token is of no use to a build
            },
        }
        environment = {name: value for name, value in os.environ.items() if name != "QA_BOT_DISCORD_TOKEN"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "qa_bot.discord_bot.rebuild_worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
        self._process = process
        if process.stdin is None or process.stdout is None:
            raise RebuildError("the rebuild could not be started")
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()
        report: dict[str, Any] = {}
        async for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # a library that prints
            if "stage" in said:
                self.progress = Progress(said["stage"], said["done"], said["total"])
            else:
                report = said
        code = await process.wait()
        if "error" in report or not report:
            raise RebuildError(
                report.get("error") or f"the build ended with code {code}; run `qa-bot build` to see why"
            )
        return report
