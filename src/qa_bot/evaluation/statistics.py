"""Statistics of weighted questions, and their intervals by bootstrap.

Each statistic maps weights, float64 (resamples, questions), to values, float64 (resamples,): how often each question
was drawn into each resample. The estimate itself is the statistic with one row of ones, so that estimate and interval
cannot be counted in two ways. A resample that holds nothing to count gives NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Statistic = Callable[[Floats], Floats]

RESAMPLES = 2000
SEED = 7
BINS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with the ends of its 95% interval, over ``questions`` questions. None: nothing to count."""

    value: float | None
    low: float | None
    high: float | None
    questions: int


def resample(questions: int, *, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Draw as many questions as there are, with replacement, ``resamples`` times: (resamples, questions) counts."""
    if questions == 0:
        return np.zeros((resamples, 0))
    generator = np.random.default_rng(seed)
    return generator.multinomial(questions, np.full(questions, 1 / questions), size=resamples).astype(np.float64)


def estimate(statistic: Statistic, weights: Floats, questions: int) -> Figure:
    """Estimate with its percentile interval (Efron and Tibshirani 1993, section 13.3): 2.5% to 97.5%."""
    value = float(statistic(np.ones((1, weights.shape[1])))[0])
    low, high = interval(statistic(weights))
    return Figure(_or_none(value), low, high, questions)


def interval(drawn: Floats) -> tuple[float | None, float | None]:
    """Give the ends of the 95% interval of resampled values; NaN are left out."""
    counted = drawn[~np.isnan(drawn)]
    if not counted.size:
        return None, None
    low, high = np.quantile(counted, [0.025, 0.975])
    return float(low), float(high)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def mean(values: Floats, among: Flags) -> Statistic:
    """Mean of ``values`` (questions,) over the questions flagged in ``among``."""
    kept = np.where(among, values, 0.0)
    flags = among.astype(np.float64)
    return lambda weights: _ratio(weights @ kept, weights @ flags)


def area_under_roc(scores: Floats, positive: Flags, among: Flags | None = None) -> Statistic:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.

    That is the Mann-Whitney form (Hanley and McNeil 1982). Only questions flagged in ``among`` count.
    """
    kept = np.ones_like(positive) if among is None else among
    order, starts = _groups(scores)

    def statistic(weights: Floats) -> Floats:
        up = _group_sums(weights * (positive & kept), order, starts)
        down = _group_sums(weights * (~positive & kept), order, starts)
        below = np.cumsum(down, axis=1) - down
        return _ratio((up * (below + down / 2)).sum(axis=1), up.sum(axis=1) * down.sum(axis=1))

    return statistic


def coverage(confidence: Floats, right: Flags, precision: float = 0.9) -> Statistic:
    """Find the largest share of all questions answered by a threshold with at least ``precision`` of them right.

    A threshold answers every question whose confidence reaches it; questions of equal confidence go together.
    """
    order, starts = _groups(-confidence)

    def statistic(weights: Floats) -> Floats:
        given = np.cumsum(_group_sums(weights, order, starts), axis=1)
        good = np.cumsum(_group_sums(weights * right, order, starts), axis=1)
        enough = reaches(good, given, precision)
        return _ratio(np.where(enough, given, 0.0).max(axis=1, initial=0.0), weights.sum(axis=1))

    return statistic


def reaches(good: Floats, given: Floats, precision: float) -> Flags:
    """Tell where ``good`` of ``given`` is at least ``precision``; the slack is for the rounding of their product."""
    return np.asarray(good >= precision * given - 1e-9)


def quantile(values: Floats, share: float, among: Flags) -> Statistic:
    """Smallest value that at least ``share`` of the questions do not exceed (the inverted distribution function)."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]

    def statistic(weights: Floats) -> Floats:
        if not ranked.size:
            return np.full(len(weights), np.nan)
        counts = np.cumsum((weights * among)[:, order], axis=1)
        total = counts[:, -1]
        place = np.argmax(counts >= (share * total - 1e-9)[:, None], axis=1)
        return np.where(total > 0, ranked[place], np.nan)

    return statistic


def calibration_error(confidence: Floats, right: Flags) -> Statistic:
    """Count the expected calibration error: mean distance of confidence and share right, over ``BINS`` equal widths.

    Naeini, Cooper and Hauskrecht 2015; each bin counts by its share of the questions.
    """
    member = np.eye(BINS)[bin_of(confidence)].reshape(-1, BINS)

    def statistic(weights: Floats) -> Floats:
        gaps = (weights * (confidence - right)) @ member
        return _ratio(np.abs(gaps).sum(axis=1), weights.sum(axis=1))

    return statistic


def falling(confidence: Floats, right: Flags) -> tuple[Floats, Floats, Floats]:
    """Lower a threshold step by step: the confidences met, and how many are answered and how many right down to each.

    float64 (levels,) each, from the highest confidence down; questions of equal confidence are one level.
    """
    order, starts = _groups(-confidence)
    ones = np.ones((1, len(confidence)))
    given = np.cumsum(_group_sums(ones, order, starts)[0])
    good = np.cumsum(_group_sums(ones * right, order, starts)[0])
    return confidence[order][starts], given, good


def bin_of(confidence: Floats) -> NDArray[np.intp]:
    """Bin, from 0, of each confidence: bins are half open, the last one closed."""
    return np.clip((confidence * BINS).astype(np.intp), 0, BINS - 1)


def _groups(keys: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the ascending order of ``keys``, and where in it each run of equal keys starts."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if ranked.size else np.zeros(0, np.intp)
    return order, starts


def _group_sums(weights: Floats, order: NDArray[np.intp], starts: NDArray[np.intp]) -> Floats:
    if not starts.size:
        return np.zeros((len(weights), 0))
    return np.asarray(np.add.reduceat(weights[:, order], starts, axis=1))


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
