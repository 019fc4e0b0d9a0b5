"""One question after another against one generation of the index."""

from __future__ import annotations

import fnmatch
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_bot.answering.confidence import CALIBRATIONS, features_of, probability
from qa_bot.answering.follow_ups import completed
from qa_bot.answering.quotes import quotes_from
from qa_bot.answering.retrieval import query_for, retrieve
from qa_bot.answering.sentences import Candidate, candidates
from qa_bot.answering.spelling import mended
from qa_bot.encoding import Encoder, Ranker
from qa_bot.errors import IndexUnavailableError, QuestionError, UnknownSourceError
from qa_bot.index import OpenIndex, current_manifest
from qa_bot.types import Answer, IndexIdentity, Quote, SearchResult, SourceSummary

_log = logging.getLogger(__name__)

FOUND_PASSAGES = 24
"""So many are searched for: the first of them are read, the others speak for their documents."""
LONGEST_QUESTION = 20_000
"""Code points; what is beyond is no question any more."""


@dataclass(frozen=True, slots=True)
class Considered:
    """What was found for a question: sentences in the order in which they answer, and the quotes made of them."""

    ranked: tuple[Candidate, ...]
    quotes: tuple[Quote, ...]


class Answerer:
    """Answers questions by quoting the documents of an index; made by ``pipeline.open_answerer``.

    One call at a time: a server runs it in one thread.
    """

    def __init__(
        self,
        index: OpenIndex,
        encoder: Encoder,
        ranker: Ranker | None,
        index_dir: Path,
        *,
        min_confidence: float | None,
        max_quotes: int,
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._ranker = ranker
        self._index_dir = index_dir
        self._calibration = CALIBRATIONS[ranker.kind if ranker else None]
        self._threshold = self._calibration.threshold if min_confidence is None else min_confidence
        self._max_quotes = max_quotes

    @property
    def identity(self) -> IndexIdentity:
        """Which generation answers, and by which model."""
        return IndexIdentity(self._index.manifest.generation, self._index.manifest.model)

    def answer(self, question: str, *, history: Sequence[str] = (), source: str | None = None) -> Answer:
        """Answer a question by quoting, or say that the sources don't.

        ``history``: the earlier questions of the conversation, oldest first. ``source``: a glob over sources.
        Raises ``QuestionError`` for an empty question, ``UnknownSourceError`` for a glob that matches none.
        """
        began = time.perf_counter()
        considered = self.consider(question, history=history, source=source)
        quotes = considered.quotes
        confidence = probability(features_of(considered.ranked), self._calibration)
        answered = bool(quotes) and confidence >= self._threshold
        return Answer(
            question=question,
            answered=answered,
            confidence=confidence if quotes else 0.0,
            quotes=quotes if answered else (),
            closest=() if answered else quotes,
            index=self.identity,
            took_ms=(time.perf_counter() - began) * 1000,
        )

    def consider(self, question: str, *, history: Sequence[str] = (), source: str | None = None) -> Considered:
        """Return what an answer would quote, before it is decided whether it is given. Raises as ``answer`` does."""
        asked = cleaned(question)
        sources = self._matching(source)
        asked = self._mended(asked)
        text = completed(asked, [self._mended(earlier) for earlier in map(_plain, history) if earlier])
        query = query_for(text, asked, self._index, self._encoder)
        hits = retrieve(query, self._index, FOUND_PASSAGES, sources)
        ranked = candidates(query, hits, self._index, self._ranker)
        quotes = tuple(quote for quote in quotes_from(ranked, self._max_quotes) if self._is_verbatim(quote))
        return Considered(tuple(ranked), quotes)

    def search(self, query: str, *, k: int = 10, source: str | None = None) -> SearchResult:
        """Return the ``k`` nearest passages. Raises as ``answer`` does."""
        began = time.perf_counter()
        text = self._mended(cleaned(query))
        prepared = query_for(text, text, self._index, self._encoder)
        hits = retrieve(prepared, self._index, k, self._matching(source))
        return SearchResult(query, tuple(hits), self.identity, (time.perf_counter() - began) * 1000)

    def sources(self) -> tuple[SourceSummary, ...]:
        """Return all indexed documents in the order of their sources."""
        return self._index.store.sources()

    def text(self, source: str) -> str:
        """Return the text of a document, the one that offsets count in. Raises ``UnknownSourceError``."""
        return self._index.text(source)

    def is_current(self) -> bool:
        """Say whether this is still the newest generation on disk; also where there is none to be read."""
        try:
            return current_manifest(self._index_dir).generation == self._index.manifest.generation
        except IndexUnavailableError:
            return True

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    def _mended(self, question: str) -> str:
        return mended(question, self._index, self._encoder)

    def _matching(self, glob: str | None) -> list[str] | None:
        if glob is None:
            return None
        names = [summary.source for summary in self.sources()]
        matching = [name for name in names if name == glob or fnmatch.fnmatchcase(name, glob)]
        if not matching:
            raise UnknownSourceError(f"no source matches {glob!r}; `qa-bot sources` lists them")
        return matching

    def _is_verbatim(self, quote: Quote) -> bool:
        """Hold a quote and its context against the stored source, letter for letter."""
        text = self._index.store.text(quote.source)
        context_end = quote.context_start + len(quote.context)
        if (
            text is not None
            and text[quote.start : quote.end] == quote.text
            and text[quote.context_start : context_end] == quote.context
        ):
            return True
        _log.error(
            "a quote was dropped: %s %d-%d is not what the source says; run `qa-bot verify`",
            quote.source, quote.start, quote.end,
        )  # fmt: skip
        return False


def cleaned(question: str) -> str:
    """Return a question on one line, without what no document can hold.

    Raises ``QuestionError`` where nothing is left.
    """
    text = _plain(question)
    if not text:
        raise QuestionError('the question is empty; ask something, e.g. qa-bot ask "Who is the mayor?"')
    return text[:LONGEST_QUESTION]


def _plain(text: str) -> str:
    """Replace lone surrogates and control characters, and join lines."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
    return " ".join(text.split())
