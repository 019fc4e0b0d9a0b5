"""Which words of a question are searched for, and which passages come first."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.answering.retrieval import searched_terms
from qa_bot.pipeline import open_answerer
from tests.conftest import SmallIndex

COMMON, RARE = math.log(5), math.log(1000)


@pytest.mark.parametrize(
    ("weights", "passages", "searched"),
    [
        ({"mayor": COMMON, "kestrel": RARE}, 50_000, ["mayor", "kestrel"]),
        ({"mayor": COMMON, "kestrel": RARE}, 50_001, ["kestrel"]),
        ({"mayor": COMMON, "town": COMMON / 2, "law": COMMON / 4}, 1_000_000, ["mayor", "town"]),
        ({}, 1_000_000, []),
    ],
    ids=["every word in a small index", "no common word in a large one", "the rarest where all are common", "none"],
)
def test_common_words_are_searched_only_where_it_is_cheap_or_nothing_else_is_there(
    weights: dict[str, float], passages: int, searched: list[str]
) -> None:
    assert searched_terms(weights, passages) == searched


def found(small_index: SmallIndex, documents: dict[str, str], question: str) -> list[str]:
    answerer = open_answerer(small_index(documents))
    hits = answerer.search(question).hits
    answerer.close()
    return [hit.passage.source for hit in hits]


def test_where_no_passage_holds_much_of_the_question_its_meaning_decides(small_index: SmallIndex) -> None:
    documents = {
        "border.txt": "The president ordered troops to the border on Monday.",
        "museum.txt": "A guard at the museum was honoured on Tuesday for forty years of work.",
    }
    assert found(small_index, documents, "Were soldiers dispatched to guard the frontier?") == [
        "border.txt",
        "museum.txt",
    ]


def test_a_passage_on_several_things_is_found_by_the_sentence_that_answers(small_index: SmallIndex) -> None:
    documents = {
        "hospital.txt": "The hospital was painted last summer.",
        "town.txt": (
            "The swimming pool closes at eight. Taxes are due in May. The library lends ladders. A new doctor opened "
            "her practice in Mill Street. The band plays on Sundays. Bicycles may not be left at the gate. The bakery "
            "sells bread until noon."
        ),
    }
    assert found(small_index, documents, "Where can I see a physician?") == ["town.txt", "hospital.txt"]


def test_no_words_give_a_passage_a_score_outside_0_to_1(small_index: SmallIndex) -> None:
    answerer = open_answerer(
        small_index({"a.txt": "Rain, rain, rain.", "b.txt": "Sun.", "c.txt": "Rain and sun: hail."})
    )

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.sampled_from(["rain", "sun", "hail", "snow", "and"]), min_size=1, max_size=40))
    def check(words: list[str]) -> None:
        assert [hit for hit in answerer.search(" ".join(words)).hits if not 0 <= hit.score <= 1] == []

    check()
    answerer.close()
