"""The questions over the seed documents are what they say they are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from qa_bot.evaluation.questions import Question, read_questions

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "tests" / "questions" / "seeds.jsonl"


def questions() -> tuple[Question, ...]:
    return read_questions(QUESTIONS, lambda source: (ROOT / "seeds" / source).read_bytes().decode())


def test_every_gold_span_stands_verbatim_in_its_document() -> None:
    for question in questions():
        for gold in question.gold:
            text = (ROOT / "seeds" / gold.source).read_bytes().decode()
            assert text[gold.start : gold.end] == gold.text


def test_every_gold_span_is_short_enough_to_be_quoted_and_whole_sentences() -> None:
    assert [
        gold.text
        for question in questions()
        for gold in question.gold
        if len(gold.text) > 600 or not gold.text.rstrip("”\"'").endswith((".", "threats"))
    ] == []


def test_each_kind_has_questions_enough_to_be_told_from_the_others() -> None:
    counts = Counter(question.kind for question in questions())

    assert set(counts) == {
        "plain", "paraphrase", "typo", "keyword", "long-winded", "follow-up", "unanswerable-near", "unanswerable-far",
    }  # fmt: skip
    assert min(counts.values()) >= 15


def test_follow_ups_have_a_history_and_no_other_kind_has() -> None:
    assert {question.kind for question in questions() if question.history} == {"follow-up"}
    assert [question.id for question in questions() if question.kind == "follow-up" and not question.history] == []


def test_what_is_called_unanswerable_has_no_gold() -> None:
    assert [q.id for q in questions() if q.answerable == q.kind.startswith("unanswerable")] == []


def test_no_question_is_asked_twice() -> None:
    asked = Counter((question.history, question.question.casefold()) for question in questions())

    assert [question for question, times in asked.items() if times > 1] == []
