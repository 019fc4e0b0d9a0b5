"""The figures of a set of outcomes, overall and by kind; and the difference of two runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.outcomes import Outcome, kinds_of
from qa_bot.evaluation.ranking import DEPTHS
from qa_bot.evaluation.statistics import (
    Figure,
    Flags,
    Floats,
    Statistic,
    area_under_roc,
    calibration_error,
    coverage,
    estimate,
    interval,
    mean,
    quantile,
    resample,
)

Figures = dict[str, Figure]


@dataclass(frozen=True, slots=True)
class _Measure:
    """A statistic of given outcomes, and the questions that it counts."""

    statistic: Statistic
    among: Flags


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """All figures over ``outcomes``, each with its interval by bootstrap over the questions."""
    weights = resample(len(outcomes))
    return {
        name: estimate(measure.statistic, weights, int(measure.among.sum()))
        for name, measure in _measures(outcomes).items()
    }


def figures_by_kind(outcomes: Sequence[Outcome]) -> dict[str, Figures]:
    """Figures of each kind by itself.

    A kind without answerable questions has its refusal AUROC against the answerable ones of all kinds.
    """
    answerable = [outcome for outcome in outcomes if outcome.answerable]
    tables: dict[str, Figures] = {}
    for kind in kinds_of(outcomes):
        own = [outcome for outcome in outcomes if outcome.kind == kind]
        tables[kind] = figures(own)
        if not any(outcome.answerable for outcome in own):
            tables[kind]["refusal AUROC"] = figures([*answerable, *own])["refusal AUROC"]
    return tables


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences of two runs (this one less the other) over the ``questions`` that both asked."""

    questions: int
    differences: Figures


def compare(these: Sequence[Outcome], others: Sequence[Outcome]) -> Comparison:
    """Compare two runs on the questions they share, by paired bootstrap.

    Each resample draws the same questions for both runs, so what makes a question hard for both cancels out. Raises
    ``EvaluationError`` where they share no question.
    """
    known = {(other.id, other.question, other.answerable): other for other in others}
    pairs = [
        (outcome, other)
        for outcome in these
        if (other := known.get((outcome.id, outcome.question, outcome.answerable))) is not None
    ]
    if not pairs:
        raise EvaluationError("the two runs have no question in common")
    here, there = (_measures(side) for side in zip(*pairs, strict=True))
    weights = resample(len(pairs))
    return Comparison(
        len(pairs), {name: _difference(here[name], there[name], weights) for name in here if name in there}
    )


def _difference(here: _Measure, there: _Measure, weights: Floats) -> Figure:
    ones = np.ones((1, weights.shape[1]))
    value = float((here.statistic(ones) - there.statistic(ones))[0])
    low, high = interval(here.statistic(weights) - there.statistic(weights))
    return Figure(None if np.isnan(value) else value, low, high, int((here.among & there.among).sum()))


def _measures(outcomes: Sequence[Outcome]) -> dict[str, _Measure]:
    """Every figure, by the name that it has in the table and the JSON, in their order."""
    confidence = _values(outcomes, lambda outcome: outcome.confidence)
    answerable = _flags(outcomes, lambda outcome: outcome.answerable)
    answered = _flags(outcomes, lambda outcome: outcome.answered)
    right = _flags(outcomes, lambda outcome: outcome.right)
    hit = _flags(outcomes, lambda outcome: outcome.answerable and outcome.rank is not None and outcome.rank <= 3)
    quoted = _flags(outcomes, lambda outcome: outcome.length is not None)
    everything = np.ones(len(outcomes), dtype=bool)
    length = _values(outcomes, lambda outcome: float(outcome.length or 0))
    wait = _values(outcomes, lambda outcome: outcome.milliseconds)
    rank = _values(outcomes, lambda outcome: outcome.reciprocal_rank or 0.0)
    return {
        "quote@1": _Measure(mean(right.astype(float), answerable), answerable),
        "quote@3": _Measure(mean(hit.astype(float), answerable), answerable),
        "refusal AUROC": _Measure(area_under_roc(confidence, answerable), everything),
        "coverage at 90%": _Measure(coverage(confidence, right), everything),
        "answered": _Measure(mean(answered.astype(float), everything), everything),
        "right of answered": _Measure(mean(right.astype(float), answered), answered),
        **_recalls(outcomes, answerable),
        "MRR@10": _Measure(mean(rank, answerable), answerable),
        "calibration error": _Measure(calibration_error(confidence, right), everything),
        "Brier score": _Measure(mean((confidence - right) ** 2, everything), everything),
        "quote length": _Measure(mean(length, quoted), quoted),
        "latency p50 ms": _Measure(quantile(wait, 0.50, everything), everything),
        "latency p95 ms": _Measure(quantile(wait, 0.95, everything), everything),
    }


def _recalls(outcomes: Sequence[Outcome], answerable: Flags) -> dict[str, _Measure]:
    found = np.array([outcome.recall or (0.0, 0.0, 0.0) for outcome in outcomes]).reshape(-1, len(DEPTHS))
    return {
        f"recall@{depth}": _Measure(mean(found[:, column], answerable), answerable)
        for column, depth in enumerate(DEPTHS)
    }


def _values(outcomes: Sequence[Outcome], of: Callable[[Outcome], float]) -> Floats:
    return np.array([of(outcome) for outcome in outcomes], dtype=np.float64)


def _flags(outcomes: Sequence[Outcome], of: Callable[[Outcome], bool]) -> Flags:
    return np.array([of(outcome) for outcome in outcomes], dtype=np.bool_)
