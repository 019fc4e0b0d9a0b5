"""Who may ask now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from qa_bot.discord_bot.admission import Admission, Cooldown, FairQueue, Refusal

pytestmark = pytest.mark.asyncio


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def gate(queue: FairQueue, clock: Clock, *, users: int = 0, guilds: int = 0) -> Admission:
    return Admission(queue, Cooldown(users, 10, clock), Cooldown(guilds, 60, clock))


def job(done: list[str], name: str) -> Callable[[], Awaitable[str]]:
    async def work() -> str:
        done.append(name)
        return name

    return work


async def test_a_cooldown_says_when_and_a_refusal_uses_nothing_up() -> None:
    clock = Clock()
    admission = gate(FairQueue(9, 9), clock, users=2)
    done: list[str] = []
    admission.submit(user=1, guild=None, same="a", work=job(done, "a"))
    clock.now += 4
    admission.submit(user=1, guild=None, same="b", work=job(done, "b"))
    for _ in range(5):
        with pytest.raises(Refusal) as refused:
            admission.submit(user=1, guild=None, same="c", work=job(done, "c"))
        assert (refused.value.reason, refused.value.wait) == ("user", 6.0)
    clock.now += 6
    admission.submit(user=1, guild=None, same="c", work=job(done, "c"))


async def test_a_guild_has_a_cooldown_of_its_own() -> None:
    clock = Clock()
    admission = gate(FairQueue(9, 9), clock, guilds=1)
    admission.submit(user=1, guild=7, same="a", work=job([], "a"))
    with pytest.raises(Refusal) as refused:
        admission.submit(user=2, guild=7, same="b", work=job([], "b"))
    assert refused.value.reason == "guild"
    admission.submit(user=2, guild=8, same="b", work=job([], "b"))


async def test_a_full_queue_refuses_without_using_up_the_cooldown() -> None:
    clock = Clock()
    admission = gate(FairQueue(1, 9), clock, users=1)
    admission.submit(user=1, guild=None, same="a", work=job([], "a"))
    with pytest.raises(Refusal) as refused:
        admission.submit(user=2, guild=None, same="b", work=job([], "b"))
    assert refused.value.reason == "busy"
    assert Cooldown(1, 10, clock).wait(2) == 0.0


async def test_users_take_turns() -> None:
    queue = FairQueue(20, 5)
    done: list[str] = []
    for number in range(3):
        queue.submit("loud", job(done, f"loud{number}"))
    queue.submit("quiet", job(done, "quiet"))
    queue.close()
    await queue.run()
    assert done == ["loud0", "quiet", "loud1", "loud2"]


async def test_one_user_cannot_fill_the_queue() -> None:
    queue = FairQueue(20, 2)
    for number in range(2):
        queue.submit("loud", job([], str(number)))
    with pytest.raises(Refusal):
        queue.submit("loud", job([], "more"))
    queue.submit("quiet", job([], "mine"))


async def test_identical_questions_in_flight_share_one_search() -> None:
    queue = FairQueue(20, 5)
    admission = gate(queue, Clock())
    done: list[str] = []
    first = admission.submit(user=1, guild=None, same="q", work=job(done, "first"))
    second = admission.submit(user=2, guild=None, same="q", work=job(done, "second"))
    queue.close()
    await queue.run()
    assert (await first, await second, done) == ("first", "first", ["first"])
    assert first is second


async def test_an_error_reaches_everyone_who_waits_and_the_queue_goes_on() -> None:
    queue = FairQueue(20, 5)
    admission = gate(queue, Clock())

    async def broken() -> str:
        raise LookupError("no")

    shared = [admission.submit(user=user, guild=None, same="q", work=broken) for user in (1, 2)]
    after = admission.submit(user=3, guild=None, same="r", work=job([], "after"))
    queue.close()
    await queue.run()
    for future in shared:
        with pytest.raises(LookupError):
            await asyncio.shield(future)
    assert await after == "after"


async def test_what_still_waits_at_the_end_is_told() -> None:
    queue = FairQueue(20, 5)
    waiting = queue.submit(1, job([], "never"))
    queue.abandon()
    with pytest.raises(Refusal) as refused:
        await waiting
    assert refused.value.reason == "stopping"
    with pytest.raises(Refusal):
        queue.check(2)
