"""What became of each question: all that the figures need, and what goes into the JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from qa_bot.types import IndexIdentity


@validated(frozen=True, slots=True, config=ConfigDict(extra="ignore"))
class Outcome:
    """One question asked.

    ``confidence`` is 0 to 1. ``rank`` is that of the first quote that hits, from 1 (None: none did), counted over what
    was quoted or, where the bot refused, over what it would have quoted. ``recall`` (at 1, 5, 10 passages) and
    ``reciprocal_rank`` are None for an unanswerable question. ``length`` is the first quote's, in characters (None: no
    quote at all), and ``milliseconds`` the wall time of the answer.
    """

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    answerable: bool
    answered: bool
    confidence: float
    rank: int | None
    recall: tuple[float, float, float] | None
    reciprocal_rank: float | None
    length: int | None
    milliseconds: float
    first_quote: str | None
    first_source: str | None
    gold: str | None
    gold_source: str | None

    @property
    def right(self) -> bool:
        """The first quote answers; never so where the documents do not."""
        return self.answerable and self.rank == 1


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All outcomes of one questions file on one index."""

    questions: str
    index: IndexIdentity
    outcomes: tuple[Outcome, ...]


_OUTCOMES: TypeAdapter[tuple[Outcome, ...]] = TypeAdapter(tuple[Outcome, ...])


def outcomes_to_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Give one object per outcome, its fields by name."""
    return [asdict(outcome) for outcome in outcomes]


def outcomes_from_json(value: Any) -> tuple[Outcome, ...]:
    """Read ``outcomes_to_json``'s form back. Raises ``ValueError`` with one line."""
    try:
        return _OUTCOMES.validate_python(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"outcomes.{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None


def kinds_of(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Kinds in the order in which they first appear."""
    return tuple(dict.fromkeys(outcome.kind for outcome in outcomes))
