"""Passage recall and reciprocal rank, counted by ir-measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_bot.evaluation.judging import Span, overlaps
from qa_bot.evaluation.questions import Gold, Question

DEPTHS = (1, 5, 10)
SEARCH_DEPTH = max(DEPTHS)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Recall at each of ``DEPTHS`` and the reciprocal rank within ``SEARCH_DEPTH``, of one question."""

    recall: tuple[float, float, float]
    reciprocal_rank: float


def rank_passages(questions: Sequence[Question], found: Sequence[Sequence[Span]]) -> list[Ranking]:
    """Judge the passages found for each question, best first.

    A question's needs are each of its gold spans where they answer together ("all"), or any one of them; a need is one
    relevant document to ir-measures, retrieved at the rank of the first passage that holds it. Recall is the share of
    the needs met (``R@k``), the reciprocal rank that of the first passage that holds any gold span (``RR@10``).
    """
    from ir_measures import RR, Qrel, R, ScoredDoc, iter_calc

    needs = [_needs(question) for question in questions]
    qrels: list[Qrel] = []
    run: list[ScoredDoc] = []
    for row, spans in enumerate(needs):
        for column, need in enumerate(spans):
            query = f"{row} {column}"
            qrels.append(Qrel(query, "gold", 1))
            rank = next((r for r, hit in enumerate(found[row]) if any(overlaps(hit, gold) for gold in need)), None)
            run += [
                ScoredDoc(query, "gold" if place == rank else str(place), -float(place))
                for place in range(len(found[row]))
            ]
    recall = [R @ depth for depth in DEPTHS]
    values = {
        (metric.query_id, str(metric.measure)): float(metric.value)
        for metric in iter_calc([*recall, RR @ SEARCH_DEPTH], qrels, run)
    }

    def mean(row: int, measure: str) -> float:
        return sum(values.get((f"{row} {column}", measure), 0.0) for column in range(len(needs[row]))) / len(needs[row])

    def best(row: int, measure: str) -> float:
        return max(values.get((f"{row} {column}", measure), 0.0) for column in range(len(needs[row])))

    return [
        Ranking((mean(row, "R@1"), mean(row, "R@5"), mean(row, "R@10")), best(row, "RR@10"))
        for row in range(len(questions))
    ]


def _needs(question: Question) -> list[tuple[Gold, ...]]:
    if question.gold_mode == "all":
        return [(span,) for span in question.gold]
    return [question.gold]
