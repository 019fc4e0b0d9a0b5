"""Misspelt words of a question, mended by the words of the documents.

Only a word that no document holds is looked at, and it becomes one that differs by a letter (two in a long word) and
begins alike, the most frequent of the nearest. A name that the documents don't know mostly stays what it is.
"""

from __future__ import annotations

from qa_bot.index import OpenIndex, terms_of, words_of

SHORTEST = 5
"""Letters; a shorter unknown word is as likely another word as a misspelt one."""
LONG = 8
"""Letters from which two may differ."""


def mended(question: str, index: OpenIndex) -> str:
    """Return the question with each unknown word that looks misspelt replaced by the documents' own."""
    for word in dict.fromkeys(words_of(question)):
        if len(word) < SHORTEST or not word.isalpha() or any(map(index.store.passages_with, terms_of(word))):
            continue
        meant = _nearest(word.lower(), index) if terms_of(word) else None
        if meant is not None:
            question = question.replace(word, meant)
    return question


def _nearest(word: str, index: OpenIndex) -> str | None:
    from rapidfuzz.distance import OSA

    reach = 2 if len(word) >= LONG else 1
    known = index.store.words_like(word[0], len(word) - reach, len(word) + reach)
    near = [(OSA.distance(word, other, score_cutoff=reach), -count, other) for other, count in known]
    best = min((entry for entry in near if entry[0] <= reach), default=None)
    return None if best is None else best[2]
