"""Every way of asking, against a loopback Discord and the real engine on the seeds."""

from __future__ import annotations

import asyncio

import pytest

from qa_bot.discord_bot import markup
from qa_bot.discord_bot.client import QaBot
from tests.discord.conftest import SEEDS, Connect
from tests.discord.loopback import Loopback
from tests.discord.loopback.model import ALICE, BOB, BOT, DIRECT, GENERAL, OTHER, Json
from tests.discord.markup_parser import parse

pytestmark = pytest.mark.asyncio

QUESTION = "How many detainers did ICE issue on Sunday?"
OFF_TOPIC = "What is the boiling point of tungsten hexafluoride?"


def labels(message: Json) -> list[str]:
    return [item["label"] for row in message["components"] for item in row["components"]]


def quoted(message: Json) -> str:
    """The emphasised words of the first quote, as Discord's parser gives them."""
    block = message["content"].split("> ", 1)[1].split("\n-# —", 1)[0]
    return "".join(text for kind, text in parse("> " + block) if kind == "quote+strong")


async def settled(discord_server: Loopback) -> None:
    """Until the bot has handled everything sent so far: it answers this ask after them."""
    asked = await discord_server.slash("help", user=BOB)
    await asked.reply()
    await asyncio.sleep(0)


async def test_a_slash_command_is_acknowledged_first_and_filled_in_with_a_quote(
    bot: QaBot, discord_server: Loopback
) -> None:
    asked = await discord_server.slash("ask", question=QUESTION)
    reply = await asked.reply()
    assert asked.callback is not None
    assert asked.callback["type"] == 5
    assert not asked.private
    lines = reply["content"].split("\n")
    assert lines[0] == "-# Question: How many detainers did ICE issue on Sunday?"
    assert lines[1].startswith("> ")
    assert quoted(reply) in "\n".join(path.read_text() for path in SEEDS.iterdir())
    assert "How sure:" in lines[-1]
    assert labels(reply) == ["More context", "Next passages", "Helpful: yes", "Helpful: no", "Delete"]


async def test_a_private_answer_is_seen_by_the_asker_alone(bot: QaBot, discord_server: Loopback) -> None:
    asked = await discord_server.slash("ask", question=QUESTION, private=True)
    reply = await asked.reply()
    assert asked.private
    assert "Delete" not in labels(reply)


async def test_a_source_limits_the_answer(bot: QaBot, discord_server: Loopback) -> None:
    asked = await discord_server.slash("ask", question="What did the mayor say?", source="003*")
    reply = await asked.reply()
    assert "000" not in reply["content"]
    unknown = await discord_server.slash("ask", question=QUESTION, source="nothing*")
    assert (await unknown.reply())["content"].startswith("I can't ask that: no source matches")


async def test_sources_are_completed_from_name_and_title(bot: QaBot, discord_server: Loopback) -> None:
    typed = await discord_server.complete("ask", "source", "00")
    await typed.acknowledged.wait()
    assert [choice["value"] for choice in typed.choices] == sorted(path.name for path in SEEDS.iterdir())
    typed = await discord_server.complete("ask", "source", "003")
    await typed.acknowledged.wait()
    assert [choice["value"][:3] for choice in typed.choices] == ["003"]


