"""How sure the engine is that the first quote answers: a logistic regression over a few features.

A single threshold on a similarity says little: how near the nearest sentence is depends on the question's length and
subject. Several weak signs together tell more, and a logistic model of them is calibrated by construction.
"""

from __future__ import annotations

import logging
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from qa_bot.answering.sentences import Candidate
from qa_bot.durable import read_json
from qa_bot.encoding import RankerKind

_log = logging.getLogger(__name__)

FITTED = "calibration.json"
"""Beside the index: a threshold that was fitted on the operator's own questions."""


class Features(NamedTuple):
    """What the confidence is computed from; also the weight of each."""

    cosine: float
    """Question and best sentence, -1 to 1."""
    passage_cosine: float
    """Question and the passage it stands in, -1 to 1."""
    coverage: float
    """Share of the question's term weight in the sentence, and at a discount around it, 0 to 1."""
    opening: float
    """1 where the best sentence opens its passage and its paragraph goes on, else 0."""
    margin: float
    """How far the best sentence's score is ahead of the best one of another passage."""
    logit: float = 0.0
    """What the ranker says of the best sentence, some -10 to 10; 0 without one."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression, and the probability from which on an answer is given."""

    weights: Features
    intercept: float
    threshold: float


# Fitted by training/fit_weights.py on one half of four sets of questions (web search, encyclopaedia, manuals and
# conversations, news), with the ranker on 500 over folders of five articles, too, each set weighing the same;
# docs/evaluation.md has what came of it on the other halves. No threshold
# makes nine of ten answers right on these and still answers much. A quote with its place can be judged by its reader:
# a doubtful one is shown rather than kept back. Who wants fewer and surer ones fits a threshold to own questions.
WITHOUT_RANKER = Calibration(
    Features(cosine=2.112, passage_cosine=2.642, coverage=1.108, opening=-0.759, margin=0.048),
    intercept=-3.749,
    threshold=0.3,
)
CALIBRATIONS: dict[RankerKind | None, Calibration] = {
    None: WITHOUT_RANKER,
    "reader": Calibration(
        # Beside a ranker the share of the question's words adds nothing that holds for another set of questions.
        Features(cosine=2.009, passage_cosine=2.705, coverage=0.0, opening=-0.202, margin=0.173, logit=0.21),
        intercept=-3.279,
        threshold=0.3,
    ),
    # What a given CrossEncoder's logit means isn't known: it orders the sentences, and the other signs are weighed.
    "cross-encoder": WITHOUT_RANKER,
}  # fmt: skip


def features_of(ranked: Sequence[Candidate]) -> Features | None:
    """Return the features of the best candidate; ``None`` where there is none."""
    if not ranked:
        return None
    best = ranked[0]
    elsewhere = [candidate.score for candidate in ranked if candidate.hit.number != best.hit.number]
    return Features(
        cosine=best.signs.cosine,
        passage_cosine=best.hit.dense,
        coverage=best.signs.coverage,
        opening=best.signs.opening,
        margin=best.score - max(elsewhere, default=best.score),
        logit=best.signs.logit,
    )


def probability(features: Features | None, calibration: Calibration) -> float:
    """Return the probability, 0 to 1, that the first quote answers the question; 0 where nothing was found."""
    if features is None:
        return 0.0
    score = calibration.intercept + sum(map(operator.mul, calibration.weights, features))
    return 1.0 / (1.0 + math.exp(-score))


def fitted_threshold(index_dir: Path, model: str, ranker: str) -> float | None:
    """Return the threshold that was fitted on the operator's own questions with this model and ranker, if one was."""
    path = index_dir / FITTED
    try:
        fitted = read_json(path)
        if (fitted["model"], fitted["ranker"]) == (model, ranker):
            return min(1.0, max(0.0, float(fitted["min_confidence"])))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("%s can't be used (%s): run `qa-bot eval --calibrate` again", path, error)
    return None
