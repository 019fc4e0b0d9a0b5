"""Outcomes and spans made by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qa_bot.evaluation.outcomes import Outcome

ANSWERABLE: dict[str, Any] = {
    "answerable": True,
    "recall": (1.0, 1.0, 1.0),
    "reciprocal_rank": 1.0,
    "gold": "It opens at nine.",
    "gold_source": "a.txt",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span that is nothing but a span."""

    source: str
    start: int
    end: int


def outcome(name: str, confidence: float, *, rank: int | None = None, **fields: Any) -> Outcome:
    """An outcome of an answerable question; ``unanswerable`` makes the other sort."""
    return Outcome(
        **{
            "id": name,
            "kind": "plain",
            "question": f"{name}?",
            "history": (),
            "answered": confidence >= 0.5,
            "confidence": confidence,
            "rank": rank,
            "length": 20,
            "milliseconds": 10.0,
            "first_quote": f"quote for {name}",
            "first_source": "b.txt",
            **ANSWERABLE,
            **fields,
        }
    )


def unanswerable(name: str, confidence: float, **fields: Any) -> Outcome:
    nothing: dict[str, Any] = dict.fromkeys(("recall", "reciprocal_rank", "gold", "gold_source"))
    return outcome(name, confidence, **{"answerable": False, "kind": "far", **nothing, **fields})
