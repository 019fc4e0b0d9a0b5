from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.figures import compare
from qa_bot.evaluation.misses import Misses, worst
from qa_bot.evaluation.outcomes import Evaluation
from qa_bot.evaluation.report import comparison_table, miss_list, read_run, table, to_json
from qa_bot.types import IndexIdentity
from tests.evaluation.making import outcome, unanswerable

RIGHT = outcome("right", 0.75, rank=1, milliseconds=4.0)
REFUSED = outcome("refused", 0.25, rank=1, milliseconds=4.0, history=("Is there a café?",))
WRONG = outcome("wrong", 0.95, rank=2, milliseconds=4.0)
LOST = outcome("lost", 0.05, milliseconds=4.0)
FALSE = unanswerable("false", 0.65, milliseconds=4.0)
SILENT = unanswerable("silent", 0.0, milliseconds=4.0, first_quote=None, first_source=None, length=None)
RUN = Evaluation("own.jsonl", IndexIdentity("g1", "a/model"), (RIGHT, REFUSED, WRONG, LOST, FALSE, SILENT))


def test_the_worst_of_each_sort_come_first() -> None:
    assert worst(RUN.outcomes, 10) == Misses((WRONG, LOST), (FALSE,), (REFUSED, RIGHT))
    assert worst(RUN.outcomes, 1) == Misses((WRONG,), (FALSE,), (REFUSED,))
    assert worst(RUN.outcomes, 0) == Misses((), (), ())


def test_a_miss_is_shown_with_what_won_and_what_would_have_answered() -> None:
    assert (
        miss_list(RUN.outcomes, 1)
        == """\
Wrong first quotes, most confident first
  0.95 answered  [plain] wrong?
       first  quote for wrong (b.txt)
       gold   It opens at nine. (a.txt; quote 2)

Answers to what the documents do not say, most confident first
  0.65 answered  [far] false?
       first  quote for false (b.txt)

Right first quotes, least confident first
  0.25 refused  [plain] Is there a café? / refused?
       first  quote for refused (b.txt)"""
    )


def test_the_table_shows_each_figure_with_its_interval_and_the_kinds() -> None:
    same = Evaluation("own.jsonl", IndexIdentity("g1", "a/model"), (RIGHT,) * 3)

    assert (
        table(same)
        == """\
3 questions, 3 answerable; index g1

                   value    95% interval  questions
quote@1            1.000  1.000 to 1.000          3
quote@3            1.000  1.000 to 1.000          3
refusal AUROC          -                          3
coverage at 90%    1.000  1.000 to 1.000          3
answered           1.000  1.000 to 1.000          3
right of answered  1.000  1.000 to 1.000          3
recall@1           1.000  1.000 to 1.000          3
recall@5           1.000  1.000 to 1.000          3
recall@10          1.000  1.000 to 1.000          3
MRR@10             1.000  1.000 to 1.000          3
calibration error  0.250  0.250 to 0.250          3
Brier score        0.062  0.062 to 0.062          3
quote length        20.0    20.0 to 20.0          3
latency p50 ms       4.0      4.0 to 4.0          3
latency p95 ms       4.0      4.0 to 4.0          3

kind   questions  quote@1  quote@3  refusal AUROC  answered  recall@5  MRR@10  quote length  latency p50 ms
plain          3    1.000    1.000              -     1.000     1.000   1.000          20.0             4.0"""
    )


def test_a_difference_is_starred_where_its_interval_leaves_zero_out() -> None:
    before = [outcome(str(place), 0.75, rank=2) for place in range(3)]
    after = [outcome(str(place), 0.75, rank=1) for place in range(3)]

    lines = comparison_table(compare(after, before)).splitlines()

    assert lines[0] == "against the other run, over the 3 questions of both (* the interval leaves out 0)"
    assert lines[3:5] == [
        "quote@1            +1.000  +1.000 to +1.000  *",
        "quote@3            +0.000  +0.000 to +0.000",
    ]


def test_a_run_kept_as_json_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(to_json(RUN)), encoding="utf-8")

    assert read_run(path) == RUN.outcomes


def test_the_json_names_the_run_and_its_figures() -> None:
    value = to_json(RUN, compare(RUN.outcomes, RUN.outcomes))

    assert list(value) == ["questions", "index", "figures", "kinds", "outcomes", "compared"]
    assert (value["questions"], value["index"]) == ("own.jsonl", {"generation": "g1", "model": "a/model"})
    assert value["figures"]["quote@1"] == {"value": 0.5, "low": 0.0, "high": 1.0, "questions": 4}
    assert list(value["kinds"]) == ["plain", "far"]
    assert value["compared"]["questions"] == 6


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"{", "is not the JSON of an earlier run", id="no JSON"),
        pytest.param(b"\xff", "is not the JSON of an earlier run", id="no text"),
        pytest.param(b"[]", "no outcomes in it", id="no object"),
        pytest.param(b"{}", "no outcomes in it", id="no outcomes"),
        pytest.param(b'{"outcomes": [{}]}', "outcomes.0.id: Field required", id="outcomes of another form"),
    ],
)
def test_what_is_no_earlier_run_is_told_in_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)

    with pytest.raises(EvaluationError) as caught:
        read_run(path)

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
