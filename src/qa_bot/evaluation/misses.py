"""The worst misses of a run, each with what won instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_bot.evaluation.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Misses:
    """Three ways to fail, worst first.

    ``wrong``: answerable, but another quote came first; the most confident first. ``false_answers``: the documents do
    not say, and the bot was confident. ``refusals``: the first quote was right, and the bot was not confident.
    """

    wrong: tuple[Outcome, ...]
    false_answers: tuple[Outcome, ...]
    refusals: tuple[Outcome, ...]


def worst(outcomes: Sequence[Outcome], count: int) -> Misses:
    """Pick the ``count`` worst of each; whether they were in fact answered hangs on the threshold, not on this list."""
    falling = sorted(outcomes, key=lambda outcome: -outcome.confidence)
    wrong = [outcome for outcome in falling if outcome.answerable and not outcome.right]
    false_answers = [outcome for outcome in falling if not outcome.answerable and outcome.first_quote is not None]
    refusals = [outcome for outcome in reversed(falling) if outcome.right]
    return Misses(tuple(wrong[:count]), tuple(false_answers[:count]), tuple(refusals[:count]))