async def test_a_mention_is_answered_by_a_reply_that_pings_nobody(bot: QaBot, discord_server: Loopback) -> None:
    message = await discord_server.say(QUESTION)
    answer = await discord_server.answer_to(message)
    assert "detainer" in quoted(answer)
    body = discord_server.sent()[0]
    assert body["nonce"] == f"{message['id']}-0"
    assert body["enforce_nonce"]
    assert body["message_reference"]["fail_if_not_exists"] is False
    assert body["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_only_the_bots_own_mention_is_stripped(bot: QaBot, discord_server: Loopback) -> None:
    assert bot.without_own_mention(f"<@{BOT}> who is <@{ALICE}>? <@!{BOT}>") == f"who is <@{ALICE}>?"


async def test_a_mention_without_a_question_gets_help(bot: QaBot, discord_server: Loopback) -> None:
    message = await discord_server.say("  ")
    answer = await discord_server.answer_to(message)
    assert "`/ask` asks a question" in answer["content"]


async def test_bots_webhooks_system_messages_and_everyone_are_ignored(bot: QaBot, discord_server: Loopback) -> None:
    for more in (
        {"author": {"id": "5", "username": "b", "discriminator": "0", "avatar": None, "bot": True}},
        {"webhook_id": "77"},
        {"type": 6},
    ):
        await discord_server.say(QUESTION, **more)
    await discord_server.say(f"@everyone {QUESTION}", mention=False, mention_everyone=True)
    await discord_server.say(QUESTION, mention=False)
    await settled(discord_server)
    assert discord_server.sent() == []


async def test_a_direct_message_needs_no_mention(bot: QaBot, discord_server: Loopback) -> None:
    message = await discord_server.direct(QUESTION, user=ALICE)
    answer = await discord_server.answer_to(message)
    assert answer["channel_id"] == str(DIRECT)


async def test_the_message_command_answers_a_message(bot: QaBot, discord_server: Loopback) -> None:
    message = await discord_server.say(QUESTION, mention=False, user=BOB)
    asked = await discord_server.use_on("Answer this", message)
    assert "detainer" in quoted(await asked.reply())
    empty = await discord_server.say("", mention=False, user=BOB)
    asked = await discord_server.use_on("Answer this", empty)
    assert (await asked.reply())["content"] == "There is no text in that message that I could read."


async def test_a_reply_to_an_answer_carries_what_was_asked_before(bot: QaBot, discord_server: Loopback) -> None:
    first = await discord_server.say(QUESTION)
    answer = await discord_server.answer_to(first)
    follow_up = await discord_server.say("And how many arrests?", reply_to=answer)
    second = await discord_server.answer_to(follow_up)
    await bot.idle()
    assert bot.asking.conversations.asked(int(second["id"])) == (QUESTION, "And how many arrests?")


async def test_a_follow_up_after_a_restart_costs_one_request(connect: Connect, discord_server: Loopback) -> None:
    async with connect():
        first = await discord_server.say(QUESTION)
        answer = await discord_server.answer_to(first)
    async with connect() as bot:
        before = len(discord_server.requests)
        follow_up = await discord_server.say("And how many arrests?", reply_to=answer)
        second = await discord_server.answer_to(follow_up)
        await bot.idle()
        assert bot.asking.conversations.asked(int(second["id"])) == (QUESTION, "And how many arrests?")
        fetched = [r for r in discord_server.requests[before:] if r.method == "GET"]
        assert len(fetched) == 1


async def test_a_follow_up_to_a_command_reads_the_question_from_its_answer(
    connect: Connect, discord_server: Loopback
) -> None:
    async with connect():
        asked = await discord_server.slash("ask", question=QUESTION)
        answer = await asked.reply()
    async with connect() as bot:
        follow_up = await discord_server.say("And how many arrests?", reply_to=answer)
        second = await discord_server.answer_to(follow_up)
        await bot.idle()
        assert bot.asking.conversations.asked(int(second["id"]))[0] == QUESTION


async def test_a_mention_opens_a_thread_where_the_operator_wants_that(
    connect: Connect, discord_server: Loopback
) -> None:
    async with connect(discord_mention_opens_thread=True) as bot:
        message = await discord_server.say(QUESTION)
        opened = await discord_server.request("POST", r"/channels/\d+/messages/\d+/threads")
        assert opened.body["name"] == QUESTION
        await discord_server.request("POST", rf"/channels/{message['id']}/messages")
        await bot.idle()
        await discord_server.gateway.session.dispatch("THREAD_CREATE", discord_server.channels[message["id"]])
        await discord_server.say("And how many arrests?", channel=message["id"])
        await discord_server.until(lambda: len(discord_server.sent()) == 2)
        await bot.idle()
        assert bot.asking.conversations.asked(int(message["id"])) == (QUESTION, "And how many arrests?")


async def test_a_thread_of_the_bots_own_is_read_after_a_restart(connect: Connect, discord_server: Loopback) -> None:
    first = discord_server.store(discord_server.channels[str(GENERAL)], ALICE, {"content": ""}, None)
    thread = discord_server.open_thread(str(GENERAL), first["id"], "thread", BOT)
    async with connect() as bot:
        await discord_server.gateway.session.dispatch("THREAD_CREATE", thread)
        earlier = discord_server.store(thread, ALICE, {"content": f"<@{BOT}> {QUESTION}"}, None)
        earlier["mentions"] = [{"id": str(BOT), "username": "b", "discriminator": "0", "avatar": None}]
        await discord_server.say("And how many arrests?", channel=thread["id"])
        await discord_server.request("POST", rf"/channels/{thread['id']}/messages")
        await bot.idle()
        assert bot.asking.conversations.asked(int(thread["id"])) == (QUESTION, "And how many arrests?")


async def test_only_the_channels_of_the_settings_are_answered_in(connect: Connect, discord_server: Loopback) -> None:
    async with connect(discord_channels=(GENERAL,)):
        await discord_server.say(QUESTION, channel=OTHER)
        refused = await discord_server.slash("ask", question=QUESTION, where=OTHER)
        assert (await refused.reply())["content"] == "I don't answer in this channel."
        answered = await discord_server.slash("ask", question=QUESTION, where=GENERAL)
        assert "detainer" in (await answered.reply())["content"]
        assert discord_server.sent() == []


async def test_a_refusal_shows_the_closest_passages_on_demand_as_no_answer(
    bot: QaBot, discord_server: Loopback
) -> None:
    asked = await discord_server.slash("ask", question=OFF_TOPIC)
    reply = await asked.reply()
    assert "The sources don't answer this." in reply["content"]
    assert "> " not in reply["content"]
    shown = await discord_server.click(reply, "Show the closest passages (no answer)")
    passages = await shown.reply()
    assert shown.private
    assert passages["content"].startswith("**The closest passages. None of them is an answer:**")
    assert passages["content"].count("not an answer") >= 1


async def test_the_bot_speaks_the_language_of_the_interaction(bot: QaBot, discord_server: Loopback) -> None:
    data = {"id": "1", "name": "ask", "type": 1, "options": [{"name": "question", "type": 3, "value": OFF_TOPIC}]}
    german = await discord_server.interact(2, data, locale="de")
    assert "Die Quellen beantworten das nicht." in (await german.reply())["content"]
    other = await discord_server.interact(2, data, locale="ja", user=BOB)
    assert "The sources don't answer this." in (await other.reply())["content"]


@pytest.mark.parametrize(
    "question",
    [" ", "?" * 6000, "😀👩‍👩‍👧", "a\x00b", "\ud800", "@everyone who?", "```py\nimport os\n```", "\u202eabc",
     "# h\n> q\n||s||", "*" * 6000],
)  # fmt: skip
async def test_any_question_gets_a_valid_payload(bot: QaBot, discord_server: Loopback, question: str) -> None:
    asked = await discord_server.slash("ask", question=question)
    reply = await asked.reply()
    assert 0 < len(reply["content"]) <= 2000
    message = await discord_server.direct(question)
    assert (await discord_server.answer_to(message))["content"]
    assert not {kind for kind, _ in parse(reply["content"])} & {"everyone", "angle", "code", "codeblock", "spoiler"}


async def test_what_a_reader_sees_is_the_sources_own_text(bot: QaBot, discord_server: Loopback) -> None:
    questions = ["Who leads the raids?", "What did Homan say?", "Which cities were raided?", "What did the mayor say?"]
    texts = [markup.shown(path.read_text()) for path in SEEDS.iterdir()]
    for question in questions:
        asked = await discord_server.slash("ask", question=question)
        reply = await asked.reply()
        if "> " in reply["content"]:
            assert any(quoted(reply) in text for text in texts)
