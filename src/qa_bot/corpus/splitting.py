"""Passages: what is encoded, searched and shown around a quote.

A passage is one paragraph, several short neighbours, or a part of a long one cut at sentence ends. Together the
passages of a document cover all of its text that is not white space, in order; nothing passes what the model can read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa_bot.corpus.paragraphs import Block
from qa_bot.corpus.reading import blocks_of
from qa_bot.corpus.roles import begins_comments, paragraph_role
from qa_bot.corpus.sentences import sentence_spans, trimmed
from qa_bot.types import Document, Passage, Role, Sentence

SPLITTER_VERSION = 3
"""Part of the index's identity: raise it when the same document would be split otherwise."""

TARGET_PIECES = 160
"""A longer paragraph is cut. Short factual answers retrieve best from passages of 64 to 128 word pieces."""
FRAGMENT_PIECES = 32
"""A shorter paragraph is joined with its neighbour."""
HEADING_PIECES = 48
"""So much of a title is encoded along with each passage."""
LONGEST_SENTENCE = 600
"""Code points: the longest quote. A longer sentence (a table, a legal clause) is cut at the gentlest place."""

_BULLET = re.compile(r"[-*+•‣▪–—][ \t]+")

LONGEST_PASSAGE = 4000
"""Code points. Only what is no prose gets there: to the model, a string without blanks is one word piece."""

CountPieces = Callable[[str], int]
"""How many word pieces the model makes of a text, without special tokens."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence with what the joining of passages asks of it."""

    sentence: Sentence
    pieces: int
    block: Block
    opens_paragraph: bool


