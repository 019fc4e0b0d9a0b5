"""What a button remembers, in the hundred characters of its custom_id.

A button must work after a restart, so its state is in its id: which generation of the index it belongs to, and places
(source, span, paragraph) in it. A source is its ordinal in the generation's own list; a button of another generation is
never read with the present one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa_bot.discord_bot import limits

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PLACES_PATTERN = r"(?P<places>[0-9a-z.]+(?:-[0-9a-z.]+)*)"
TAG_PATTERN = r"(?P<tag>[0-9a-f]{8})"


@dataclass(frozen=True, slots=True)
class Spot:
    """A span of the source with this ordinal, and the paragraph (from 1) that it starts in."""

    ordinal: int
    start: int
    end: int
    paragraph: int


def tag(generation: str) -> str:
    """Eight characters that stand for a generation."""
    return hashlib.sha256(generation.encode()).hexdigest()[:8]


def pack(prefix: str, spots: Iterable[Spot]) -> tuple[str, int]:
    """``prefix`` and as many of ``spots`` as fit a custom_id, and how many those were."""
    packed: list[str] = []
    for spot in spots:
        item = ".".join(_base36(n) for n in (spot.ordinal, spot.start, spot.end - spot.start, spot.paragraph))
        if len(prefix + "-".join([*packed, item])) > limits.CUSTOM_ID:
            break
        packed.append(item)
    return prefix + "-".join(packed), len(packed)


def unpack(places: str) -> tuple[Spot, ...]:
    """The spots of a custom_id; ``ValueError`` where it holds none."""
    spots = []
    for item in places.split("-"):
        ordinal, start, length, paragraph = (int(part, 36) for part in item.split("."))
        spots.append(Spot(ordinal, start, start + length, paragraph))
    return tuple(spots)


def ordinals(sources: Sequence[str]) -> dict[str, int]:
    """The ordinal of each source: its rank by name, so that two processes on one generation agree."""
    return {source: number for number, source in enumerate(sorted(sources))}


def _base36(number: int) -> str:
    digits = ""
    while number >= 36:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return _DIGITS[number] + digits
