from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.evaluation.questions import Gold, GoldMode, Question
from qa_bot.evaluation.ranking import Ranking, rank_passages
from tests.evaluation.making import Stretch


def question(mode: GoldMode, *starts: int) -> Question:
    gold = tuple(Gold("a.txt", start, start + 10, "x" * 10) for start in starts)
    return Question("q", "plain", "When?", (), mode, gold)


def passages(*starts: int) -> list[Stretch]:
    return [Stretch("a.txt", start, start + 100) for start in starts]


def test_any_gold_span_found_is_the_whole_recall() -> None:
    found = passages(0, 100, 200, 300)

    assert rank_passages([question("any", 210, 310)], [found]) == [Ranking((0.0, 1.0, 1.0), 1 / 3)]


def test_gold_spans_that_answer_together_are_each_a_share_of_the_recall() -> None:
    found = passages(0, 100, 200, 300, 400, 500)

    assert rank_passages([question("all", 10, 510, 9000)], [found]) == [
        Ranking((pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(2 / 3)), 1.0)  # type: ignore[arg-type]
    ]


def test_two_gold_spans_in_one_passage_are_both_found_with_it() -> None:
    assert rank_passages([question("all", 10, 40)], [passages(0)]) == [Ranking((1.0, 1.0, 1.0), 1.0)]


def test_nothing_found_is_nothing_recalled() -> None:
    assert (
        rank_passages([question("any", 10), question("any", 10)], [[], passages(500)])
        == [Ranking((0.0, 0.0, 0.0), 0.0)] * 2
    )


def test_no_questions_give_no_rankings() -> None:
    assert rank_passages([], []) == []


@given(st.lists(st.lists(st.integers(0, 12), unique=True, max_size=10), min_size=1, max_size=6))
def test_recall_and_rank_are_those_of_the_first_passage_that_holds_a_gold_span(orders: list[list[int]]) -> None:
    questions = [question("any", 305) for _ in orders]
    found = [passages(*(100 * place for place in order)) for order in orders]
    ranks = [order.index(3) + 1 if 3 in order else None for order in orders]
    expected = [
        Ranking(
            (float(rank == 1), float(rank is not None and rank <= 5), float(rank is not None)),
            1 / rank if rank else 0.0,
        )
        for rank in ranks
    ]

    assert rank_passages(questions, found) == [
        Ranking(each.recall, pytest.approx(each.reciprocal_rank))  # type: ignore[arg-type]
        for each in expected
    ]
