"""Two charts of a run as PNG: reliability of the confidence, and risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.outcomes import Outcome
from qa_bot.evaluation.statistics import BINS, Flags, Floats, bin_of, falling, interval, resample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RELIABILITY = "reliability.png"
RISK_COVERAGE = "risk-coverage.png"


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: their mean confidence, the share right with its 95% interval, and their count."""

    confidence: float
    right: float
    low: float
    high: float
    count: int


def reliability(confidence: Floats, right: Flags) -> list[Bin]:
    """Compare confidence and share right over equal widths of confidence; empty bins are left out."""
    member = bin_of(confidence)
    bins = []
    for place in range(BINS):
        inside = member == place
        count = int(inside.sum())
        if not count:
            continue
        values = right[inside].astype(float)
        low, high = interval(resample(count) @ values / count)
        share = float(values.mean())
        bins.append(
            Bin(
                float(confidence[inside].mean()),
                share,
                share if low is None else low,
                share if high is None else high,
                count,
            )
        )
    return bins


def risk_coverage(confidence: Floats, right: Flags) -> tuple[Floats, Floats]:
    """Give the share answered and the share of those wrong, at each threshold from the highest confidence down.

    That is the risk-coverage curve of El-Yaniv and Wiener 2010; float64 (levels,) each.
    """
    _, given, good = falling(confidence, right)
    return given / len(confidence), 1 - good / given


def draw(outcomes: Sequence[Outcome], folder: Path) -> tuple[Path, Path]:
    """Draw both charts into ``folder``, made where it is missing. Raises ``EvaluationError``."""
    # Figure by itself, not pyplot: no display, no state that outlives this call.
    from matplotlib.figure import Figure

    confidence = np.array([outcome.confidence for outcome in outcomes])
    right = np.array([outcome.right for outcome in outcomes])
    paths = (folder / RELIABILITY, folder / RISK_COVERAGE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, plot in zip(paths, (_plot_reliability, _plot_risk), strict=True):
            figure = Figure(figsize=(5, 4.5), layout="constrained")
            plot(figure.subplots(), confidence, right)
            figure.savefig(path, dpi=144)
    except OSError as error:
        raise EvaluationError(f"charts can't be written to {folder}: {error.strerror or error}") from None
    return paths


def _plot_reliability(axes: Axes, confidence: Floats, right: Flags) -> None:
    bins = reliability(confidence, right)
    places = [each.confidence for each in bins]
    shares = [each.right for each in bins]
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--", label="as confident as right")
    axes.vlines(places, [each.low for each in bins], [each.high for each in bins], color="C0", linewidth=1)
    axes.plot(places, shares, marker="o", color="C0", label="bot (bars: 95% interval)")
    for each in bins:
        axes.annotate(str(each.count), (each.confidence, each.right), (5, -11), textcoords="offset points", fontsize=8)
    axes.set(xlabel="confidence", ylabel="first quote answers (share)", xlim=(0, 1), ylim=(-0.03, 1.03))
    axes.set_title("Reliability (numbers: questions)")
    axes.legend(loc="upper left", fontsize=8)


def _plot_risk(axes: Axes, confidence: Floats, right: Flags) -> None:
    share, risk = risk_coverage(confidence, right)
    axes.step(share, risk, where="post", color="C0", label="bot")
    axes.axhline(0.1, color="0.6", linewidth=1, linestyle="--", label="90% of the answers right")
    axes.set(xlabel="questions answered (share)", ylabel="answers wrong (share)", xlim=(0, 1), ylim=(0, 1))
    axes.set_title("Risk and coverage")
    axes.legend(loc="upper left", fontsize=8)
