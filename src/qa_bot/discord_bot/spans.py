"""Which part of a document is shown around a quote, and how it is cut to fit: at sentence ends, marked by ``[…]``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa_bot.discord_bot import markup
from qa_bot.discord_bot.markup import ELLIPSIS, Run

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)|(?=\n)")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """``document[start:end]`` with ``document[strong_start:strong_end]`` emphasised, and which ends are cut.

    Without emphasis the strong span is empty.
    """

    start: int
    end: int
    strong_start: int
    strong_end: int
    cut_before: bool = False
    cut_after: bool = False

    def runs(self, document: str) -> tuple[Run, ...]:
        """What a reader is to see."""
        parts = (
            Run(f"{ELLIPSIS} " if self.cut_before else ""),
            Run(document[self.start : self.strong_start]),
            Run(document[self.strong_start : self.strong_end], strong=True),
            Run(document[self.strong_end : self.end]),
            Run(f" {ELLIPSIS}" if self.cut_after else ""),
        )
        return tuple(run for run in parts if run.text)

    def markup(self, document: str) -> str:
        """The excerpt as a block quote."""
        return markup.block(self.runs(document))


def around(document: str, span: tuple[int, int], context: tuple[int, int], *, room: int, spare: int) -> Excerpt:
    """The quote ``span`` with as much of ``context`` as fits, whole sentences only.

    ``room`` bounds the markup, ``spare`` the code points of context. A quote that doesn't fit by itself is cut.
    """
    start, end = span
    for left, right in _shrinking(document, span, context):
        if start - left + right - end > spare:
            continue
        excerpt = Excerpt(left, right, start, end, cut_before=left > context[0], cut_after=right < context[1])
        if len(excerpt.markup(document)) <= room:
            return excerpt
    return cut(document, span, room=room, strong=True)


def cut(document: str, span: tuple[int, int], *, room: int, strong: bool = False) -> Excerpt:
    """``span``, or as much of its beginning as fits ``room``: to a sentence's end, else a word's, else anywhere."""
    start, end = span

    def excerpt(stop: int) -> Excerpt:
        emphasised = stop if strong else start
        return Excerpt(start, stop, start, emphasised, cut_after=stop < end)

    if len(excerpt(end).markup(document)) <= room:
        return excerpt(end)
    low, high = start, end  # the longest prefix that fits, by bisection: its markup only grows
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(excerpt(middle).markup(document)) <= room else (low, middle)
    ends = [found.end() + start for found in _SENTENCE_END.finditer(document[start:low])]
    words = [found.start() + start for found in re.finditer(r"\s", document[start:low])]
    for stop in (*ends[-1:], *words[-1:]):
        if stop > start + (low - start) // 3 and document[start:stop].strip():
            return excerpt(stop)
    return excerpt(low)


def window(document: str, span: tuple[int, int], reach: int) -> tuple[int, int]:
    """``span`` widened by about ``reach`` code points on each side, to where sentences begin and end."""
    start, end = span
    left, right = max(0, start - reach), min(len(document), end + reach)
    if left:
        left = next((p for p in _starts(document, left, start)), start)
    if right < len(document):
        right = next((p for p in reversed(list(_ends(document, end, right)))), end)
    return left, right


def _shrinking(document: str, span: tuple[int, int], context: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """From the whole context down to the quote, a sentence less each time, from the longer side."""
    lefts = [context[0], *_starts(document, context[0], span[0]), span[0]]
    rights = [context[1], *reversed(list(_ends(document, span[1], context[1]))), span[1]]
    while True:
        yield lefts[0], rights[0]
        if len(lefts) == len(rights) == 1:
            return
        before, after = span[0] - lefts[0], rights[0] - span[1]
        if len(rights) > 1 and (after >= before or len(lefts) == 1):
            del rights[0]
        else:
            del lefts[0]


def _starts(document: str, low: int, high: int) -> Iterator[int]:
    """Where sentences begin within ``low:high``, in order."""
    for found in _SENTENCE_END.finditer(document, low, high):
        position = found.end()
        while position < high and document[position].isspace():
            position += 1
        if low < position < high:
            yield position


def _ends(document: str, low: int, high: int) -> Iterator[int]:
    """Where sentences end within ``low:high``, in order."""
    for found in _SENTENCE_END.finditer(document, low, high):
        if low < found.end() < high:
            yield found.end()
