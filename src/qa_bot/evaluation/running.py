"""Asks every question of a set."""

from __future__ import annotations

import time
from collections.abc import Sequence

from qa_bot.answering.follow_ups import completed
from qa_bot.errors import EvaluationError, QuestionError
from qa_bot.evaluation.judging import Span, first_hit, overlaps
from qa_bot.evaluation.outcomes import Outcome
from qa_bot.evaluation.questions import Gold, Question
from qa_bot.evaluation.ranking import SEARCH_DEPTH, Ranking, rank_passages
from qa_bot.pipeline import Answerer, Progress
from qa_bot.types import Answer


def ask_all(
    answerer: Answerer, questions: Sequence[Question], *, progress: Progress | None = None
) -> tuple[Outcome, ...]:
    """Ask the questions one by one, in order; ``progress`` is told after each.

    The first is asked once more beforehand, so that no time includes the loading of a model.
    """
    answers: list[tuple[Answer, float]] = []
    passages: list[Sequence[Span]] = []
    if questions:
        _answer(answerer, questions[0])
    for done, question in enumerate(questions, 1):
        began = time.perf_counter()
        answer = _answer(answerer, question)
        answers.append((answer, (time.perf_counter() - began) * 1000))
        passages.append(_found(answerer, question))
        if progress is not None:
            progress("asking", done, len(questions))
    rankings = _rank_answerable(questions, passages)
    return tuple(_outcome(question, *answers[row], rankings.get(row)) for row, question in enumerate(questions))


def _answer(answerer: Answerer, question: Question) -> Answer:
    try:
        return answerer.answer(question.question, history=question.history)
    except QuestionError as error:
        raise EvaluationError(f"question {question.id!r} can't be asked: {error}") from None


def _found(answerer: Answerer, question: Question) -> Sequence[Span]:
    """Search for an answerable question as ``answer`` does: completed by its history where it leans on it."""
    if not question.answerable:
        return ()
    query = completed(question.question, question.history)
    return [hit.passage for hit in answerer.search(query, k=SEARCH_DEPTH).hits]


def _rank_answerable(questions: Sequence[Question], passages: Sequence[Sequence[Span]]) -> dict[int, Ranking]:
    rows = [row for row, question in enumerate(questions) if question.answerable]
    rankings = rank_passages([questions[row] for row in rows], [passages[row] for row in rows])
    return dict(zip(rows, rankings, strict=True))


def _outcome(question: Question, answer: Answer, milliseconds: float, ranking: Ranking | None) -> Outcome:
    quotes = answer.quotes or answer.closest
    first = quotes[0] if quotes else None
    shown = _gold_to_show(question.gold, quotes)
    return Outcome(
        id=question.id,
        kind=question.kind,
        question=question.question,
        history=question.history,
        answerable=question.answerable,
        answered=answer.answered,
        confidence=answer.confidence,
        rank=first_hit(quotes, question.gold),
        recall=ranking.recall if ranking else None,
        reciprocal_rank=ranking.reciprocal_rank if ranking else None,
        length=len(first.text) if first else None,
        milliseconds=milliseconds,
        first_quote=first.text if first else None,
        first_source=first.source if first else None,
        gold=shown.text if shown else None,
        gold_source=shown.source if shown else None,
    )


def _gold_to_show(gold: Sequence[Gold], quotes: Sequence[Span]) -> Gold | None:
    """Pick the gold span that the quotes touch, else the first."""
    return next((span for span in gold for quote in quotes if overlaps(quote, span)), gold[0] if gold else None)
