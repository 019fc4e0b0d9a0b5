"""What goes wrong between the bot and Discord, and what the bot does then."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path

import pytest

from qa_bot.discord_bot.client import QaBot
from tests.discord.conftest import Connect
from tests.discord.loopback import Fault, Loopback
from tests.discord.loopback.model import ALICE, BOB, GENERAL, MENTIONS_CONTENT_INTENT, OTHER
from tests.discord.test_asking import QUESTION, settled

pytestmark = pytest.mark.asyncio

MESSAGES = rf"/channels/{GENERAL}/messages"
CALLBACK = r"/interactions/\d+/[^/]+/callback"
ORIGINAL = r"/webhooks/\d+/[^/]+/messages/@original"
VIA = {"Via": "1.1 google"}


def posts(discord_server: Loopback, path: str = MESSAGES) -> list[int]:
    return [r.status for r in discord_server.requests if r.method == "POST" and re.fullmatch(path, r.path)]


@pytest.mark.parametrize("code", [50013, 50001, 160002])
async def test_a_channel_that_forbids_is_left_alone(
    bot: QaBot, discord_server: Loopback, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    discord_server.faults.append(Fault("POST", MESSAGES, 403, {"code": code, "message": "Missing"}, times=99))
    await discord_server.say(QUESTION)
    await discord_server.request("POST", MESSAGES)
    await bot.idle()
    for _ in range(3):
        await discord_server.say("What did Homan say?")
    await settled(discord_server)
    assert posts(discord_server) == [403]
    warnings = [r for r in caplog.records if "forbids writing in channel" in r.getMessage()]
    assert len(warnings) == 1
    message = await discord_server.say(QUESTION, channel=OTHER)
    assert await discord_server.answer_to(message)


async def test_an_interaction_that_is_unknown_becomes_an_ordinary_message(bot: QaBot, discord_server: Loopback) -> None:
    data = {"id": "1", "name": "ask", "type": 1, "options": [{"name": "question", "type": 3, "value": QUESTION}]}
    await discord_server.interact(2, data, known=False)
    sent = await discord_server.request("POST", MESSAGES)
    assert "detainer" in sent.body["content"]
    assert sent.body["content"].startswith("-# Question: ")


async def test_an_unknown_interaction_stays_unanswered_where_the_bot_may_not_write_or_it_was_private(
    bot: QaBot, discord_server: Loopback
) -> None:
    options = [{"name": "question", "type": 3, "value": QUESTION}]
    data = {"id": "1", "name": "ask", "type": 1, "options": options}
    await discord_server.interact(2, data, known=False, app_permissions=0)
    private = {"name": "private", "type": 5, "value": True}
    await discord_server.interact(2, {**data, "options": [*options, private]}, known=False, user=BOB)
    await settled(discord_server)
    await bot.idle()
    assert posts(discord_server) == []


@pytest.mark.parametrize("code", [50027, 10015])
async def test_a_token_that_has_died_becomes_an_ordinary_message(
    bot: QaBot, discord_server: Loopback, code: int
) -> None:
    status = 401 if code == 50027 else 404
    discord_server.faults.append(Fault("PATCH", ORIGINAL, status, {"code": code, "message": "Invalid"}))
    await discord_server.slash("ask", question=QUESTION)
    sent = await discord_server.request("POST", MESSAGES)
    assert "detainer" in sent.body["content"]


async def test_what_another_process_answered_is_left_to_it(bot: QaBot, discord_server: Loopback) -> None:
    discord_server.faults.append(Fault("POST", CALLBACK, 400, {"code": 40060, "message": "acknowledged"}))
    await discord_server.slash("ask", question=QUESTION)
    await discord_server.request("POST", CALLBACK)
    await settled(discord_server)
    await bot.idle()
    assert posts(discord_server) == []
    assert not [r for r in discord_server.requests if re.fullmatch(ORIGINAL, r.path)]


@pytest.mark.parametrize("is_global", [False, True])
async def test_a_rate_limit_is_waited_out_and_everything_is_answered_once(
    bot: QaBot, discord_server: Loopback, is_global: bool
) -> None:
    limited = {"message": "You are being rate limited.", "retry_after": 0.05, "global": is_global}
    discord_server.faults.append(Fault("POST", MESSAGES, 429, limited, VIA, times=3))
    asked = [await discord_server.say(f"{QUESTION} {number}") for number in range(4)]
    for message in asked:
        assert await discord_server.answer_to(message)
    assert posts(discord_server).count(200) == 4


async def test_a_ban_of_the_address_stops_everything_for_a_while(
    bot: QaBot, discord_server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    discord_server.faults.append(Fault("POST", MESSAGES, 429, "error code: 1015"))
    await discord_server.say(QUESTION)
    await discord_server.request("POST", MESSAGES)
    await bot.idle()
    count = len(discord_server.requests)
    await discord_server.say(QUESTION, channel=OTHER)
    asked = await discord_server.slash("ask", question=QUESTION)
    while not bot.seen._ids & {int(asked.payload["id"])}:
        await asyncio.sleep(0.001)
    await bot.idle()
    assert len(discord_server.requests) == count
    assert "nothing is sent for 10 minutes" in caplog.text


@pytest.mark.parametrize("status", [503, 0, 500, 502])
@pytest.mark.parametrize("after", [False, True])
async def test_an_outage_is_retried_with_the_same_nonce(
    bot: QaBot, discord_server: Loopback, status: int, after: bool
) -> None:
    discord_server.faults.append(Fault("POST", MESSAGES, status, {"message": "", "code": 0}, after=after))
    message = await discord_server.say(QUESTION)
    await discord_server.until(lambda: 200 in posts(discord_server))
    nonces = [body["nonce"] for body in discord_server.sent()]
    assert nonces == [f"{message['id']}-0"] * 2
    answers = [m for m in discord_server.messages.values() if m.get("message_reference")]
    assert len(answers) == 1


async def test_a_lost_acknowledgement_is_not_answered_twice(bot: QaBot, discord_server: Loopback) -> None:
    discord_server.faults.append(Fault("POST", CALLBACK, 0, after=True))
    asked = await discord_server.slash("ask", question=QUESTION)
    assert "detainer" in (await asked.reply())["content"]
    await bot.idle()
    assert posts(discord_server) == []


async def test_a_replayed_event_is_answered_once(bot: QaBot, discord_server: Loopback) -> None:
    message = await discord_server.say(QUESTION)
    await discord_server.answer_to(message)
    session = discord_server.gateway.session
    replayed = next(entry for entry in session.log if entry["t"] == "MESSAGE_CREATE")
    await discord_server.gateway.drop(4000)
    await discord_server.gateway.resumed.wait()
    await session.dispatch("MESSAGE_CREATE", replayed["d"])
    await settled(discord_server)
    await bot.idle()
    assert len(discord_server.sent()) == 1


async def test_what_was_asked_while_disconnected_is_answered_after_a_resume(
    bot: QaBot, discord_server: Loopback
) -> None:
    await discord_server.gateway.drop(4000)
    message = await discord_server.say(QUESTION)
    assert await discord_server.answer_to(message)


async def test_a_request_to_reconnect_is_followed(bot: QaBot, discord_server: Loopback) -> None:
    await discord_server.gateway.send({"op": 7, "d": None})
    await discord_server.gateway.resumed.wait()
    message = await discord_server.say(QUESTION)
    assert await discord_server.answer_to(message)


async def test_an_invalid_session_begins_a_new_one(
    connect: Connect, discord_server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect() as bot:
        monkeypatch.setattr(bot, "before_identify_hook", _at_once)  # the library waits five seconds here
        discord_server.gateway.ready.clear()
        await discord_server.gateway.send({"op": 9, "d": False})
        await discord_server.gateway.ready.wait()
        assert len(discord_server.gateway.sessions) == 2
        message = await discord_server.say(QUESTION)
        assert await discord_server.answer_to(message)


async def _at_once(*arguments: object, **options: object) -> None:
    return


async def test_no_privileged_intent_is_asked_for(bot: QaBot, discord_server: Loopback) -> None:
    intents = discord_server.gateway.session.intents
    assert intents & (MENTIONS_CONTENT_INTENT | 1 << 1 | 1 << 8) == 0


async def test_without_an_index_the_bot_is_online_and_says_why(
    connect: Connect, discord_server: Loopback, tmp_path: Path
) -> None:
    async with connect(ready=False, index_dir=tmp_path / "nothing"):
        asked = await discord_server.slash("ask", question=QUESTION)
        assert (await asked.reply())["content"].startswith("I am not ready to answer: ")
        status = await discord_server.slash("status")
        assert (await status.reply())["content"].startswith("Not ready: ")
        message = await discord_server.say(QUESTION, user=BOB)
        assert (await discord_server.answer_to(message))["content"].startswith("I am not ready to answer: ")
        await discord_server.until(lambda: "Not ready: no index is loaded" in discord_server.gateway.presences())


async def test_a_damaged_index_is_told_and_its_mend_is_noticed(
    connect: Connect, discord_server: Loopback, index_dir: Path
) -> None:
    files = [path for path in (index_dir / "generations").rglob("*") if path.is_file() and path.stat().st_size > 1000]
    intact = {path: path.read_bytes() for path in files}
    for path in files:
        path.write_bytes(b"\0" * 64 + intact[path][64:])
    async with connect(ready=False) as bot:
        asked = await discord_server.slash("ask", question=QUESTION)
        assert (await asked.reply())["content"].startswith("I am not ready to answer: ")
        for path, content in intact.items():
            path.write_bytes(content)
        while bot.engine.loaded is None:
            await bot.engine.reload()
        asked = await discord_server.slash("ask", question=QUESTION, user=ALICE)
        assert "detainer" in (await asked.reply())["content"]


async def test_an_index_of_another_model_is_told(connect: Connect, discord_server: Loopback) -> None:
    async with connect(ready=False, embedding_model="sentence-transformers/another-model"):
        asked = await discord_server.slash("ask", question=QUESTION)
        assert (await asked.reply())["content"].startswith("I am not ready to answer: ")


async def test_a_cooldown_and_a_full_queue_say_from_when_on(connect: Connect, discord_server: Loopback) -> None:
    async with connect(discord_user_questions=1, discord_user_seconds=60):
        first = await discord_server.slash("ask", question=QUESTION)
        second = await discord_server.slash("ask", question="What did Homan say?")
        assert re.search(r"<t:\d{10}:R>", (await second.reply())["content"])
        assert second.callback is not None
        assert second.callback["type"] == 4
        assert second.private
        await first.reply()


async def test_nothing_of_tokens_or_questions_is_logged(
    bot: QaBot, discord_server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    from qa_bot.discord_bot.logs import PayloadFilter, RedactingFormatter
    from tests.discord.loopback.model import TOKEN

    caplog.set_level(logging.DEBUG)
    discord_server.faults.append(Fault("PATCH", ORIGINAL, 404, {"code": 10015, "message": "Unknown"}))
    unusual = "How many xylophones did ICE issue on Sunday?"
    asked = await discord_server.slash("ask", question=unusual)
    message = await discord_server.say(unusual, user=BOB)
    await discord_server.answer_to(message)
    await bot.idle()
    formatter, payloads = RedactingFormatter("text", (TOKEN,)), PayloadFilter()
    lines = [formatter.format(record) for record in caplog.records if payloads.filter(record)]
    log = "\n".join(lines)
    assert len(lines) > 10
    for forbidden in (TOKEN, asked.payload["token"], "xylophones"):
        assert forbidden not in log


async def test_a_burst_is_acknowledged_in_time_and_told_who_must_come_back(
    connect: Connect, discord_server: Loopback
) -> None:
    async with connect(discord_queue_size=8):
        everyone = [
            await discord_server.slash("ask", question=f"How many arrests on day {number}?", user=ALICE + 100 + number)
            for number in range(100)
        ]
        replies = [await one.reply() for one in everyone]
        assert all(one.acknowledged_after is not None and one.acknowledged_after < 3.0 for one in everyone)
        busy = [reply for reply in replies if reply["content"].startswith("I am busy at the moment.")]
        assert 0 < len(busy) < 100
        assert all(re.search(r"<t:\d{10}:R>", reply["content"]) for reply in busy)


async def test_a_channel_that_forbids_threads_is_answered_by_replies_and_not_asked_again(
    connect: Connect, discord_server: Loopback
) -> None:
    threads = r"/channels/\d+/messages/\d+/threads"
    discord_server.faults.append(Fault("POST", threads, 403, {"code": 50013, "message": "Missing"}, times=99))
    async with connect(discord_mention_opens_thread=True):
        for question in (QUESTION, "What did Homan say?"):
            message = await discord_server.say(question)
            assert await discord_server.answer_to(message)
    assert posts(discord_server, threads) == [403]
