"""Passages for a question: nearest by vector and by words, fused into one order.

The score is a convex combination, ``DENSE_WEIGHT * nearness + (1 - DENSE_WEIGHT) * words``. ``nearness`` is the mean of
the passage's cosine and that of its nearest sentence: a passage on several things lies near none of them. ``words`` is
BM25 as a share of the most that the question's terms could give, not of the best passage's: where no passage holds much
of the question, words decide less. Such a combination, once its weight is tuned, beats reciprocal-rank fusion (Bruch,
Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023, with the same normalisation).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_bot.encoding import Encoder
from qa_bot.index import OpenIndex, terms_of
from qa_bot.types import Hit

DENSE_WEIGHT = 0.5
SENTENCE_SHARE = 0.5
"""What the nearest sentence counts in a passage's nearness."""
MOST_OF_A_TERM = 2.2
"""BM25 gives no term more than this times its inverse document frequency: k1 + 1, with the k1 of SQLite's FTS5."""
ALONE_SHARE = 0.15
"""What a follow-up as it was asked counts in its vector, against the completed one."""
POOL = 50
"""Passages that each of the two searches proposes."""
ALL_TERMS_UP_TO = 50_000
"""Passages; in a larger index only terms that stand in less than a tenth of them are searched."""
RARE_WEIGHT = math.log(10)
MOST_TERMS = 32
"""A long-winded question is searched by its rarest words; each further one costs time and tells little."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the searches see it: its unit vector (float32, (dim,)) and the weight of each of its terms.

    ``alone`` is the question as it was asked, the others are those of the completed one.
    """

    alone: str
    vector: npt.NDArray[np.float32]
    weights: dict[str, float]

    @property
    def total_weight(self) -> float:
        """The weight of all terms together."""
        return sum(self.weights.values())


def query_for(text: str, alone: str, index: OpenIndex, encoder: Encoder) -> Query:
    """Prepare a question. ``text`` is the completed one, ``alone`` the question as it was asked.

    Where they differ, the vector lies between both, so that the conversation helps and does not drown the question.
    """
    vector = encoder.encode_queries([text])[0]
    if text != alone:
        vector = (1 - ALONE_SHARE) * vector + ALONE_SHARE * encoder.encode_queries([alone])[0]
    vector /= max(float(np.linalg.norm(vector)), 1e-12)
    return Query(alone=alone, vector=vector, weights=_weights(text, index))


def _weights(text: str, index: OpenIndex) -> dict[str, float]:
    """Return term -> inverse document frequency, ``ln(1 + (N - n + 0.5) / (n + 0.5))``, of the rarest terms."""
    count = len(index.passages)
    weights = {}
    for term in dict.fromkeys(terms_of(text)):
        frequency = index.store.passages_with(term)
        weights[term] = math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
    rarest = set(sorted(weights, key=lambda term: -weights[term])[:MOST_TERMS])
    return {term: weight for term, weight in weights.items() if term in rarest}


def searched_terms(weights: Mapping[str, float], passages: int) -> list[str]:
    """Return the terms that BM25 is asked for: in a large index without the common ones, where others are left.

    The time of a search is that of reading the postings of all its terms, and the common ones hardly change the order.
    """
    if passages <= ALL_TERMS_UP_TO:
        return list(weights)
    rare = [term for term, weight in weights.items() if weight >= RARE_WEIGHT]
    return rare or sorted(weights, key=lambda term: -weights[term])[:2]


def retrieve(query: Query, index: OpenIndex, k: int, sources: Sequence[str] | None = None) -> list[Hit]:
    """Return at most ``k`` hits, best first; ``sources`` restricts them to these documents."""
    among = None if sources is None else np.asarray(index.store.passage_numbers(sources), dtype=np.int64)
    pool = max(POOL, k)
    terms = searched_terms(query.weights, len(index.passages))
    lexical = dict(index.store.bm25(terms, pool, sources))
    most = MOST_OF_A_TERM * sum(query.weights[term] for term in terms)
    dense = dict(index.passages.nearest(query.vector, pool, among))
    # A passage that only the words proposed gets its exact cosine, too.
    missing = [number for number in lexical if number not in dense]
    dense |= dict(zip(missing, (index.passages.rows(missing) @ query.vector).tolist(), strict=True))
    sentences = _nearest_sentences(query.vector, list(dense), index)
    best = max(lexical.values(), default=0.0)
    hits = []
    for number, cosine in dense.items():
        nearness = (1 - SENTENCE_SHARE) * max(cosine, 0.0) + SENTENCE_SHARE * max(sentences[number], 0.0)
        bm25 = lexical.get(number, 0.0)
        score = DENSE_WEIGHT * nearness + (1 - DENSE_WEIGHT) * (bm25 / most if most > 0 else 0.0)
        hits.append((score, number, cosine, bm25 / best if best > 0 else 0.0))
    hits.sort(key=lambda hit: (-hit[0], hit[1]))
    return [
        Hit(number=number, passage=index.store.passage(number), score=score, dense=cosine, lexical=share)
        for score, number, cosine, share in hits[:k]
    ]


def _nearest_sentences(vector: npt.NDArray[np.float32], passages: Sequence[int], index: OpenIndex) -> dict[int, float]:
    """Return by passage the cosine of its sentence that is nearest to a question's unit vector (float32, (dim,))."""
    pairs = index.store.sentences_of(passages)
    cosines = index.sentences.rows([sentence for _, sentence in pairs]) @ vector
    nearest: dict[int, float] = {}
    for (passage, _), cosine in zip(pairs, cosines.tolist(), strict=True):
        nearest[passage] = max(cosine, nearest.get(passage, cosine))
    return nearest
