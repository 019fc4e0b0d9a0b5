from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qa_bot.errors import EvaluationError, UnknownSourceError
from qa_bot.evaluation.questions import Gold, Question, read_questions

TEXTS = {"a.txt": "The café opens at nine. It closes at five. It closes at five.", "b/c.txt": "Nothing."}
OPENS = {"source": "a.txt", "start": 0, "end": 23, "text": "The café opens at nine."}


def text_of(source: str) -> str:
    if source not in TEXTS:
        raise UnknownSourceError(source)
    return TEXTS[source]


def line(**fields: Any) -> str:
    return json.dumps({"question": "When does it open?", "answerable": True, "gold": [OPENS], **fields})


def written(folder: Path, *lines: str) -> Path:
    path = folder / "own.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_question_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    path = written(tmp_path, line(id="one", kind="plain", history=["Is there a café?"], gold_mode="all"))

    assert read_questions(path, text_of) == (
        Question(
            id="one",
            kind="plain",
            question="When does it open?",
            history=("Is there a café?",),
            gold_mode="all",
            gold=(Gold("a.txt", 0, 23, "The café opens at nine."),),
        ),
    )


def test_what_may_be_left_out_is_filled_in(tmp_path: Path) -> None:
    lines = (line(), "", '{"question": "Who?", "answerable": false}')

    assert [
        (q.id, q.kind, q.history, q.gold_mode, q.answerable) for q in read_questions(written(tmp_path, *lines), text_of)
    ] == [
        ("1", "answerable", (), "any", True),
        ("3", "unanswerable", (), "any", False),
    ]


def test_a_gold_text_without_a_span_is_looked_up(tmp_path: Path) -> None:
    path = written(tmp_path, line(gold=[{"source": "a.txt", "text": "The café opens at nine."}]))

    assert read_questions(path, text_of)[0].gold == (Gold("a.txt", 0, 23, "The café opens at nine."),)


def test_a_gold_span_without_a_text_is_cut_out(tmp_path: Path) -> None:
    path = written(tmp_path, line(gold=[{"source": "a.txt", "start": 4, "end": 8}]))

    assert read_questions(path, text_of)[0].gold == (Gold("a.txt", 4, 8, "café"),)


def test_a_line_separator_inside_a_question_does_not_end_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, '{"question": "Who\u2028knows?", "answerable": false}')

    assert [question.question for question in read_questions(path, text_of)] == ["Who\u2028knows?"]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line().encode())

    assert len(read_questions(path, text_of)) == 1


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        pytest.param("{", "not a line of JSON", id="no JSON"),
        pytest.param("[" * 100_000, "not a line of JSON (nested too deeply)", id="nested too deeply"),
        pytest.param('"Who?"', "Input should be", id="no object"),
        pytest.param('{"answerable": false}', "question: Field required", id="no question"),
        pytest.param('{"question": "Who?"}', "answerable: Field required", id="not said whether answerable"),
        pytest.param(line(question=" "), "question: is empty", id="empty question"),
        pytest.param(line(question=7), "question: Input should be a valid string", id="question of another type"),
        pytest.param(line(answerable="yes"), "answerable: Input should be a valid boolean", id="answerable as text"),
        pytest.param(line(history="Who?"), "history: Input should be a valid list", id="history as text"),
        pytest.param(line(gold_mode="some"), "gold_mode: Input should be 'any' or 'all'", id="unknown gold mode"),
        pytest.param(line(gold=[]), "gold must name a span where answerable is true", id="answerable without gold"),
        pytest.param(line(answerable=False), "and be empty where it is false", id="unanswerable with gold"),
        pytest.param(line(gold=[{"text": "x"}]), "gold.0.source: Field required", id="gold without a source"),
        pytest.param(line(gold=[{"source": "a.txt"}]), "gold.0: needs start and end", id="gold without a span"),
        pytest.param(line(gold=[{**OPENS, "end": None}]), "gold.0: start and end go together", id="half a span"),
        pytest.param(line(gold=[{**OPENS, "end": 0}]), "gold.0: end must lie after start", id="empty span"),
        pytest.param(
            line(gold=[{**OPENS, "start": -1}]), "gold.0.start: Input should be greater", id="before the text"
        ),
        pytest.param(
            line(gold=[{**OPENS, "source": "x.txt"}]), "gold source 'x.txt' is not in the index", id="no source"
        ),
        pytest.param(
            line(gold=[{**OPENS, "end": 900}]), "gold ends at 900, but a.txt has 61 char", id="beyond the text"
        ),
        pytest.param(line(gold=[{**OPENS, "start": 1}]), "there stands 'he café opens at nine.'", id="another text"),
        pytest.param(
            line(gold=[{"source": "a.txt", "text": "It opens."}]), "does not stand in a.txt", id="text not there"
        ),
        pytest.param(
            line(gold=[{"source": "a.txt", "text": "It closes at five."}]),
            "stands 2 times (give",
            id="text there twice",
        ),
        pytest.param(line(id="first"), "id 'first' was used in line 1 already", id="id used twice"),
    ],
)
def test_a_bad_line_is_told_in_one_line_with_its_place(tmp_path: Path, bad: str, says: str) -> None:
    path = written(tmp_path, line(id="first"), bad)

    with pytest.raises(EvaluationError) as caught:
        read_questions(path, text_of)

    message = str(caught.value)
    assert message.startswith(f"{path}:2: ")
    assert says in message
    assert "\n" not in message


def test_a_file_that_is_missing_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="can't be read: No such file"):
        read_questions(tmp_path / "none.jsonl", text_of)


def test_a_folder_is_no_questions_file(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="can't be read: Is a directory"):
        read_questions(tmp_path, text_of)


def test_a_file_in_another_encoding_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes('{"question": "Café?"}'.encode("latin-1"))

    with pytest.raises(EvaluationError, match="is not UTF-8"):
        read_questions(path, text_of)


def test_a_file_without_questions_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="holds no questions"):
        read_questions(written(tmp_path, "", " "), text_of)
