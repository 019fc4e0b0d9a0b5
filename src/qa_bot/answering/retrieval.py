"""Passages for a question: nearest by vector and by words, fused into one order.

The score is a convex combination, ``DENSE_WEIGHT * cosine + (1 - DENSE_WEIGHT) * lexical``, where ``lexical`` is BM25
as a share of the best passage's. Such a combination, once its weight is tuned, beats reciprocal-rank fusion (Bruch, Gai
and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023).
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

DENSE_WEIGHT = 0.4
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
    lexical = dict(index.store.bm25(searched_terms(query.weights, len(index.passages)), pool, sources))
    dense = dict(index.passages.nearest(query.vector, pool, among))
    # A passage that only the words proposed gets its exact cosine, too.
    missing = [number for number in lexical if number not in dense]
    dense |= dict(zip(missing, (index.passages.rows(missing) @ query.vector).tolist(), strict=True))
    best = max(lexical.values(), default=0.0)
    hits = [(number, cosine, lexical.get(number, 0.0) / best if best > 0 else 0.0) for number, cosine in dense.items()]
    scored = [
        (DENSE_WEIGHT * max(cosine, 0.0) + (1 - DENSE_WEIGHT) * share, n, cosine, share) for n, cosine, share in hits
    ]
    scored.sort(key=lambda item: (-item[0], item[1]))
    return [
        Hit(number=number, passage=index.store.passage(number), score=score, dense=cosine, lexical=share)
        for score, number, cosine, share in scored[:k]
    ]
