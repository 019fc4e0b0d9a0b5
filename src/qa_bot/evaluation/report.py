"""The report of a run: a table to read, JSON to keep, and its difference to an earlier run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.figures import Comparison, Figures, figures, figures_by_kind
from qa_bot.evaluation.misses import Misses, worst
from qa_bot.evaluation.outcomes import Evaluation, Outcome, outcomes_from_json, outcomes_to_json
from qa_bot.evaluation.statistics import Figure

BY_KIND = ("quote@1", "quote@3", "refusal AUROC", "answered", "recall@5", "MRR@10", "quote length", "latency p50 ms")
"""Columns of the table by kind; the JSON has every figure of every kind."""

QUOTE_WIDTH = 160


def to_json(evaluation: Evaluation, comparison: Comparison | None = None) -> dict[str, Any]:
    """Everything about a run, as ``--json`` prints it and ``--compare`` reads it."""
    outcomes = evaluation.outcomes
    value: dict[str, Any] = {
        "questions": evaluation.questions,
        "index": {"generation": evaluation.index.generation, "model": evaluation.index.model},
        "figures": _figures_json(figures(outcomes)),
        "kinds": {kind: _figures_json(table) for kind, table in figures_by_kind(outcomes).items()},
        "outcomes": outcomes_to_json(outcomes),
    }
    if comparison is not None:
        value["compared"] = {
            "questions": comparison.questions,
            "differences": _figures_json(comparison.differences),
        }
    return value


def read_run(path: Path) -> tuple[Outcome, ...]:
    """Read the outcomes of a run that ``--json`` printed. Raises ``EvaluationError``, one line."""
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise EvaluationError(f"{path} can't be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise EvaluationError(f"{path} is not the JSON of an earlier run (qa-bot eval … --json)") from None
    try:
        return outcomes_from_json(value["outcomes"])
    except (KeyError, TypeError, ValueError) as error:
        reason = error if isinstance(error, ValueError) else "no outcomes in it"
        raise EvaluationError(f"{path} is not the JSON of an earlier run: {reason}") from None


def to_text(evaluation: Evaluation, comparison: Comparison | None = None, *, misses: int = 0) -> str:
    """Everything about a run for the eye: tables, and the ``misses`` worst of each sort."""
    parts = [
        table(evaluation),
        comparison_table(comparison) if comparison is not None else "",
        miss_list(evaluation.outcomes, misses),
    ]
    return "\n\n".join(part for part in parts if part)


def table(evaluation: Evaluation) -> str:
    """Figures with their intervals, then the main ones by kind, as text in columns."""
    outcomes = evaluation.outcomes
    answerable = sum(outcome.answerable for outcome in outcomes)
    head = f"{len(outcomes)} questions, {answerable} answerable; index {evaluation.index.generation}"
    rows: list[tuple[str, ...]] = [("", "value", "95% interval", "questions")]
    rows += [(name, *_cells(name, figure), str(figure.questions)) for name, figure in figures(outcomes).items()]
    kinds: list[tuple[str, ...]] = [("kind", "questions", *BY_KIND)]
    for kind, own in figures_by_kind(outcomes).items():
        count = sum(outcome.kind == kind for outcome in outcomes)
        kinds.append((kind, str(count), *(_number(name, own[name].value) for name in BY_KIND)))
    return "\n".join([head, "", *_columns(rows), "", *_columns(kinds)])


def comparison_table(comparison: Comparison) -> str:
    """Differences with their intervals; a star marks those whose interval leaves zero out."""
    rows: list[tuple[str, ...]] = [("difference", "value", "95% interval", "")]
    for name, figure in comparison.differences.items():
        rows.append((name, *_cells(name, figure, signed=True), "*" if _clear(figure) else ""))
    head = f"against the other run, over the {comparison.questions} questions of both (* the interval leaves out 0)"
    return "\n".join([head, "", *_columns(rows)])


def miss_list(outcomes: Sequence[Outcome], count: int) -> str:
    """List the worst misses of each sort, with what won and what would have answered."""
    misses: Misses = worst(outcomes, count)
    parts = [
        *_section("Wrong first quotes, most confident first", misses.wrong),
        *_section("Answers to what the documents do not say, most confident first", misses.false_answers),
        *_section("Right first quotes, least confident first", misses.refusals),
    ]
    return "\n".join(parts).rstrip()


def _section(title: str, outcomes: Sequence[Outcome]) -> Iterable[str]:
    if not outcomes:
        return
    yield title
    for outcome in outcomes:
        verdict = "answered" if outcome.answered else "refused"
        asked = " / ".join([*outcome.history, outcome.question])
        yield f"  {outcome.confidence:.2f} {verdict}  [{outcome.kind}] {asked}"
        if outcome.first_quote is not None:
            yield f"       first  {_line(outcome.first_quote)} ({outcome.first_source})"
        if outcome.gold is not None and not outcome.right:
            place = f"quote {outcome.rank}" if outcome.rank else "not quoted"
            yield f"       gold   {_line(outcome.gold)} ({outcome.gold_source}; {place})"
    yield ""


def _line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= QUOTE_WIDTH else flat[: QUOTE_WIDTH - 1] + "…"


def _figures_json(named: Figures) -> dict[str, dict[str, float | int | None]]:
    return {
        name: {"value": figure.value, "low": figure.low, "high": figure.high, "questions": figure.questions}
        for name, figure in named.items()
    }


def _clear(figure: Figure) -> bool:
    return figure.low is not None and figure.high is not None and (figure.low > 0 or figure.high < 0)


def _cells(name: str, figure: Figure, *, signed: bool = False) -> tuple[str, str]:
    if figure.low is None or figure.high is None:
        return _number(name, figure.value, signed=signed), ""
    low, high = (_number(name, end, signed=signed) for end in (figure.low, figure.high))
    return _number(name, figure.value, signed=signed), f"{low} to {high}"


def _number(name: str, value: float | None, *, signed: bool = False) -> str:
    """Shares with three places; characters and milliseconds, which are larger, with one."""
    if value is None:
        return "-"
    places = 1 if name.startswith(("quote length", "latency")) else 3
    return f"{value:{'+' if signed else ''}.{places}f}"


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