def split_document(document: Document, count_pieces: CountPieces, max_pieces: int) -> list[Passage]:
    """Return the passages of ``document``, each of at most ``max_pieces`` word pieces with its heading.

    ``max_pieces`` is what the model reads, less its special tokens.
    """
    heading = _clipped(document.title, count_pieces, min(HEADING_PIECES, max_pieces // 3)) if document.titled else ""
    budget = max(8, min(TARGET_PIECES, max_pieces - (count_pieces(heading) + 2 if heading else 0)))
    units = list(_units(document, blocks_of(document), count_pieces, budget))
    return [_passage(document, group, heading) for group in _grouped(units, budget)]


def _units(document: Document, blocks: list[Block], count: CountPieces, budget: int) -> Iterator[_Unit]:
    """Yield every sentence of the document with its role, cut where it is too long to be quoted or read."""
    text = document.text
    comments_from = _comments_from(text, blocks)
    for number, block in enumerate(blocks, start=1):
        content = text[block.start : block.end]
        is_title = number <= 3 and document.titled and _same_words(content, document.title)
        role = paragraph_role(content, is_heading=block.marked_heading or is_title, is_item=block.is_item)
        if number >= comments_from or block.is_metadata:
            role = Role.FURNITURE
        line, counted_to = block.line, block.start
        opens = True
        begin = _past_bullet(text, block) if block.is_item else block.start
        bullet = count(text[block.start : begin])
        for start, end in _readable(text, sentence_spans(text, begin, block.end), count, budget - bullet):
            line += _line_ends(text[counted_to:start])
            counted_to = start
            pieces = count(text[start:end]) + (bullet if opens else 0)
            yield _Unit(Sentence(start, end, number, line, role), pieces, block, opens)
            opens = False


def _past_bullet(text: str, block: Block) -> int:
    """Where an item's words begin: its bullet belongs to the passage, but is no part of a sentence."""
    mark = _BULLET.match(text, block.start, block.end)
    return mark.end() if mark and mark.end() < block.end else block.start


def _comments_from(text: str, blocks: list[Block]) -> int:
    """The number of the paragraph where readers' comments begin; past the last one where there are none.

    Only in the last third of a document: what follows a comment form there isn't the article's.
    """
    for number, block in enumerate(blocks, start=1):
        if number > len(blocks) * 2 // 3 and begins_comments(text[block.start : block.end]):
            return number
    return len(blocks) + 1


def _readable(text: str, spans: list[tuple[int, int]], count: CountPieces, budget: int) -> Iterator[tuple[int, int]]:
    """Yield the spans, each cut until it is short enough for a quote and for the model."""
    for whole_start, end in spans:
        start = whole_start
        while start < end:
            stop = end if end - start <= LONGEST_SENTENCE else _gentlest_cut(text, start, end)
            while stop - start > 1 and count(text[start:stop]) > budget:
                stop = _gentlest_cut(text, start, stop)
            yield trimmed(text, start, stop)
            start, _ = trimmed(text, stop, end)


def _gentlest_cut(text: str, start: int, end: int) -> int:
    """Where to cut a span that is too long: at a line end, else a semicolon, a comma, a space, else in the middle.

    Within the reach of a quote where that leaves a rest, and not before its first third. ``end - start`` is at least 2,
    and the cut lies between the two.
    """
    reach = min(end - 1, start + min(LONGEST_SENTENCE, max(2, (end - start) * 2 // 3)))
    earliest = start + max(1, (reach - start) // 3)
    for mark in ("\n", "; ", ": ", ", ", " — ", " – ", "\t", " "):
        found = text.rfind(mark, earliest, reach)
        if found > 0:
            return found + len(mark)
    return min(start + (end - start) // 2, start + LONGEST_SENTENCE)


def _grouped(units: list[_Unit], budget: int) -> Iterator[list[_Unit]]:
    """Join sentences into passages: whole paragraphs, fragments with a neighbour, evenly cut long ones."""
    group: list[_Unit] = []
    used = 0
    for unit, left in zip(units, _left_of_paragraph(units), strict=True):
        full = used + unit.pieces > budget
        if group and not full:
            full = unit.sentence.end - group[0].sentence.start > LONGEST_PASSAGE
        if group and (full or _parts(group[-1], used, unit, left, budget)):
            yield group
            group, used = [], 0
        group.append(unit)
        used += unit.pieces
    if group:
        yield group


def _left_of_paragraph(units: list[_Unit]) -> list[int]:
    """For each sentence the word pieces from its start to the end of its paragraph."""
    left = [0] * len(units)
    ahead = 0
    for position in range(len(units) - 1, -1, -1):
        ahead += units[position].pieces
        left[position] = ahead
        if units[position].opens_paragraph:
            ahead = 0
    return left


def _parts(last: _Unit, used: int, unit: _Unit, left: int, budget: int) -> bool:
    """Say whether a passage of ``used`` pieces ends between its sentence ``last`` and the next one, ``unit``.

    ``left`` counts the pieces from there to the end of the paragraph.
    """
    if not unit.opens_paragraph:
        # A paragraph too long for one passage is cut into parts of about the same size.
        return used + left > budget and used >= left
    before, after = last.sentence.role, unit.sentence.role
    if after is Role.HEADING:
        return before is not Role.HEADING
    if {before, after} & {Role.FURNITURE, Role.CAPTION}:
        # Chrome and captions join their like, never the prose beside them.
        return before is not after or used >= FRAGMENT_PIECES
    if before is Role.HEADING:
        return False
    if unit.block.is_item:
        return used >= 3 * FRAGMENT_PIECES
    return used >= FRAGMENT_PIECES and unit.pieces >= FRAGMENT_PIECES // 2


def _passage(document: Document, group: list[_Unit], heading: str) -> Passage:
    sentences = [unit.sentence for unit in group]
    first, last = sentences[0], sentences[-1]
    # A passage takes in the bullet of its first item, and the first one the byte-order mark: no character is lost.
    start = group[0].block.start if group[0].opens_paragraph else first.start
    if document.text.startswith("\ufeff") and not document.text[1:start].strip():
        start = 0
    end = last.end
    return Passage(
        source=document.source,
        start=start,
        end=end,
        text=document.text[start:end],
        paragraph=first.paragraph,
        line=first.line,
        title=document.title,
        heading=""
        if first.role is Role.HEADING and _same_words(document.text[first.start : first.end], document.title)
        else heading,
        sentences=tuple(sentences),
        url=document.url,
        published=document.published,
    )


def _clipped(title: str, count: CountPieces, most: int) -> str:
    """The first words of a title, of at most ``most`` word pieces together."""
    words = title.split()
    while words and count(" ".join(words)) > most:
        words.pop()
    return " ".join(words)


def _same_words(left: str, right: str) -> bool:
    return [w for w in left.strip("#= \t\r\n*_").split() if w] == right.split()


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
