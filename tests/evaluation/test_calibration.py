from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering import fitted_threshold
from qa_bot.errors import EvaluationError, IndexWriteError
from qa_bot.evaluation.calibration import describe, fit_threshold, write_calibration
from qa_bot.evaluation.outcomes import Evaluation, Outcome
from qa_bot.evaluation.statistics import coverage
from qa_bot.types import IndexIdentity
from tests.evaluation.making import outcome, unanswerable


def run(rights: str) -> list[Outcome]:
    """Outcomes of falling confidence: ``+`` right, ``-`` wrong, ``0`` unanswerable."""
    count = len(rights)
    return [
        unanswerable(str(place), 1 - place / count)
        if mark == "0"
        else outcome(str(place), 1 - place / count, rank=1 if mark == "+" else 2)
        for place, mark in enumerate(rights)
    ]


def test_the_threshold_lies_midway_below_the_last_question_that_is_answered() -> None:
    threshold = fit_threshold(run("+++++++++-+0-00-000-"))

    # Down to the 11th (.50) 10 of 11 are right; the next is at .45.
    assert threshold.min_confidence == pytest.approx(0.475)
    assert [threshold.answered, threshold.right] == pytest.approx([11 / 20, 10 / 11])


def test_a_threshold_that_answers_everything_lies_below_the_last_question() -> None:
    assert fit_threshold(run("+" * 19 + "0")).min_confidence == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("rights", "says"),
    [
        pytest.param("+" * 18 + "0", "needs 20 questions or more, these are 19", id="too few"),
        pytest.param("+" * 20, "needs questions that the documents do not answer", id="none unanswerable"),
        pytest.param("0" + "+" * 7 + "-" * 12, "no threshold makes 90%", id="never precise enough"),
    ],
)
def test_questions_that_allow_no_threshold_are_told_so(rights: str, says: str) -> None:
    with pytest.raises(EvaluationError, match=says):
        fit_threshold(run(rights))


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("+-0")), min_size=20, max_size=40))
def test_the_threshold_answers_as_many_as_coverage_says(drawn: list[tuple[int, str]]) -> None:
    outcomes = [
        unanswerable(str(place), level / 9)
        if mark == "0"
        else outcome(str(place), level / 9, rank=1 if mark == "+" else None)
        for place, (level, mark) in enumerate(drawn)
    ] + [unanswerable("last", 0.0)]
    confidence = np.array([each.confidence for each in outcomes])
    right = np.array([each.right for each in outcomes])
    most = float(coverage(confidence, right)(np.ones((1, len(outcomes))))[0])

    if most == 0:
        with pytest.raises(EvaluationError):
            fit_threshold(outcomes)
    else:
        threshold = fit_threshold(outcomes)
        assert threshold.answered == pytest.approx(most)
        assert threshold.right >= 0.9 - 1e-9
        assert (confidence >= threshold.min_confidence).mean() == pytest.approx(most)


def test_the_threshold_is_described_in_one_line() -> None:
    line = describe(fit_threshold(run("+++++++++-+0-00-000-")))

    assert line.startswith("min_confidence 0.475 answers 55.0% of these questions, 90.9% of the answers right (")
    assert line.endswith("% on questions held out)")


def test_the_calibration_is_kept_beside_the_index(tmp_path: Path) -> None:
    outcomes = tuple(run("+++++++++-+0-00-000-"))
    evaluation = Evaluation("own.jsonl", IndexIdentity("g1", "a/model"), outcomes)

    path = write_calibration(tmp_path, evaluation, fit_threshold(outcomes), "none")

    kept = json.loads(path.read_text(encoding="utf-8"))
    created = datetime.fromisoformat(kept.pop("created"))
    assert path == tmp_path / "calibration.json"
    assert kept == {"min_confidence": pytest.approx(0.475), "model": "a/model", "ranker": "none", "questions": 20}
    assert timedelta(0) <= datetime.now(UTC) - created < timedelta(minutes=1)
    assert [each.name for each in tmp_path.iterdir()] == ["calibration.json"]


@pytest.mark.parametrize(("model", "ranker", "fitted"), [("m", "none", 0.475), ("m", "r", None), ("n", "none", None)])
def test_a_threshold_holds_for_the_model_and_the_ranker_it_was_fitted_with(
    tmp_path: Path, model: str, ranker: str, fitted: float | None
) -> None:
    outcomes = tuple(run("+++++++++-+0-00-000-"))
    write_calibration(tmp_path, Evaluation("own", IndexIdentity("g1", "m"), outcomes), fit_threshold(outcomes), "none")
    assert fitted_threshold(tmp_path, model, ranker) == (fitted and pytest.approx(fitted))


def test_a_calibration_that_cannot_be_written_is_told_so(tmp_path: Path) -> None:
    outcomes = tuple(run("+++++++++-+0-00-000-"))
    evaluation = Evaluation("own.jsonl", IndexIdentity("g1", "a/model"), outcomes)

    with pytest.raises(IndexWriteError, match="can't be written: No such file"):
        write_calibration(tmp_path / "none", evaluation, fit_threshold(outcomes), "none")
