"""Paragraphs of plain text: by blank lines or by lines, whichever the text uses.

Between two blank lines stands either one paragraph whose lines were wrapped at some width, or a run of paragraphs of
one line each. Scraped articles mix both, so each such stretch is judged by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa_bot.corpus.sentences import trimmed

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")
_LIST_MARK = re.compile(r"[ \t]*(?:[-*+•‣▪–—]|\(?\d{1,3}[.)])[ \t]+\S")
_ENDS_LIKE_PARAGRAPH = re.compile(r"""[.!?…:。！？।؟]["'”’»)\]]*\s*$""")
WIDEST_WRAP = 120
"""Code points; text wrapped by hand or by a mailer has no longer lines."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: its span without surrounding white space, and the line (from 1) that it starts in."""

    start: int
    end: int
    line: int
    marked_heading: bool = False
    is_item: bool = False
    wrapped: bool = False
    """It spans several lines."""
    is_metadata: bool = False
    """It tells of the document, and is no part of what the document says."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line's span without surrounding white space; empty for a blank line. ``number`` counts from 1."""

    start: int
    end: int
    number: int

    @property
    def blank(self) -> bool:
        """Whether nothing but white space stands in it."""
        return self.start == self.end


def lines_of(text: str) -> list[Line]:
    r"""Return the lines of ``text``; a line ends at ``\n``, ``\r\n`` or ``\r``."""
    lines = []
    for number, match in enumerate(_LINE.finditer(text), start=1):
        # A byte-order mark is kept in the text, but no sentence begins with it.
        begin = 1 if match.start() == 0 and text.startswith("\ufeff") else match.start()
        lines.append(Line(*trimmed(text, begin, max(begin, match.end())), number))
    return lines


def text_blocks(text: str) -> list[Block]:
    """Return the paragraphs of plain text in order; together they cover all of it that is not white space."""
    blocks: list[Block] = []
    stretch: list[Line] = []
    for line in [*lines_of(text), Line(len(text), len(text), 0)]:
        if not line.blank:
            stretch.append(line)
        elif stretch:
            blocks += _paragraphs(text, stretch)
            stretch = []
    return blocks


def _paragraphs(text: str, stretch: list[Line]) -> list[Block]:
    """Cut the lines between two blank ones into paragraphs."""
    wrapped = _is_wrapped(text, stretch)
    groups: list[list[Line]] = []
    for line in stretch:
        if groups and wrapped and not _LIST_MARK.match(text, line.start, line.end):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [
        Block(
            group[0].start,
            group[-1].end,
            group[0].number,
            is_item=_LIST_MARK.match(text, group[0].start, group[0].end) is not None,
            wrapped=len(group) > 1,
        )
        for group in groups
    ]


def _is_wrapped(text: str, stretch: list[Line]) -> bool:
    """Say whether these lines are one paragraph, broken at some width, rather than a paragraph each.

    Wrapped lines are no longer than ``WIDEST_WRAP`` and mostly end in the middle of a sentence.
    """
    if len(stretch) < 2 or any(line.end - line.start > WIDEST_WRAP for line in stretch):
        return False
    ended = sum(_ENDS_LIKE_PARAGRAPH.search(text, line.start, line.end) is not None for line in stretch[:-1])
    return ended / (len(stretch) - 1) < 0.5
