from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.evaluation.statistics import (
    Figure,
    Flags,
    Floats,
    Statistic,
    area_under_roc,
    calibration_error,
    coverage,
    estimate,
    falling,
    mean,
    quantile,
    resample,
)

Scored = list[tuple[float, bool]]

# Few distinct values, so that ties are common.
scored = st.lists(st.tuples(st.integers(0, 8).map(lambda step: step / 8), st.booleans()), min_size=1, max_size=25)


def split(questions: Scored) -> tuple[Floats, Flags]:
    return np.array([score for score, _ in questions]), np.array([flag for _, flag in questions])


def once(statistic: Statistic, count: int) -> float:
    """The statistic of the questions as they are: each counted once."""
    return float(statistic(np.ones((1, count)))[0])


def test_the_area_counts_pairs_in_the_right_order_and_ties_by_half() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    positive = np.array([True, True, False, False])

    # Pairs: .9>.5, .9>.1, .5=.5 (half), .5>.1: 3.5 of 4.
    assert once(area_under_roc(scores, positive), 4) == 3.5 / 4


def test_the_area_is_not_a_number_without_both_sorts() -> None:
    assert np.isnan(once(area_under_roc(np.array([0.9, 0.5]), np.array([True, True])), 2))


@given(scored)
def test_the_area_is_that_of_all_pairs(questions: Scored) -> None:
    scores, positive = split(questions)
    pairs = [1.0 if up > down else 0.5 if up == down else 0.0 for up in scores[positive] for down in scores[~positive]]
    expected = sum(pairs) / len(pairs) if pairs else float("nan")

    assert once(area_under_roc(scores, positive), len(scores)) == pytest.approx(expected, nan_ok=True)


@given(scored)
def test_the_area_does_not_change_where_scores_keep_their_order(questions: Scored) -> None:
    scores, positive = split(questions)

    assert once(area_under_roc(np.exp(3 * scores) - 7, positive), len(scores)) == pytest.approx(
        once(area_under_roc(scores, positive), len(scores)), nan_ok=True
    )


@given(scored)
def test_the_area_of_turned_scores_is_the_rest(questions: Scored) -> None:
    scores, positive = split(questions)

    assert once(area_under_roc(-scores, positive), len(scores)) == pytest.approx(
        1 - once(area_under_roc(scores, positive), len(scores)), nan_ok=True
    )


def test_coverage_is_the_largest_share_with_nine_in_ten_right() -> None:
    confidence = np.arange(20, 0, -1) / 20
    right = np.ones(20, dtype=bool)
    right[[5, 11, 12, 13]] = False

    # Down to the 11th: 10 of 11 right. Down to the 12th: 10 of 12, and it gets no better than 16 of 20.
    assert once(coverage(confidence, right), 20) == 11 / 20


def test_coverage_may_dip_below_and_rise_again() -> None:
    right = np.array([False] + [True] * 9)

    assert once(coverage(np.arange(10, 0, -1) / 10, right), 10) == 1.0


def test_questions_of_one_confidence_are_answered_together_or_not_at_all() -> None:
    confidence = np.array([0.9, 0.5, 0.5])

    assert once(coverage(confidence, np.array([True, True, False])), 3) == 1 / 3


@given(scored)
def test_coverage_is_the_best_of_all_thresholds(questions: Scored) -> None:
    confidence, right = split(questions)
    shares = [0.0]
    for threshold in confidence:
        answered = confidence >= threshold
        if 10 * int(right[answered].sum()) >= 9 * int(answered.sum()):
            shares.append(float(answered.mean()))

    assert once(coverage(confidence, right), len(confidence)) == pytest.approx(max(shares))


@given(scored)
def test_a_question_drawn_twice_counts_as_two_questions(questions: Scored) -> None:
    confidence, right = split(questions)
    times = np.arange(len(confidence)) % 3
    weights = times.astype(np.float64)
    drawn = np.repeat(np.arange(len(confidence)), times)
    makers = (area_under_roc, coverage, calibration_error)

    for make in makers:
        weighted = float(make(confidence, right)(weights[None, :])[0])
        assert weighted == pytest.approx(once(make(confidence[drawn], right[drawn]), len(drawn)), nan_ok=True)


def test_a_quantile_is_the_smallest_value_that_enough_do_not_exceed() -> None:
    values = np.array([30.0, 10.0, 40.0, 20.0])
    all_of_them = np.ones(4, dtype=bool)

    assert once(quantile(values, 0.50, all_of_them), 4) == 20.0
    assert once(quantile(values, 0.51, all_of_them), 4) == 30.0
    assert once(quantile(values, 0.95, all_of_them), 4) == 40.0
    assert once(quantile(values, 0.50, values > 20), 4) == 30.0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.sampled_from([0.5, 0.9, 0.95]))
def test_a_quantile_is_that_of_numpy(values: list[float], share: float) -> None:
    expected = float(np.quantile(np.array(values), share, method="inverted_cdf"))

    assert once(quantile(np.array(values), share, np.ones(len(values), dtype=bool)), len(values)) == expected


def test_the_calibration_error_is_the_mean_gap_of_confidence_and_share_right() -> None:
    confidence = np.array([0.95, 0.91, 0.15, 1.0])
    right = np.array([True, False, False, True])

    # Last bin (.95 .91 1.0): mean gap |2.86 - 2| / 3, weight 3/4; second bin: .15, weight 1/4.
    assert once(calibration_error(confidence, right), 4) == pytest.approx((0.86 + 0.15) / 4)


@given(scored)
def test_an_interval_holds_the_mean_that_it_is_of(questions: Scored) -> None:
    values, _ = split(questions)
    figure = estimate(mean(values, np.ones(len(values), dtype=bool)), resample(len(values)), len(values))

    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9


def test_the_interval_of_a_share_is_about_that_of_the_normal_distribution() -> None:
    values = np.repeat([1.0, 0.0], [75, 25])
    figure = estimate(mean(values, np.ones(100, dtype=bool)), resample(100), 100)

    # 1.96 * sqrt(.75 * .25 / 100) = .085
    assert [figure.value, figure.low, figure.high] == pytest.approx([0.75, 0.665, 0.835], abs=0.015)


def test_what_nothing_counts_for_has_neither_value_nor_interval() -> None:
    nobody = np.zeros(3, dtype=bool)

    assert estimate(mean(np.ones(3), nobody), resample(3), 0) == Figure(None, None, None, 0)


def test_no_questions_at_all_give_no_values() -> None:
    none, nobody = np.zeros(0), np.zeros(0, dtype=bool)
    statistics = [
        mean(none, nobody), area_under_roc(none, nobody), coverage(none, nobody), quantile(none, 0.5, nobody),
        calibration_error(none, nobody),
    ]  # fmt: skip

    assert [estimate(each, resample(0), 0) for each in statistics] == [Figure(None, None, None, 0)] * 5


def test_resamples_are_the_same_each_time_and_draw_as_many_as_there_are() -> None:
    assert resample(7).tolist() == resample(7).tolist()
    assert set(resample(7).sum(axis=1)) == {7.0}


def test_a_falling_threshold_takes_equal_confidences_in_one_step() -> None:
    levels, given_, good = falling(np.array([0.2, 0.9, 0.5, 0.5]), np.array([False, True, True, False]))

    assert [levels.tolist(), given_.tolist(), good.tolist()] == [[0.9, 0.5, 0.2], [1, 3, 4], [1, 2, 2]]
