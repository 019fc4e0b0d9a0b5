"""What was asked before, for follow-ups: in memory, bounded, gone with the process.

After a restart the earlier question is read from the answer (which repeats it) or fetched, see ``messages``.
"""

from __future__ import annotations

from collections import OrderedDict, deque

REMEMBERED = 2000
LONGEST = 6


class Conversations:
    """The questions that led to an answer, oldest first, by the id of its message or of its thread."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._asked: OrderedDict[int, tuple[str, ...]] = OrderedDict()

    def remember(self, place: int, asked: tuple[str, ...]) -> None:
        """Keep what was asked so far."""
        self._asked[place] = asked[-LONGEST:]
        self._asked.move_to_end(place)
        if len(self._asked) > self._size:
            self._asked.popitem(last=False)

    def asked(self, place: int) -> tuple[str, ...]:
        """What was asked so far; empty where that is not known."""
        return self._asked.get(place, ())


class Seen:
    """Ids of events that were handled: after a resume Discord may send them again."""

    def __init__(self, size: int = 4096) -> None:
        self._order: deque[int] = deque(maxlen=size)
        self._ids: set[int] = set()

    def first_time(self, event: int) -> bool:
        """Whether ``event`` was not seen before; notes it."""
        if event in self._ids:
            return False
        if len(self._order) == self._order.maxlen:
            self._ids.discard(self._order[0])
        self._order.append(event)
        self._ids.add(event)
        return True
