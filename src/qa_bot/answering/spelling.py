"""Misspelt words of a question, mended by the words of the documents.

Only a word that no document holds is looked at. It becomes one that a document holds, in whatever ending, or one that
carries no subject ("wich" is "which"), where that is likelier than that it is what was meant: how frequent a word is,
times how likely it is to be mistyped so, is held against how frequent the word is as it stands (Kernighan, Church and
Gale, "A Spelling Correction Program Based on a Noisy Channel Model", 1990). So "really" is not taken for the documents'
"rally", and a name that they don't know mostly stays what it is.

How frequent a word is, is its share of the documents' words, smoothed by what Zipf's law gives for its rank in the
encoder's vocabulary (a Dirichlet prior): a few documents tell little of it, many tell more. It is the more frequent
beside a word that it stands beside in the documents (a bigram model, smoothed by the former: MacKay and Peto, "A
Hierarchical Dirichlet Language Model", 1995): where they tell of Thomas Homan, "thomas homen" is he, and not "home".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from qa_bot.encoding import Encoder
from qa_bot.index import STOP_WORDS, OpenIndex, terms_of, words_of

SHORTEST = 3
"""Letters; in a shorter word each letter is as likely meant."""
LONG = 8
"""Letters from which two may differ."""
PRIOR = 10_000
"""What the encoder's vocabulary counts, in words of documents."""
PAIR_PRIOR = 1_000
"""What the frequency of a word by itself counts, in passages, against how many hold it beside its neighbour."""
UNKNOWN = 4e-9
"""How frequent a word is that neither the documents nor the encoder know."""
UNKNOWN_NAME = 2e-7
"""The same of a word with a capital inside the question: there are many more names than either knows."""
OTHER_ENDING = 0.1
"""How frequent a word is that is known in another ending, against that one."""
LIKELY = 6e-3
"""How likely a word is mistyped by a letter left out or doubled, or two that change places."""
UNLIKELY = 6e-4
"""The same for any other letter."""
FIRST_LETTER = 0.1
"""So much less likely where the first letter is another."""

_WORD = re.compile(r"([^\W\d_]+)(?:['’]s)?")
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly")
_DOUBLED = re.compile(r"(.)\1")


def mended(question: str, index: OpenIndex, encoder: Encoder) -> str:
    """Return the question with each word that is likely misspelt replaced by the one that was likely meant."""
    words = words_of(question)
    for token in dict.fromkeys(words):
        match = _WORD.fullmatch(token)
        if match is None or len(match[1]) < SHORTEST or match[1].isupper() or _is_known(match[1], index, encoder):
            continue
        if token not in words:  # "teh's" is gone once "teh" is mended
            continue
        word = match[1]
        is_name = word[0].isupper() and not question.startswith(word)
        beside = _neighbours(words.index(token), words)
        meant = _contracted(word.lower()) or _meant(word.lower(), beside, is_name, index, encoder)
        if meant is not None:
            meant = meant.capitalize() if word[0].isupper() else meant
            question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", meant, question)
            words = words_of(question)
    return question


def _is_known(word: str, index: OpenIndex, encoder: Encoder) -> bool:
    """Say whether the word carries no subject, or a document holds it; in another ending, where the encoder knows it.

    A stem alone tells too little: "immigrents" has that of "immigrants".
    """
    terms, written = terms_of(word), word.lower()
    if not terms or index.store.passages_with_word(written):
        return True
    # One piece is a word to the encoder: its list of words would have to be made first.
    return any(map(index.store.passages_with, terms)) and encoder.count_pieces(written) == 1


def _contracted(word: str) -> str | None:
    """Return "don't" for "dont"."""
    contracted = f"{word[:-1]}'{word[-1]}"
    return contracted if contracted in STOP_WORDS else None


def _neighbours(at: int, words: Sequence[str]) -> tuple[str, str]:
    """Return the terms nearest to a word on either side, "" where there is none; stop words are no terms."""

    def first_term(nearest_first: Iterable[str]) -> str:
        return next((term for word in nearest_first for term in terms_of(word)), "")

    return first_term(reversed(words[:at])), first_term(words[at + 1 :])


def _meant(word: str, beside: tuple[str, str], is_name: bool, index: OpenIndex, encoder: Encoder) -> str | None:
    """Return the likeliest word that ``word`` is a misspelling of; none where it is likelier meant as it stands.

    ``beside``: the terms before and after it, "" where there is none.
    """

    def frequency(other: str) -> float:
        rank, passages = ranks.get(other), index.store.passages_with_word(other)
        if rank is None and not passages:
            return 0.0
        in_general = 0.0 if rank is None else 1 / (rank * harmonic)
        by_itself = (passages + PRIOR * in_general) / (index.store.counted_words + PRIOR)
        # A bigram's frequency but for a divisor, which is the same for all words beside a neighbour.
        return by_itself + together(other) / PAIR_PRIOR

    def together(other: str) -> int:
        """Count the passages in which ``other`` stands beside what it would stand beside in the question."""
        before, after = beside
        term = "".join(terms_of(other))
        return sum(index.store.passages_with_pair(*pair) for pair in ((before, term), (term, after)) if all(pair))

    ranks = encoder.word_ranks
    harmonic = math.log(len(ranks) + 1) + 1
    as_it_stands = max(
        frequency(word),
        OTHER_ENDING * max(map(frequency, _in_other_endings(word)), default=0.0),
        UNKNOWN_NAME if is_name else UNKNOWN,
    )
    reach = 2 if len(word) >= LONG else 1
    likeliest, meant = as_it_stands, None
    for other, distance in _alike(word, reach, index, encoder).items():
        if is_name and not terms_of(other):
            continue
        likelihood = frequency(other) * _mistyped(word, other, distance)
        if likelihood > likeliest:
            likeliest, meant = likelihood, other
    return meant


def _in_other_endings(word: str) -> list[str]:
    """Return the words of the same stem that are ``word`` with less or more of an ending."""
    stem = terms_of(word)
    shorter = (word[:length] for length in range(SHORTEST, len(word)))
    longer = (word + ending for ending in _ENDINGS)
    return [other for other in (*shorter, *longer) if terms_of(other) == stem]


def _alike(word: str, reach: int, index: OpenIndex, encoder: Encoder) -> dict[str, int]:
    """Return the words that may be meant, none of them more than ``reach`` letters away, and how many each is.

    They are the documents' words that begin alike, and of the encoder's those that the documents hold in another ending
    or that carry no subject.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    def near(words: Sequence[str]) -> dict[str, int]:
        found = process.extract(word, words, scorer=OSA.distance, score_cutoff=reach, limit=None)
        return {other: int(distance) for other, distance, _ in found}

    of_documents = near(index.store.words_like(word[0], len(word) - reach, len(word) + reach))
    of_encoder = near(list(encoder.word_ranks))
    return of_documents | {known: of_encoder[known] for known in of_encoder if _is_known(known, index, encoder)}


def _mistyped(word: str, meant: str, distance: int) -> float:
    """Return how likely ``meant`` is mistyped as ``word``, which is one or two letters away."""
    is_likely = (
        len(word) < len(meant)
        or sorted(word) == sorted(meant)
        or _DOUBLED.sub(r"\1", word) == _DOUBLED.sub(r"\1", meant)
    )
    likelihood = LIKELY if is_likely else UNLIKELY
    if distance > 1:
        likelihood *= UNLIKELY if is_likely else LIKELY
    return likelihood * (1.0 if word[0] == meant[0] else FIRST_LETTER)
