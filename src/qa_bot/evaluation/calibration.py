"""A confidence threshold fitted on one's own questions, kept beside the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from qa_bot.answering.confidence import FITTED
from qa_bot.durable import write_json
from qa_bot.errors import EvaluationError, IndexWriteError
from qa_bot.evaluation.outcomes import Evaluation, Outcome
from qa_bot.evaluation.statistics import Flags, Floats, falling, reaches, resample

PRECISION = 0.9
FEWEST_QUESTIONS = 20


@dataclass(frozen=True, slots=True)
class Threshold:
    """The lowest confidence that is answered, and what it gave on the questions that it was fitted on.

    ``answered`` is the share of all questions that it answers, ``right`` the share of those that are right, and
    ``right_elsewhere`` that share on questions held out (None: never any): the mean over resamples, the threshold
    fitted on the questions drawn, the answers counted on those that were not.
    """

    min_confidence: float
    answered: float
    right: float
    right_elsewhere: float | None


def fit_threshold(outcomes: Sequence[Outcome], *, precision: float = PRECISION) -> Threshold:
    """Find the threshold that answers most questions with at least ``precision`` of the answers right.

    It lies midway between the lowest confidence answered and the next one below. Raises ``EvaluationError`` where the
    questions are too few or no threshold is that precise.
    """
    if len(outcomes) < FEWEST_QUESTIONS:
        raise EvaluationError(
            f"a threshold needs {FEWEST_QUESTIONS} questions or more, these are {len(outcomes)}; add some"
        )
    if all(outcome.answerable for outcome in outcomes):
        raise EvaluationError("a threshold needs questions that the documents do not answer, too; add some")
    confidence = np.array([outcome.confidence for outcome in outcomes])
    right = np.array([outcome.right for outcome in outcomes])
    threshold = _lowest(confidence, right, precision)
    if threshold is None:
        raise EvaluationError(
            f"no threshold makes {precision:.0%} of the answers to these questions right; nothing was written"
        )
    given = confidence >= threshold
    return Threshold(
        threshold, float(given.mean()), float(right[given].mean()), _right_elsewhere(confidence, right, precision)
    )


def describe(threshold: Threshold) -> str:
    """Tell in one line what the threshold does."""
    elsewhere = "" if threshold.right_elsewhere is None else f" ({threshold.right_elsewhere:.1%} on questions held out)"
    return (
        f"min_confidence {threshold.min_confidence:.3f} answers {threshold.answered:.1%} of these questions, "
        f"{threshold.right:.1%} of the answers right{elsewhere}"
    )


def _lowest(confidence: Floats, right: Flags, precision: float) -> float | None:
    """Find the lowest threshold at which enough of the answers given are right; None: there is none."""
    levels, given, good = falling(confidence, right)
    enough = np.flatnonzero(reaches(good, given, precision))
    if not enough.size:
        return None
    last = enough[-1]
    below = levels[last + 1] if last + 1 < len(levels) else 0.0
    return float((levels[last] + below) / 2)


def _right_elsewhere(confidence: Floats, right: Flags, precision: float, *, rounds: int = 200) -> float | None:
    given, good = 0, 0
    for counts in resample(len(confidence), resamples=rounds):
        drawn = np.repeat(np.arange(len(confidence)), counts.astype(int))
        threshold = _lowest(confidence[drawn], right[drawn], precision)
        if threshold is None:
            continue
        answered = (counts == 0) & (confidence >= threshold)
        given += int(answered.sum())
        good += int(right[answered].sum())
    return good / given if given else None


def write_calibration(index_dir: Path, evaluation: Evaluation, threshold: Threshold, ranker: str) -> Path:
    """Write the threshold beside the index, whole or not at all; it holds for this model and ``ranker``.

    Raises ``IndexWriteError``.
    """
    path = index_dir / FITTED
    content = {
        "min_confidence": threshold.min_confidence,
        "model": evaluation.index.model,
        "ranker": ranker,
        "questions": len(evaluation.outcomes),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        write_json(path, content)
    except OSError as error:
        raise IndexWriteError(f"{path} can't be written: {error.strerror or error}") from None
    return path
