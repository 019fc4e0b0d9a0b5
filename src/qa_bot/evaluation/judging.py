"""When a quote is a hit, and when a passage holds a gold span."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from qa_bot.evaluation.questions import Gold

LONGEST_HIT = 600
"""A longer quote, in characters, is no hit whatever it covers."""

LONG_GOLD = 300
"""Above this many characters a gold span names a stretch that holds the answer, and a quote from inside it will do."""


class Span(Protocol):
    """A stretch of a source: a quote, a passage or a gold span."""

    @property
    def source(self) -> str:
        """Path of the source below the corpus folder."""

    @property
    def start(self) -> int:
        """First code point."""

    @property
    def end(self) -> int:
        """Code point after the last."""


def overlaps(span: Span, gold: Gold) -> bool:
    """Tell whether ``span`` covers at least half of ``gold``; of a long gold span, half of ``span`` may lie in it."""
    if span.source != gold.source:
        return False
    shared = min(span.end, gold.end) - max(span.start, gold.start)
    length = gold.end - gold.start
    if shared <= 0:
        return False
    return 2 * shared >= length or (length > LONG_GOLD and 2 * shared >= span.end - span.start)


def is_hit(quote: Span, gold: Sequence[Gold]) -> bool:
    """Tell whether a quote answers: not too long, and it covers one of the gold spans."""
    return quote.end - quote.start <= LONGEST_HIT and any(overlaps(quote, span) for span in gold)


def first_hit(quotes: Sequence[Span], gold: Sequence[Gold]) -> int | None:
    """Rank, from 1, of the first quote that is a hit."""
    return next((rank for rank, quote in enumerate(quotes, 1) if is_hit(quote, gold)), None)
