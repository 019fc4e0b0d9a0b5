"""What ``qa-bot doctor`` looks at: one function a subject, each gives findings with their mend."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa_bot.errors import IndexMissingError, IndexUnavailableError, ModelError, QaBotError
from qa_bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """``state``: good, note (works, but worth knowing), bad (must be mended)."""

    subject: str
    state: Literal["good", "note", "bad"]
    text: str
    mend: str = ""


def checks(settings: Settings, *, offline: bool = False) -> Iterator[Finding]:
    """All findings, in the order in which one would mend them."""
    yield from check_corpus(settings)
    yield from check_index(settings)
    yield from check_model(settings)
    yield from check_discord(settings, offline=offline)


def check_corpus(settings: Settings) -> Iterator[Finding]:
    """Look for the folder of documents."""
    folder = settings.corpus_dir
    if not folder.is_dir():
        yield Finding("corpus", "bad", f"{folder} is no folder", "set QA_BOT_CORPUS_DIR to the folder of documents")
        return
    yield Finding("corpus", "good", f"documents are read from {folder}")


def check_index(settings: Settings) -> Iterator[Finding]:
    """Look at every byte of the index, and at its drift."""
    from qa_bot.pipeline import index_status, verify_index

    try:
        status = index_status(settings)
        problems = verify_index(settings).problems
    except IndexMissingError:
        yield Finding("index", "bad", f"there is none in {settings.index_dir}", "run `qa-bot build`")
        return
    except IndexUnavailableError as error:
        yield Finding("index", "bad", str(error), "run `qa-bot build --full`")
        return
    except QaBotError as error:
        yield Finding("index", "bad", str(error))
        return
    if problems:
        text = f"{len(problems)} problems, the first: {problems[0]}"
        yield Finding("index", "bad", text, "run `qa-bot build --full`")
        return
    yield Finding(
        "index",
        "good",
        f"generation {status.index.generation}: {status.documents} documents, {status.passages} passages, every byte"
        " and passage checked",
    )
    for skipped in status.skipped[:5]:
        yield Finding("index", "note", f"{skipped.source} was not read: {skipped.reason}", "mend or remove the file")
    if status.drift:
        drift = status.drift
        text = f"{len(drift.added)} documents added, {len(drift.changed)} changed, {len(drift.removed)} removed since"
        yield Finding("index", "note", text, "run `qa-bot build`")


def check_model(settings: Settings) -> Iterator[Finding]:
    """Opens the answerer as `ask` does, and asks one question."""
    from qa_bot.pipeline import open_answerer

    try:
        answerer = open_answerer(settings)
    except ModelError as error:
        yield Finding("model", "bad", str(error), "see `QA_BOT_EMBEDDING_MODEL` in .env.example")
        return
    except QaBotError as error:
        yield Finding("model", "note", f"not tried, for there is no usable index ({error})")
        return
    try:
        took = answerer.answer("Is everything in order?").took_ms
    finally:
        answerer.close()
    yield Finding("model", "good", f"{settings.embedding_model} is loaded; a question took {took:.0f} ms")


def check_discord(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    """Log in and look around, where a token is set."""
    if settings.discord_token is None:
        mend = "set QA_BOT_DISCORD_TOKEN, if you want the Discord bot (README, Discord in five minutes)"
        yield Finding("discord", "note", "no token is set", mend)
        return
    if offline:
        yield Finding("discord", "note", "not asked (--offline)")
        return
    from qa_bot.discord_bot.examination import examine

    for state, text, mend in asyncio.run(examine(settings)):
        yield Finding("discord", state, text, mend)
