"""Which words of a question are searched for."""

import math

import pytest

from qa_bot.answering.retrieval import searched_terms

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
