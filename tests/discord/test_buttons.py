"""Buttons, also on answers of a process that is gone and of an index that is gone."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from qa_bot.discord_bot.client import QaBot
from qa_bot.pipeline import build_index
from qa_bot.settings import Settings
from tests.discord.conftest import SEEDS, Connect
from tests.discord.loopback import Loopback
from tests.discord.loopback.model import ALICE, BOB, Json
from tests.discord.test_asking import OFF_TOPIC, QUESTION

pytestmark = pytest.mark.asyncio
MANAGE_MESSAGES = 1 << 13


async def answered(discord_server: Loopback, question: str = QUESTION) -> Json:
    asked = await discord_server.slash("ask", question=question)
    return await asked.reply()


async def test_buttons_work_after_a_restart(connect: Connect, discord_server: Loopback) -> None:
    async with connect():
        reply = await answered(discord_server)
    async with connect():
        for label in ("More context", "Next passages"):
            clicked = await discord_server.click(reply, label, user=BOB)
            shown = await clicked.reply()
            assert clicked.private
            assert "> " in shown["content"]
        voted = await discord_server.click(reply, "Helpful: yes", user=BOB)
        assert (await voted.reply())["content"] == "Thank you, your vote is kept."


async def test_the_context_of_each_quote_can_be_had(bot: QaBot, discord_server: Loopback) -> None:
    reply = await answered(discord_server, "What did Homan say?")
    first = await (await discord_server.click(reply, "More context")).reply()
    if len(reply["content"].split("\n> ")) > 2:
        second = await (await discord_server.click(first, "Context of quote 2")).reply()
        assert second["content"] != first["content"]


async def test_a_vote_can_be_changed(bot: QaBot, discord_server: Loopback) -> None:
    reply = await answered(discord_server)
    for label, said in (
        ("Helpful: yes", "Thank you, your vote is kept."),
        ("Helpful: yes", "You had voted so already."),
        ("Helpful: no", "Your vote is changed."),
    ):
        clicked = await discord_server.click(reply, label)
        assert (await clicked.reply())["content"] == said
    assert bot.feedback.counts() == (1, 0)


async def test_votes_and_refusals_become_questions_to_evaluate_where_the_operator_wants_them(
    connect: Connect, discord_server: Loopback
) -> None:
    async with connect(discord_keep_questions=True) as bot:
        reply = await answered(discord_server)
        await (await discord_server.click(reply, "Helpful: yes")).reply()
        await answered(discord_server, OFF_TOPIC)
        await bot.idle()
        good, unanswered = bot.feedback.export()
    assert (good["question"], good["answerable"]) == (QUESTION, True)
    gold = good["gold"][0]
    assert (SEEDS / gold["source"]).read_text()[gold["start"] : gold["end"]] == gold["text"]
    assert (unanswered["question"], unanswered["answerable"]) == (OFF_TOPIC, False)


async def test_the_asker_or_a_moderator_deletes_and_nobody_else(bot: QaBot, discord_server: Loopback) -> None:
    first, second = await answered(discord_server), await answered(discord_server, "What did Homan say?")
    refused = await discord_server.click(first, "Delete", user=BOB)
    assert "Only the person who asked" in (await refused.reply())["content"]
    await discord_server.click(first, "Delete", user=ALICE)
    await discord_server.until(lambda: first["id"] not in discord_server.messages)
    await discord_server.click(second, "Delete", user=BOB, permissions=MANAGE_MESSAGES)
    await discord_server.until(lambda: second["id"] not in discord_server.messages)


@pytest.mark.parametrize(
    "custom_id",
    [
        "unknown",
        "qa:z:1",
        "qa:c:01234567:0:zz",
        "qa:n:tooshort:1",
        "qa:c:01234567:9:0.0.1.1",
        "qa:v:x",
        "qa:",
        "qa:s:x",
    ],
)
async def test_an_unknown_button_says_that_it_has_expired(bot: QaBot, discord_server: Loopback, custom_id: str) -> None:
    reply = await answered(discord_server)
    reply["components"][0]["components"][0]["custom_id"] = custom_id
    clicked = await discord_server.click(reply, custom_id)
    assert (await clicked.reply())["content"] == "This button has expired. Please ask the question again."
    assert clicked.private


async def test_a_place_outside_its_text_says_that_it_has_expired(bot: QaBot, discord_server: Loopback) -> None:
    reply = await answered(discord_server)
    button = reply["components"][0]["components"][0]
    prefix = button["custom_id"].rsplit(":", 1)[0]
    for place in ("0.zzzz.1.1", "zz.0.1.1"):
        button["custom_id"] = f"{prefix}:{place}"
        clicked = await discord_server.click(reply, button["custom_id"])
        assert (await clicked.reply())["content"] == "This button has expired. Please ask the question again."


async def test_an_index_that_changes_under_questions_gives_whole_answers_alone(
    connect: Connect, discord_server: Loopback, index_dir: Path, other_corpus: Path
) -> None:
    async with connect(corpus_dir=other_corpus, discord_user_questions=0, discord_queue_per_user=64) as bot:
        before = bot.engine.loaded
        building = asyncio.ensure_future(
            asyncio.to_thread(build_index, Settings(corpus_dir=other_corpus, index_dir=index_dir))
        )
        replies: list[Json] = []
        while bot.engine.loaded is before:
            asked = [await discord_server.slash("ask", question=f"{QUESTION} {len(replies)} {n}") for n in range(3)]
            replies += [await one.reply() for one in asked]
            if building.done():
                await bot.engine.reload()
        await building
        replies.append(await answered(discord_server))
        tags = [reply["components"][0]["components"][0]["custom_id"].split(":")[2] for reply in replies]
        assert len(set(tags)) == 2
        assert tags == sorted(tags, key=tags.index)
        assert all("detainer" in reply["content"] for reply in replies)


@pytest.fixture
def other_corpus(tmp_path: Path) -> Path:
    """The seeds with a document more."""
    folder = tmp_path / "corpus"
    shutil.copytree(SEEDS, folder)
    (folder / "005_new.txt").write_text("A new document.\n\nThe lighthouse keeper painted the tower green in May.\n")
    return folder


async def test_a_rebuild_by_another_process_is_loaded_and_old_buttons_show_nothing_of_it(
    connect: Connect, discord_server: Loopback, index_dir: Path, other_corpus: Path
) -> None:
    async with connect(corpus_dir=other_corpus) as bot:
        command, mention = await answered(discord_server), await discord_server.say(QUESTION, user=BOB)
        replied = await discord_server.answer_to(mention)
        before = bot.engine.loaded
        build_index(Settings(corpus_dir=other_corpus, index_dir=index_dir))
        while bot.engine.loaded is before:
            await bot.engine.reload()
        for message in (command, replied):
            clicked = await discord_server.click(message, "More context")
            told = await clicked.reply()
            assert told["content"].startswith("That answer came from an earlier state of the documents")
            again = await discord_server.click(told, "Ask again", user=BOB)
            assert "detainer" in (await again.reply())["content"]
        fresh = await answered(discord_server, "What colour did the lighthouse keeper paint the tower?")
        assert "005\\_new.txt" in fresh["content"]
