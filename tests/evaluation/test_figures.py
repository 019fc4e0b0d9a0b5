from __future__ import annotations

import pytest

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.figures import Figures, compare, figures, figures_by_kind
from qa_bot.evaluation.outcomes import Outcome
from tests.evaluation.making import outcome, unanswerable

RUN = (
    outcome("a", 0.95, rank=1, length=100, milliseconds=4.0),
    outcome("b", 0.85, rank=3, length=200, milliseconds=8.0, recall=(0.0, 1.0, 1.0), reciprocal_rank=0.5),
    outcome("c", 0.35, rank=None, length=None, milliseconds=2.0, recall=(0.0, 0.0, 1.0), reciprocal_rank=0.1),
    outcome("d", 0.25, rank=1, length=60, milliseconds=6.0, kind="typo"),
    unanswerable("e", 0.65, milliseconds=1.0, length=40),
)
"""Confidences from the highest down: .95 right, .85 wrong, .65 unanswerable, .35 wrong, .25 right."""


def values(named: Figures) -> dict[str, tuple[float | None, int]]:
    """Value and number of questions of each, to nine places."""
    return {name: (None if f.value is None else round(f.value, 9), f.questions) for name, f in named.items()}


def test_the_figures_are_those_counted_by_hand() -> None:
    assert values(figures(RUN)) == {
        "quote@1": (2 / 4, 4),
        "quote@3": (3 / 4, 4),
        "refusal AUROC": (2 / 4, 5),  # .95 and .85 lie above .65, .35 and .25 below
        "coverage at 90%": (1 / 5, 5),  # only the first is right by nine in ten
        "answered": (3 / 5, 5),
        "right of answered": (round(1 / 3, 9), 3),
        "recall@1": (2 / 4, 4),
        "recall@5": (3 / 4, 4),
        "recall@10": (4 / 4, 4),
        "MRR@10": (round(2.6 / 4, 9), 4),
        # Each stands alone in its bin of a tenth: .05 + .85 + .35 + .75 + .65
        "calibration error": (round(2.65 / 5, 9), 5),
        "Brier score": (round((0.05**2 + 0.85**2 + 0.35**2 + 0.75**2 + 0.65**2) / 5, 9), 5),
        "quote length": (100.0, 4),
        "latency p50 ms": (4.0, 5),
        "latency p95 ms": (8.0, 5),
    }


def test_a_hit_beyond_the_third_quote_is_no_hit_of_quote_at_3() -> None:
    assert values(figures([outcome("a", 0.9, rank=4)]))["quote@3"] == (0.0, 1)


def test_a_kind_has_the_figures_of_its_own_questions() -> None:
    by_kind = {kind: values(table) for kind, table in figures_by_kind(RUN).items()}

    assert {kind: (table["quote@1"], table["answered"]) for kind, table in by_kind.items()} == {
        "plain": ((round(1 / 3, 9), 3), (round(2 / 3, 9), 3)),
        "typo": ((1.0, 1), (0.0, 1)),
        "far": ((None, 0), (1.0, 1)),
    }


def test_an_unanswerable_kind_is_told_apart_from_all_answerable_questions() -> None:
    run = (*RUN, unanswerable("f", 0.05, kind="near"))

    assert {kind: table["refusal AUROC"].value for kind, table in figures_by_kind(run).items()} == {
        "plain": None,
        "typo": None,
        "far": 2 / 4,
        "near": 1.0,
    }


def test_no_outcomes_have_no_figures() -> None:
    assert {figure.value for figure in figures([]).values()} == {None}


def better(run: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """The same run with the third question got right."""
    return (*run[:2], outcome("c", 0.35, rank=1, length=30, milliseconds=2.0), *run[3:])


def test_a_run_compared_with_itself_differs_in_nothing() -> None:
    comparison = compare(RUN, RUN)

    assert comparison.questions == 5
    assert {(f.value, f.low, f.high) for f in comparison.differences.values()} == {(0.0, 0.0, 0.0)}


def test_a_difference_is_this_run_less_the_other_over_the_same_questions() -> None:
    comparison = compare(better(RUN), RUN)

    assert {name: comparison.differences[name].value for name in ("quote@1", "quote@3", "answered", "recall@1")} == {
        "quote@1": 0.25,
        "quote@3": 0.25,
        "answered": 0.0,
        "recall@1": 0.25,
    }
    gain = comparison.differences["quote@1"]
    assert gain.low is not None
    assert gain.low >= 0  # Each resample has the question in both runs or in neither.


def test_only_questions_that_both_runs_asked_are_compared() -> None:
    other = (*RUN[1:], outcome("z", 0.5, rank=1), outcome("a", 0.9, rank=1, question="something else?"))

    assert compare(RUN, other).questions == 4


def test_runs_without_a_common_question_are_not_compared() -> None:
    with pytest.raises(EvaluationError, match="no question in common"):
        compare(RUN, [outcome("z", 0.5)])
