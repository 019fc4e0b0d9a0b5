"""A thousand questions at once: how soon each is acknowledged, and how long the bot's event loop was held up.

    python benchmarks/discord_load.py [--questions 1000] [--queue 64]

The loopback Discord of the tests runs in this process, the bot in another; nothing else is reached. The figures are
written as one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SAMPLE_SECONDS = 0.005


async def load(questions: int, queue: int) -> dict[str, Any]:
    """Ask them all, wait until each has its answer, and gather the figures."""
    from tests.discord.loopback import Loopback

    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder) / "lag.json"
        async with Loopback() as server:
            server.validate = False  # the figures are those of the bot
            bot = await _start(server.api_base, samples, queue)
            await server.gateway.ready.wait()
            asked = await server.slash("ask", question="Is everything in order?", user=1)
            while "not ready" in (await asked.reply())["content"]:
                asked = await server.slash("ask", question="Is everything in order?", user=1)
            before = _memory(bot.pid)
            began = time.monotonic()
            everyone = [
                await server.slash("ask", question=f"How many arrests were made on day {number}?", user=10**18 + number)
                for number in range(questions)
            ]
            sent = time.monotonic()
            async with asyncio.timeout(300):
                await asyncio.gather(*(one.filled.wait() for one in everyone))
            ended = time.monotonic()
            after = _memory(bot.pid)
            bot.send_signal(signal.SIGTERM)
            await bot.wait()
            lags = [lag for at, lag in json.loads(samples.read_text()) if began <= at <= ended]
            problems = server.problems
    waits = sorted(one.acknowledged_after or 1e9 for one in everyone)
    busy = sum("busy" in (one.message or {}).get("content", "") for one in everyone)
    return {
        "questions": questions,
        "queue": queue,
        "sent_within_s": round(sent - began, 2),
        "acknowledged_within_3_s": sum(wait <= 3.0 for wait in waits) / questions,
        "acknowledged_p50_s": round(statistics.median(waits), 3),
        "acknowledged_max_s": round(waits[-1], 3),
        "answered": questions - busy,
        "told_busy": busy,
        "all_done_after_s": round(ended - began, 2),
        "loop_lag_ms": _percentiles(lags),
        "memory_mb": {"before": before["VmRSS"], "after": after["VmRSS"], "peak": after["VmHWM"]},
        "payload_problems": len(problems),
        "load_average": os.getloadavg()[0],
        "cpus": os.cpu_count(),
    }


async def _start(api_base: str, samples: Path, queue: int) -> asyncio.subprocess.Process:
    from tests.discord.loopback.model import TOKEN

    environment = {
        **os.environ,
        "QA_BOT_CORPUS_DIR": str(ROOT / "seeds"),
        "QA_BOT_DISCORD_TOKEN": TOKEN,
        "QA_BOT_DISCORD_API_BASE": api_base,
        "QA_BOT_DISCORD_QUEUE_SIZE": str(queue),
        "QA_BOT_DISCORD_GUILD_QUESTIONS": "0",
    }
    return await asyncio.create_subprocess_exec(sys.executable, __file__, "--bot", str(samples), env=environment)


def serve(samples: Path) -> int:
    """The bot as ``qa-bot discord`` runs it, with a task that measures how late it is woken."""
    from qa_bot.discord_bot import client, lifecycle
    from qa_bot.settings import load_settings

    lags: list[tuple[float, float]] = []

    class Measured(client.QaBot):
        async def setup_hook(self) -> None:
            await super().setup_hook()
            self.spawn(self._sample())

        async def _sample(self) -> None:
            while True:
                before = time.monotonic()
                await asyncio.sleep(SAMPLE_SECONDS)
                now = time.monotonic()
                lags.append((now, now - before - SAMPLE_SECONDS))

    lifecycle.QaBot = Measured  # type: ignore[misc]
    code = lifecycle.run(load_settings())
    samples.write_text(json.dumps(lags))
    return code


def _memory(process: int) -> dict[str, int]:
    """Resident memory in MB, now and at its highest."""
    status = Path(f"/proc/{process}/status").read_text()
    return {name: int(size) // 1024 for name, size in re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status)}


def _percentiles(lags: list[float]) -> dict[str, float]:
    ordered = sorted(lags)
    at = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {name: round(ordered[int(share * last)] * 1000, 1) for name, share in at.items()} | {"samples": len(ordered)}


def main() -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--queue", type=int, default=64)
    parser.add_argument("--bot", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bot is not None:
        return serve(arguments.bot)
    print(json.dumps(asyncio.run(load(arguments.questions, arguments.queue)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
