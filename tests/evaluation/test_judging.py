from __future__ import annotations

import pytest

from qa_bot.evaluation.judging import first_hit, is_hit
from qa_bot.evaluation.questions import Gold
from tests.evaluation.making import Stretch


def gold(start: int, end: int) -> Gold:
    return Gold("a.txt", start, end, "x" * (end - start))


@pytest.mark.parametrize(
    ("quote", "span", "hit"),
    [
        pytest.param(Stretch("a.txt", 0, 50), gold(0, 100), True, id="half of the gold span is enough"),
        pytest.param(Stretch("a.txt", 0, 49), gold(0, 100), False, id="less than half is not"),
        pytest.param(Stretch("b.txt", 0, 100), gold(0, 100), False, id="another source is not"),
        pytest.param(Stretch("a.txt", 100, 200), gold(0, 100), False, id="a neighbour is not"),
        pytest.param(Stretch("a.txt", 0, 600), gold(500, 600), True, id="600 characters are short enough"),
        pytest.param(Stretch("a.txt", 0, 601), gold(500, 600), False, id="601 characters are not"),
        pytest.param(Stretch("a.txt", 40, 60), gold(0, 301), True, id="inside a long gold span"),
        pytest.param(Stretch("a.txt", 40, 60), gold(0, 300), False, id="inside a gold span that is not long"),
        pytest.param(Stretch("a.txt", 291, 311), gold(0, 301), True, id="half of the quote in a long gold span"),
        pytest.param(Stretch("a.txt", 292, 312), gold(0, 301), False, id="less than half of the quote in it"),
    ],
)
def test_a_quote_is_a_hit_where_it_covers_half_of_a_gold_span(quote: Stretch, span: Gold, hit: bool) -> None:
    assert is_hit(quote, [span]) == hit


def test_the_rank_is_that_of_the_first_quote_that_hits() -> None:
    quotes = [Stretch("a.txt", 200, 220), Stretch("a.txt", 0, 10), Stretch("a.txt", 30, 40)]

    assert first_hit(quotes, [gold(30, 40), gold(0, 10)]) == 2
    assert first_hit(quotes, [gold(500, 510)]) is None
    assert first_hit([], [gold(0, 10)]) is None
