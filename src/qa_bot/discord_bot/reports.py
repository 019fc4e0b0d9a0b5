"""What ``/sources``, ``/status`` and ``/help`` say."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from qa_bot.discord_bot import limits, markup
from qa_bot.discord_bot.engine import EngineHost
from qa_bot.discord_bot.rendering import Button, Rendered
from qa_bot.discord_bot.texts import Texts
from qa_bot.errors import QaBotError

if TYPE_CHECKING:
    from qa_bot.discord_bot.client import QaBot

SOURCES_PER_PAGE = 8


def help_text(texts: Texts) -> Rendered:
    """What the bot does, and how to ask it."""
    return Rendered(texts.help.format(answer_this=texts.answer_this))


def sources_page(engine: EngineHost, page: int, texts: Texts) -> Rendered:
    """A page (from 0) of the documents in the index, with buttons to turn it."""
    loaded = engine.loaded
    if loaded is None:
        return Rendered(texts.not_ready.format(reason=markup.inline(engine.problem, 600)))
    if not loaded.sources:
        return Rendered(texts.sources_none)
    pages = -(-len(loaded.sources) // SOURCES_PER_PAGE)
    page = min(max(0, page), pages - 1)
    lines = [texts.sources_title.format(count=len(loaded.sources))]
    lines += [
        texts.sources_line.format(
            title=markup.inline(summary.title or summary.source, 60),
            source=markup.inline(summary.source, 40),
            passages=summary.passages,
        )
        for summary in loaded.sources[page * SOURCES_PER_PAGE :][:SOURCES_PER_PAGE]
    ]
    if pages > 1:
        lines.append(texts.sources_page.format(page=page + 1, pages=pages))
    buttons = []
    if page > 0:
        buttons.append(Button(f"qa:s:{page - 1}", texts.button_back))
    if page < pages - 1:
        buttons.append(Button(f"qa:s:{page + 1}", texts.button_forward))
    return Rendered("\n".join(lines)[: limits.CONTENT], tuple(buttons))


async def status_text(bot: QaBot, texts: Texts) -> Rendered:
    """Generation, documents, age, model, queue and drift; why not, where there is no index."""
    loaded = bot.engine.loaded
    try:
        status = await bot.engine.status()
    except QaBotError as error:
        return Rendered(texts.status_no_index.format(reason=markup.inline(str(error), 600)))
    if loaded is None:
        state = texts.status_no_index.format(reason=markup.inline(bot.engine.problem, 600))
    else:
        state = texts.status_rebuilding if bot.rebuild.running else texts.status_ready
    drift = status.drift
    built = int(datetime.fromisoformat(status.created).timestamp())
    changed = texts.status_drift.format(added=len(drift.added), changed=len(drift.changed), removed=len(drift.removed))
    identity = loaded.answerer.identity if loaded is not None else status.index
    text = texts.status.format(
        state=f"**{state}**",
        generation=markup.inline(identity.generation, 80),
        when=f"<t:{built}:R>",
        documents=status.documents,
        passages=status.passages,
        model=markup.inline(identity.model, 120),
        queue=len(bot.asking.admission.queue),
        drift=changed if drift else texts.status_no_drift,
    )
    return Rendered(text[: limits.CONTENT])
