"""Who may ask now: cooldowns per user and guild, a bounded queue that is fair between users, shared searches.

Plain asyncio, without Discord. Times are those of ``clock`` (seconds, monotonic).
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

_FORGET_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class Refusal(Exception):  # noqa: N818  (a refusal is no error)
    """A question that is not taken now. ``reason`` is "user", "guild", "busy" or "stopping"; ``wait`` in seconds."""

    reason: str
    wait: float


class Cooldown:
    """At most ``count`` questions in any ``seconds`` for each key; ``count`` 0 switches it off."""

    def __init__(self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._seconds = seconds
        self._clock = clock
        self._asked: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def wait(self, key: Hashable) -> float:
        """Seconds until ``key`` may ask; 0 when it may now. Consumes nothing."""
        asked = self._asked.get(key)
        if not self._count or asked is None or len(asked) < self._count:
            return 0.0
        return max(0.0, asked[0] + self._seconds - self._clock())

    def take(self, key: Hashable) -> None:
        """Count a question that was let in."""
        asked = self._asked.setdefault(key, deque(maxlen=max(1, self._count)))
        asked.append(self._clock())
        self._asked.move_to_end(key)
        if len(self._asked) > _FORGET_ABOVE:
            self._asked.popitem(last=False)


class Urgency:
    """What has seconds goes before what has minutes: searches wait while interactions are still to be acknowledged.

    Both want the interpreter, and a burst of a thousand would else be acknowledged between searches, too late.
    """

    def __init__(self, patience: float = 2.0) -> None:
        self._patience = patience
        self._pending = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextmanager
    def pending(self) -> Iterator[None]:
        """Something that is urgent, until it is done."""
        self._pending += 1
        self._none.clear()
        try:
            yield
        finally:
            self._pending -= 1
            if not self._pending:
                self._none.set()

    async def passed(self) -> None:
        """Until nothing urgent is left, or patience has run out."""
        if self._pending:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    await self._none.wait()


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    work: Callable[[], Awaitable[Any]]
    done: asyncio.Future[Any]


class FairQueue:
    """Jobs that wait for the one worker: round robin between users, ``size`` in all, ``per_user`` for one of them.

    ``run`` is the worker; it ends once ``close`` was called and nothing waits.
    """

    def __init__(self, size: int, per_user: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._per_user = per_user
        self._clock = clock
        self._waiting: OrderedDict[Hashable, deque[_Job]] = OrderedDict()
        self._wake = asyncio.Event()
        self._closed = False
        self._running = 0
        self.seconds_each = 0.05
        """A moving average of what a job takes: what a wait is estimated from."""

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values())) + self._running

    def check(self, user: Hashable) -> None:
        """Raises ``Refusal`` where a job of ``user`` would not be taken."""
        if self._closed:
            raise Refusal("stopping", 60.0)
        if len(self) >= self._size or len(self._waiting.get(user, ())) >= self._per_user:
            raise Refusal("busy", max(5.0, len(self) * self.seconds_each))

    def submit(self, user: Hashable, work: Callable[[], Awaitable[Any]]) -> asyncio.Future[Any]:
        """A future of what ``work`` gives once its turn has come. Raises ``Refusal``."""
        self.check(user)
        job = _Job(work, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(user, deque()).append(job)
        self._wake.set()
        return job.done

    async def run(self) -> None:
        """Do what was submitted, one after another."""
        while not (self._closed and not self._waiting):
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            job = self._next()
            self._running = 1
            started = self._clock()
            try:
                result = await job.work()
            except Exception as error:
                if not job.done.cancelled():
                    job.done.set_exception(error)
            else:
                if not job.done.cancelled():
                    job.done.set_result(result)
            finally:
                self._running = 0
            self.seconds_each += 0.1 * (self._clock() - started - self.seconds_each)

    def close(self) -> None:
        """Take nothing more; what waits is still done."""
        self._closed = True
        self._wake.set()

    def abandon(self) -> None:
        """Tell everyone who still waits that it will not be done."""
        self.close()
        for jobs in self._waiting.values():
            for job in jobs:
                if not job.done.done():
                    job.done.set_exception(Refusal("stopping", 60.0))
        self._waiting.clear()

    def _next(self) -> _Job:
        user, jobs = next(iter(self._waiting.items()))
        job = jobs.popleft()
        if jobs:
            self._waiting.move_to_end(user)
        else:
            del self._waiting[user]
        return job


class Admission:
    """Cooldowns, the queue and shared searches as one gate. A refusal consumes nothing."""

    def __init__(self, queue: FairQueue, per_user: Cooldown, per_guild: Cooldown) -> None:
        self.queue = queue
        self.urgency = Urgency()
        self._per_user = per_user
        self._per_guild = per_guild
        self._in_flight: dict[Hashable, asyncio.Future[Any]] = {}

    def submit(
        self, *, user: int, guild: int | None, same: Hashable, work: Callable[[], Awaitable[Any]]
    ) -> asyncio.Future[Any]:
        """A future of the outcome of ``work``; questions with the same ``same`` that are in flight share one.

        Raises ``Refusal``. Awaiters must shield the future: it may be someone else's as well.
        """
        self.check(user=user, guild=guild)
        shared = self._in_flight.get(same)
        if shared is None:

            async def in_turn() -> Any:
                await self.urgency.passed()
                return await work()

            shared = self.queue.submit(user, in_turn)
            self._in_flight[same] = shared
            shared.add_done_callback(lambda done: self._forget(same, done))
        self._per_user.take(user)
        if guild is not None:
            self._per_guild.take(guild)
        return shared

    def check(self, *, user: int, guild: int | None) -> None:
        """Raises ``Refusal`` where a cooldown runs; costs nothing, so it comes before anything that does."""
        if wait := self._per_user.wait(user):
            raise Refusal("user", wait)
        if guild is not None and (wait := self._per_guild.wait(guild)):
            raise Refusal("guild", wait)

    def _forget(self, same: Hashable, done: asyncio.Future[Any]) -> None:
        self._in_flight.pop(same, None)
        if not done.cancelled():
            done.exception()  # retrieved, so that nothing is logged where every awaiter has gone
