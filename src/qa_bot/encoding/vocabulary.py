"""What a model's vocabulary tells of how frequent words are."""

from __future__ import annotations

from collections.abc import Mapping

_MARKS = "▁Ġ"
"""SentencePiece and byte pairs mark the piece that begins a word; WordPiece marks those that go on (``##ing``)."""


def word_ranks(pieces: Mapping[str, int]) -> dict[str, int]:
    """Return word -> rank of the words, in small letters, that are one piece; 1 is the most frequent.

    ``pieces``: piece -> number, as tokenizers gives them. A vocabulary lists pieces in about the order of how frequent
    they are: WordPiece's were sorted so, byte pairs are merged so, and a unigram model's are sorted by likelihood.
    """
    marks = tuple(mark for mark in _MARKS if f"{mark}a" in pieces)
    ranks: dict[str, int] = {}
    for piece in sorted(pieces, key=pieces.__getitem__):
        if marks and not piece.startswith(marks):
            continue
        word = (piece[1:] if marks else piece).lower()
        if len(word) > 1 and word.isalpha():
            ranks.setdefault(word, len(ranks) + 1)
    return ranks
