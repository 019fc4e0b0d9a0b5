"""``qa-bot discord`` as a process: exit codes, signals, the lock, restarts."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.discord.conftest import SEEDS
from tests.discord.loopback import Loopback, model
from tests.discord.loopback.model import TOKEN
from tests.discord.test_asking import QUESTION

pytestmark = pytest.mark.asyncio

Process = asyncio.subprocess.Process
Start = Callable[..., Awaitable[Process]]
READY = "Ready: 5 documents"
WRONG_TOKEN = {"QA_BOT_DISCORD_TOKEN": "wrong.token.altogether"}


@pytest_asyncio.fixture
async def start(discord_server: Loopback, index_dir: Path, tmp_path: Path) -> AsyncIterator[Start]:
    started: list[Process] = []

    async def run(*arguments: str, **environment: str) -> Process:
        own = {
            "QA_BOT_CORPUS_DIR": str(SEEDS),
            "QA_BOT_INDEX_DIR": str(index_dir),
            "QA_BOT_DISCORD_TOKEN": TOKEN,
            "QA_BOT_DISCORD_API_BASE": discord_server.api_base,
            "QA_BOT_LOG_LEVEL": "DEBUG",
        }
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("QA_BOT_")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "qa_bot", *(arguments or ("discord",))),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**inherited, **own, **environment},
            cwd=tmp_path,  # no .env there
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ended(process: Process) -> tuple[int, str, str]:
    async with asyncio.timeout(60):
        output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


def told(errors: str) -> list[str]:
    return [line for line in errors.splitlines() if line.startswith("qa-bot: ")]


async def serving(discord_server: Loopback) -> None:
    """Until the process is connected and has loaded its index."""
    await discord_server.until(lambda: READY in discord_server.gateway.presences())


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"QA_BOT_DISCORD_TOKEN": ""}, "QA_BOT_DISCORD_TOKEN is not set"),
        ({"QA_BOT_DISCORD_TOKEN": "two words"}, "holds characters that no token has"),
        (WRONG_TOKEN, "401"),
        ({"QA_BOT_DISCORD_API_BASE": "http://discord.example/api/v10"}, "plain text"),
        ({"QA_BOT_DISCORD_GATEWAY": "ws://discord.example/"}, "plain text"),
        ({"QA_BOT_DISCORD_API_BASE": "https://[discord.example"}, "an address of the form https://host"),
        ({"QA_BOT_DISCORD_API_BASE": "https://discord.example:none/"}, "an address of the form https://host"),
        ({"QA_BOT_DISCORD_GATEWAY": "wss://discord.example:99999/"}, "an address of the form wss://host"),
        ({"QA_BOT_DISCORD_GATEWAY": "wss://discord example/"}, "an address of the form wss://host"),
        ({"QA_BOT_DISCORD_GATEWAY": "wss://xn--a/"}, "an address of the form wss://host"),
        ({"QA_BOT_DISCORD_GATEWAY": "discord.example"}, "an address of the form wss://host"),
        ({"QA_BOT_DISCORD_QUEUE_SIZE": "none"}, "QA_BOT_DISCORD_QUEUE_SIZE"),
    ],
)
async def test_a_setting_that_a_person_must_mend_is_one_line_and_78(
    start: Start, environment: dict[str, str], said: str
) -> None:
    code, _, errors = await ended(await start("discord", **environment))
    assert code == 78
    assert [said in line for line in told(errors)] == [True]
    assert "Traceback" not in errors


@pytest.mark.parametrize(("close_code", "said"), [(4004, "token"), (4013, "intents"), (4014, "developer portal")])
async def test_a_gateway_that_refuses_the_bot_is_one_line_and_78(
    start: Start, discord_server: Loopback, close_code: int, said: str
) -> None:
    discord_server.gateway.close_next_identify = close_code
    code, _, errors = await ended(await start())
    assert code == 78
    assert [said in line for line in told(errors)] == [True]
    assert len([p for p in discord_server.gateway.received if p["op"] == 2]) == 1


async def test_a_token_that_is_revoked_while_serving_ends_the_bot(start: Start, discord_server: Loopback) -> None:
    process = await start()
    async with asyncio.timeout(60):
        await discord_server.gateway.ready.wait()
    await discord_server.gateway.revoke()
    code, _, errors = await ended(process)
    assert code == 78
    assert len(told(errors)) == 1


async def test_a_server_that_cannot_be_reached_is_2_for_it_may_pass(start: Start) -> None:
    nowhere = {"QA_BOT_DISCORD_API_BASE": "http://127.0.0.1:9", "QA_BOT_DISCORD_GATEWAY": "ws://127.0.0.1:9"}
    code, _, errors = await ended(await start("discord", **nowhere))
    assert code == 2
    assert len(told(errors)) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_in_order_with_what_runs_answered(
    start: Start, discord_server: Loopback, number: signal.Signals
) -> None:
    process = await start()
    await serving(discord_server)
    held = discord_server.latency = 0.3
    asked = await discord_server.slash("ask", question="What did Homan say?")
    await asked.acknowledged.wait()
    process.send_signal(number)
    assert held
    code, _, errors = await ended(process)
    assert code == 0
    assert asked.filled.is_set()
    assert TOKEN not in errors
    assert "SecretTokenOfAnInteraction" not in errors
    assert "Homan" not in errors
    assert "Traceback" not in errors


async def test_a_signal_right_after_the_start_ends_in_order_too(start: Start, discord_server: Loopback) -> None:
    process = await start()
    async with asyncio.timeout(60):
        await discord_server.gateway.ready.wait()
    process.terminate()
    code, _, errors = await ended(process)
    assert code == 0
    assert "Traceback" not in errors


async def test_a_second_signal_ends_at_once(start: Start, discord_server: Loopback) -> None:
    process = await start()
    await serving(discord_server)
    discord_server.latency = 30.0  # nothing will be answered in time
    await discord_server.slash("ask", question="What did Homan say?")
    process.send_signal(signal.SIGTERM)
    stderr = process.stderr
    assert stderr is not None
    async with asyncio.timeout(30):
        while b"stopping" not in await stderr.readline():
            pass
    process.send_signal(signal.SIGTERM)
    code, _, _ = await ended(process)
    assert code == 128 + signal.SIGTERM
    discord_server.latency = 0.0


async def test_a_second_process_for_the_same_bot_is_refused(start: Start, discord_server: Loopback) -> None:
    await start()
    async with asyncio.timeout(60):
        await discord_server.gateway.ready.wait()
    code, _, errors = await ended(await start())
    assert code == 2
    assert "already serves this Discord bot" in told(errors)[0]


async def test_buttons_of_a_killed_process_work_in_the_next(start: Start, discord_server: Loopback) -> None:
    process = await start()
    await serving(discord_server)
    asked = await discord_server.slash("ask", question=QUESTION)
    reply = await asked.reply()
    process.kill()
    await ended(process)
    discord_server.gateway.received.clear()
    await start()
    await serving(discord_server)
    clicked = await discord_server.click(reply, "More context")
    assert "detainer" in (await clicked.reply())["content"]


async def test_an_outage_at_the_gateway_is_survived(start: Start, discord_server: Loopback) -> None:
    await start()
    await serving(discord_server)
    await discord_server.gateway.drop(4000)
    message = await discord_server.say("What did Homan say?")
    assert await discord_server.answer_to(message)


async def test_logs_are_json_on_demand(start: Start, discord_server: Loopback) -> None:
    import json

    process = await start("discord", QA_BOT_DISCORD_LOG_FORMAT="json", QA_BOT_LOG_LEVEL="INFO")
    await serving(discord_server)
    process.terminate()
    _, _, errors = await ended(process)
    assert {"time", "level", "logger", "message"} <= set(json.loads(errors.splitlines()[0]))


async def test_the_invite_link_names_the_application_and_the_permissions(start: Start) -> None:
    code, output, _ = await ended(await start("discord", "--invite"))
    assert code == 0
    assert f"client_id={model.APPLICATION}" in output
    assert "permissions=274877975552" in output
    assert "applications.commands" in output


async def test_doctor_checks_discord_and_says_how_to_mend(start: Start, discord_server: Loopback) -> None:
    code, output, _ = await ended(await start("doctor"))
    assert "ok   index: generation" in output
    assert "ok   discord: logged in as quoter" in output
    assert "commands that Discord does not know yet: Answer this, ask" in output
    assert "ok   discord: Newsroom: permissions are in order in 2 text channels" in output
    assert code == 0
    discord_server.gateway.everyone_permissions = 0
    code, output, _ = await ended(await start("doctor", QA_BOT_DISCORD_CHANNELS=str(model.GENERAL)))
    assert "BAD  discord: Newsroom, #general: the bot lacks" in output
    assert code == 2
    code, output, _ = await ended(await start("doctor", **WRONG_TOKEN))
    assert "does not accept the token" in output
    assert "Reset Token" in output
    assert code == 2
