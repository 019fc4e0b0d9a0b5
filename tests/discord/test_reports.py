"""``/sources``, ``/status``, ``/help``, ``/rebuild``, presence and the commands' sync."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qa_bot.discord_bot.client import QaBot
from qa_bot.pipeline import build_index
from qa_bot.settings import Settings
from tests.discord.conftest import QUICK, SEEDS, Connect
from tests.discord.loopback import Loopback
from tests.discord.loopback.model import ALICE, BOB, GENERAL, OWNER
from tests.discord.test_asking import QUESTION

pytestmark = pytest.mark.asyncio


async def test_help_names_every_way_of_asking(bot: QaBot, discord_server: Loopback) -> None:
    content = (await (await discord_server.slash("help")).reply())["content"]
    for way in ("/ask", "Mention me", "Reply to one of my answers", "Answer this", "/sources", "/status"):
        assert way in content


async def test_sources_lists_the_documents(bot: QaBot, discord_server: Loopback) -> None:
    asked = await discord_server.slash("sources")
    content = (await asked.reply())["content"]
    assert content.startswith("5 documents:")
    assert "003\\_08f661f59a53808d.txt" in content
    assert asked.private


async def test_sources_can_be_paged(
    connect: Connect, discord_server: Loopback, tmp_path: Path, index_dir: Path
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(20):
        (corpus / f"{number:03}.txt").write_text(f"Document {number}.\n\nThe sentence of document number {number}.\n")
    build_index(Settings(corpus_dir=corpus, index_dir=index_dir))
    async with connect(corpus_dir=corpus):
        first = await (await discord_server.slash("sources")).reply()
        assert "Page 1 of 3" in first["content"]
        turned = await (await discord_server.click(first, "Next page")).reply()
        assert "Page 2 of 3" in turned["content"]
        assert "**008**" in turned["content"]


async def test_status_tells_generation_documents_age_model_queue_and_drift(
    connect: Connect, discord_server: Loopback, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(SEEDS, corpus)
    (corpus / "new.txt").write_text("News.\n")
    async with connect(corpus_dir=corpus) as bot:
        content = (await (await discord_server.slash("status")).reply())["content"]
        assert bot.engine.loaded is not None
        assert content.startswith("**Ready**")
        assert "Documents: 5" in content
        assert "all-MiniLM-L6-v2" in content
        assert "Questions waiting: 0" in content
        assert "1 added, 0 changed, 0 removed" in content
        assert "built <t:" in content


async def test_presence_says_ready(bot: QaBot, discord_server: Loopback) -> None:
    assert await discord_server.until(lambda: "Ready: 5 documents" in discord_server.gateway.presences())


async def test_only_the_owner_and_admins_of_the_settings_rebuild(connect: Connect, discord_server: Loopback) -> None:
    async with connect(discord_admins=(BOB,)) as bot:
        refused = await discord_server.slash("rebuild", user=ALICE)
        assert (await refused.reply())["content"] == "Only the bot's owner can do this."
        assert await bot.is_admin(OWNER)
        assert await bot.is_admin(BOB)
        assert not await bot.is_admin(ALICE)


async def test_a_rebuild_shows_progress_and_its_index_is_loaded_while_questions_are_answered(
    connect: Connect, discord_server: Loopback, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(SEEDS, corpus)
    (corpus / "005_new.txt").write_text("Harbour news.\n\nThe lighthouse keeper painted the tower green in May.\n")
    async with connect(corpus_dir=corpus) as bot:
        before = bot.engine.loaded
        rebuild = await discord_server.slash("rebuild", user=OWNER)
        await rebuild.reply()
        second = await discord_server.slash("rebuild", user=OWNER)
        assert (await second.reply())["content"] == "A rebuild is already running."
        meanwhile = await discord_server.slash("ask", question=QUESTION)
        assert "detainer" in (await meanwhile.reply())["content"]
        await discord_server.until(lambda: rebuild.message and rebuild.message["content"].startswith("Rebuilt"))
        assert "6 documents" in rebuild.message["content"]  # type: ignore[index]
        assert bot.engine.loaded is not before
        asked = await discord_server.slash("ask", question="What colour did the keeper paint the tower?", user=BOB)
        assert "green" in (await asked.reply())["content"]
        assert "Rebuilding; still answering" in discord_server.gateway.presences()


async def test_a_rebuild_that_outlives_its_interaction_is_told_in_the_channel(
    connect: Connect, discord_server: Loopback
) -> None:
    async with connect(timing=replace(QUICK, interaction_seconds=0.0)):
        await discord_server.slash("rebuild", user=OWNER)
        sent = await discord_server.request("POST", rf"/channels/{GENERAL}/messages")
        assert sent.body["content"].startswith("Nothing had changed: 5 documents")


async def test_a_rebuild_that_fails_says_why_and_the_index_stays(
    connect: Connect, discord_server: Loopback, tmp_path: Path
) -> None:
    async with connect(corpus_dir=tmp_path / "nothing"):
        rebuild = await discord_server.slash("rebuild", user=OWNER)
        await rebuild.reply()
        await discord_server.until(lambda: rebuild.message and "failed" in rebuild.message["content"])
        asked = await discord_server.slash("ask", question=QUESTION)
        assert "detainer" in (await asked.reply())["content"]


async def test_commands_are_synced_once_and_again_when_they_change(
    connect: Connect, discord_server: Loopback, index_dir: Path
) -> None:
    def syncs() -> int:
        return sum(request.method == "PUT" for request in discord_server.requests)

    async with connect(ready=False):
        assert syncs() == 1
    async with connect(ready=False):
        assert syncs() == 1
    (index_dir / "discord-commands.json").write_text("{}")
    async with connect(ready=False):
        assert syncs() == 2
    names = {command["name"] for command in discord_server.commands}
    assert names == {"ask", "sources", "status", "help", "rebuild", "Answer this"}
    ask = next(command for command in discord_server.commands if command["name"] == "ask")
    assert ask["contexts"] == [0, 1, 2]
    assert ask["integration_types"] == [0, 1]
    assert ask["description_localizations"]["de"].startswith("Beantwortet")
    rebuild = next(command for command in discord_server.commands if command["name"] == "rebuild")
    assert str(rebuild["default_member_permissions"]) == "8"
