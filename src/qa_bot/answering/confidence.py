"""How sure the engine is that the first quote answers: a logistic regression over a few features.

A single threshold on a similarity says little: how near the nearest sentence is depends on the question's length and
subject. Several weak signs together tell more, and a logistic model of them is calibrated by construction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from qa_bot.answering.quotes import Candidate
from qa_bot.answering.retrieval import Query
from qa_bot.types import Hit


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is computed from; those of the ranker some -8 to 8, the others -1 to 1."""

    sentence_cosine: float
    """Question and best sentence."""
    passage_cosine: float
    """Question and the passage it stands in."""
    coverage: float
    """Share of the question's term weight in the sentence, and at a discount around it."""
    rarest_covered: float
    """1 where the passage holds the question's rarest term, else 0."""
    margin: float
    """How far the best sentence is ahead of the best one of another passage."""
    agreement: float
    """1 where words and vectors name the same passage first, else 0."""
    logit: float = 0.0
    """What the ranker says of the best sentence; 0 without one, as are the next two."""
    logit_margin: float = 0.0
    """How far that is above what it says of any sentence of another passage."""
    most_logit: float = 0.0
    """The highest of all sentences that it read."""


# Fitted by training/fit_confidence.py on one half of four sets of questions (web search, encyclopaedia, manuals and
# conversations, news), each weighing the same; on the other halves the areas under the ROC curve, answerable against
# unanswerable, are 0.84, 0.70, 0.77 and 0.96.
WEIGHTS = Features(
    sentence_cosine=3.066,
    passage_cosine=1.918,
    coverage=1.172,
    rarest_covered=-0.321,
    margin=0.771,
    agreement=0.181,
)
INTERCEPT = -4.072
DEFAULT_THRESHOLD = 0.35
"""Below it the answer is "not in the sources".

A quote with its place can be judged by its reader, so that a doubtful one is shown rather than kept back. On the other
halves of the four sets half of all questions are answered at this threshold (0.46 to 0.58), and 0.54, 0.49, 0.82 and
0.45 of these answers are right.
"""


def features_of(query: Query, hits: Sequence[Hit], ranked: Sequence[Candidate]) -> Features:
    """Return the features of the best candidate; all 0 where there is none."""
    if not ranked or not hits:
        return Features(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    best = ranked[0]
    rival = next((c.score for c in ranked if c.hit.number != best.hit.number), 0.0)
    dense_first = max(hits, key=lambda hit: hit.dense).number
    lexical_first = max(hits, key=lambda hit: hit.lexical).number
    return Features(
        sentence_cosine=best.cosine,
        passage_cosine=best.hit.dense,
        coverage=best.coverage,
        rarest_covered=best.rarest_covered,
        margin=best.score - rival,
        agreement=float(dense_first == lexical_first == best.hit.number),
        logit=best.logit,
        logit_margin=best.logit - max((c.logit for c in ranked if c.hit.number != best.hit.number), default=best.logit),
        most_logit=max(candidate.logit for candidate in ranked),
    )


def probability(features: Features) -> float:
    """Return the probability, 0 to 1, that the first quote answers the question."""
    score = INTERCEPT + sum(w * x for w, x in zip(astuple(WEIGHTS), astuple(features), strict=True))
    return 1.0 / (1.0 + math.exp(-score))
