"""The engine behind the bot: one answerer in one thread, replaced when a newer index was published.

The event loop never waits for it: opening happens in a second thread, every question in the first, one after another.
An answer and everything that is shown with it come from one ``Loaded``, so from one generation.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from qa_bot.discord_bot import places
from qa_bot.discord_bot.places import Spot
from qa_bot.discord_bot.rendering import Library
from qa_bot.errors import QaBotError
from qa_bot.pipeline import Answerer, index_status, open_answerer
from qa_bot.settings import Settings
from qa_bot.types import Answer, Hit, IndexStatus, SourceSummary

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

FURTHER = 8
"""Passages beyond the quotes that are looked up with each answer, for its button."""


class NotReadyError(Exception):
    """There is no index that could be asked; the text says why, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An open answerer with what stays the same as long as it is open."""

    answerer: Answerer
    sources: tuple[SourceSummary, ...]
    ordinals: dict[str, int]
    titles: dict[str, str]
    tag: str

    def library(self, names: Sequence[str]) -> Library:
        """The texts of ``names`` and what names their places. Runs in the engine's thread."""
        documents = {name: self.answerer.text(name) for name in dict.fromkeys(names)}
        return Library(self.tag, self.ordinals, self.titles, documents)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, passages beyond its quotes, and the texts that both are shown from."""

    answer: Answer
    further: tuple[Hit, ...]
    library: Library


class EngineHost:
    """``start``, then ``ask`` and ``show`` from the event loop; ``reload`` as often as one likes; ``close``."""

    def __init__(self, settings: Settings, *, on_change: Callable[[], None] = lambda: None) -> None:
        self._settings = settings
        self._on_change = on_change
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="answerer")
        self._opening = ThreadPoolExecutor(1, thread_name_prefix="opener")
        self._loaded: Loaded | None = None
        self._reloading = asyncio.Lock()
        self.problem = "the index is being opened"

    @property
    def loaded(self) -> Loaded | None:
        """What answers at the moment."""
        return self._loaded

    async def ask(self, question: str, history: Sequence[str], source: str | None) -> Found:
        """One question, in the engine's thread. Raises ``NotReadyError`` and what ``Answerer.answer`` raises."""

        def found(loaded: Loaded) -> Found:
            answer = loaded.answerer.answer(question, history=history, source=source)
            hits: tuple[Hit, ...] = ()
            if answer.answered:
                hits = loaded.answerer.search(question, k=FURTHER, source=source).hits
            shown = [quote.source for quote in (*answer.quotes, *answer.closest)]
            return Found(answer, hits, loaded.library(shown))

        return await self._run(found)

    async def show(self, tag: str, spots: Sequence[Spot]) -> Library | None:
        """The texts that ``spots`` of the generation ``tag`` lie in; None where another generation is loaded.

        Raises ``NotReadyError``, and ``ValueError`` where a spot lies outside its text.
        """

        def library(loaded: Loaded) -> Library | None:
            if loaded.tag != tag:
                return None
            names = {number: source for source, number in loaded.ordinals.items()}
            if any(spot.ordinal not in names for spot in spots):
                raise ValueError("no such source")
            shown = loaded.library([names[spot.ordinal] for spot in spots])
            if any(not 0 <= s.start < s.end <= len(shown.documents[names[s.ordinal]]) for s in spots):
                raise ValueError("no such span")
            return shown

        return await self._run(library)

    async def status(self) -> IndexStatus:
        """What stands on disk, drift included. Raises ``QaBotError``."""
        return await asyncio.get_running_loop().run_in_executor(self._opening, index_status, self._settings)

    async def reload(self) -> bool:
        """Open the index where none is open or a newer generation was published; whether that changed anything.

        What answers goes on until the new one is open; a question in flight ends on the generation that it began on.
        """
        async with self._reloading:
            loop = asyncio.get_running_loop()
            old = self._loaded
            if old is not None and await loop.run_in_executor(self._asking, old.answerer.is_current):
                return False
            before = self.problem
            try:
                new = await loop.run_in_executor(self._opening, self._open)
            except QaBotError as error:
                self.problem = str(error)
            except Exception:
                _log.exception("the index could not be opened")
                self.problem = "the index could not be opened; the log says why"
            else:
                await loop.run_in_executor(self._asking, self._swap, new)
                _log.info("generation %s is loaded: %d documents", new.answerer.identity.generation, len(new.sources))
                self._on_change()
                return True
            if self.problem != before:
                _log.warning("%s: %s", "not ready" if old is None else "the newer index is not loaded", self.problem)
                self._on_change()
            return False

    async def watch(self, seconds: float) -> None:
        """Notice an index that was published by another process. Runs until it is cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.reload()

    async def close(self) -> None:
        """Let go of the index; a question in the thread is waited for."""
        loop = asyncio.get_running_loop()
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            await loop.run_in_executor(self._asking, loaded.answerer.close)
        self._asking.shutdown(wait=False, cancel_futures=True)
        self._opening.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[Loaded], _T]) -> _T:
        def job() -> _T:
            if self._loaded is None:
                raise NotReadyError(self.problem)
            return work(self._loaded)

        return await asyncio.get_running_loop().run_in_executor(self._asking, job)

    def _open(self) -> Loaded:
        answerer = open_answerer(self._settings)
        sources = answerer.sources()
        return Loaded(
            answerer,
            sources,
            places.ordinals([summary.source for summary in sources]),
            {summary.source: summary.title for summary in sources},
            places.tag(answerer.identity.generation),
        )

    def _swap(self, new: Loaded) -> None:
        """In the thread that answers, so between two questions."""
        old, self._loaded = self._loaded, new
        self.problem = ""
        if old is not None:
            old.answerer.close()
