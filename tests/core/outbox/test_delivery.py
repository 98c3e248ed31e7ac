"""Delivering what the world must be told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from core.errors import (
    ConnectorError,
    GraphError,
    GraphThrottled,
    InvalidInput,
    NotFound,
    NothingSent,
    RecipientUnreachable,
)
from core.outbox.claims import LEASE, Claims
from core.outbox.delivery import Delivery
from core.outbox.kinds import TO_TEAMS
from core.outbox.models import OutboxMessage, OutboxState
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock
from tests.core.outbox.conftest import World

Tell = Callable[..., Awaitable[None]]
BUSY = ConnectorError(502, "BadGateway")
BACKOFF = timedelta(seconds=TO_TEAMS.first)


@pytest_asyncio.fixture
async def tell(outbox: Outbox, organization: Organization, clock: SettableClock) -> Tell:
    """Queue a row: `await tell(n)`; `kind`, `key` and `coalesce` as wished."""

    async def tell(
        number: int, kind: str = "thread_notice", key: str = "thread:1", coalesce: str | None = None
    ) -> None:
        await outbox.tell(
            organization.id,
            kind,
            {"n": number, "member_id": 7},
            order_key=key,
            coalesce_key=coalesce,
            at=clock(),
        )

    return tell


def told(world: World) -> list[int]:
    return [facts["n"] for facts in world.told]


async def states() -> list[str]:
    rows = await OutboxMessage.all().order_by("id")
    return [row.state.value for row in rows]


async def test_delivers_what_is_due_in_order_and_marks_it_done(
    tell: Tell, delivery: Delivery, world: World
) -> None:
    for number in range(5):
        await tell(number)

    await delivery.run()

    assert told(world) == [0, 1, 2, 3, 4]
    assert await states() == ["done"] * 5


async def test_conversations_run_in_parallel_and_each_in_order(
    tell: Tell, make_delivery: Callable[..., Delivery]
) -> None:
    together = asyncio.Barrier(3)
    order: list[int] = []

    async def meet(facts: Mapping[str, Any], organization_id: int) -> None:
        async with asyncio.timeout(30):
            await together.wait()
        order.append(facts["n"])

    for number in range(6):
        await tell(number, key=f"thread:{number % 3}")

    await make_delivery(handlers={"thread_notice": meet}).run()

    for thread in range(3):
        assert [n for n in order if n % 3 == thread] == [thread, thread + 3]


async def test_never_runs_more_at_once_than_allowed(
    tell: Tell, make_delivery: Callable[..., Delivery]
) -> None:
    running, most = 0, 0

    async def count(facts: Mapping[str, Any], organization_id: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1

    for number in range(9):
        await tell(number, key=f"thread:{number}")

    await make_delivery(handlers={"thread_notice": count}, parallel=2).run()

    assert most == 2
    assert await states() == ["done"] * 9


async def test_a_failure_is_tried_again_later_and_holds_back_its_own_thread_only(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock
) -> None:
    world.failures = [BUSY]
    await tell(1, key="thread:1")
    await tell(2, key="thread:1")
    await delivery.run()
    await tell(3, key="thread:2")

    await delivery.run()
    assert told(world) == [3]

    clock.advance(BACKOFF)
    await delivery.run()
    assert told(world) == [3, 1, 2]


async def test_waits_as_long_as_teams_asked(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock
) -> None:
    world.failures = [ConnectorError(429, "", retry_after=300)]
    await tell(1)
    await delivery.run()

    clock.advance(timedelta(seconds=299))
    await delivery.run()
    assert told(world) == []

    clock.advance(timedelta(seconds=1))
    await delivery.run()
    assert told(world) == [1]


async def test_a_dead_letter_steps_aside_and_later_ones_go_on(
    tell: Tell, delivery: Delivery, world: World
) -> None:
    world.failures = [InvalidInput("card")]
    await tell(1)
    await tell(2)

    await delivery.run()

    assert told(world) == [2]
    assert await states() == ["dead", "done"]
    dead = await OutboxMessage.get(state=OutboxState.DEAD)
    assert dead.error_code == "InvalidInput"


async def test_gives_up_after_the_last_attempt(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock
) -> None:
    world.failures = [RuntimeError("a bug") for _ in range(TO_TEAMS.attempts)]
    await tell(1)

    for _ in range(TO_TEAMS.attempts):
        await delivery.run()
        clock.advance(timedelta(hours=1))

    assert await states() == ["dead"]
    assert world.failures == []


async def test_a_kind_without_a_handler_is_a_dead_letter(
    tell: Tell, make_delivery: Callable[..., Delivery]
) -> None:
    await tell(1)

    await make_delivery(handlers={}).run()

    assert (await OutboxMessage.get()).error_code == "no_handler"


async def test_someone_unreachable_ends_the_row_and_is_reported(
    tell: Tell, delivery: Delivery, world: World
) -> None:
    world.failures = [RecipientUnreachable("BotNotInConversationRoster")]
    await tell(1)

    await delivery.run()

    row = await OutboxMessage.get()
    assert (row.state, row.error_code) == (OutboxState.DONE, "unreachable")
    assert world.unreachable == [(7, "BotNotInConversationRoster")]


async def test_what_is_no_longer_there_need_not_be_told(
    tell: Tell, delivery: Delivery, world: World
) -> None:
    world.failures = [NotFound("thread")]
    await tell(1)

    await delivery.run()

    row = await OutboxMessage.get()
    assert (row.state, row.error_code) == (OutboxState.DONE, "gone")


async def test_a_handler_that_hangs_is_stopped_and_tried_again(
    tell: Tell, make_delivery: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(facts: Mapping[str, Any], organization_id: int) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("core.outbox.delivery.TIME_FOR_ONE", timedelta(milliseconds=10))
    await tell(1)

    await make_delivery(handlers={"thread_notice": hang}).run()

    row = await OutboxMessage.get()
    assert (row.state, row.error_code) == (OutboxState.DUE, "TookTooLong")


async def test_two_replicas_deliver_each_row_once(
    tell: Tell, make_delivery: Callable[..., Delivery], world: World
) -> None:
    for number in range(20):
        await tell(number, key=f"thread:{number % 5}")

    await asyncio.gather(make_delivery().run(), make_delivery().run())

    assert sorted(told(world)) == list(range(20))


async def test_a_row_left_by_a_dead_process_waits_for_its_lease(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock
) -> None:
    await tell(1)
    claims = Claims(clock)
    [row] = await claims.next(1)
    assert await claims.claim(row) is not None

    await delivery.run()
    assert told(world) == []

    clock.advance(LEASE)
    await delivery.run()
    assert told(world) == [1]


async def test_a_reply_is_marked_before_it_is_sent_and_never_sent_twice(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock
) -> None:
    """The answer is lost, so nobody knows; Sent Items does not have it."""
    world.failures = [GraphError(504, "GatewayTimeout")]
    await tell(1, kind="automatic_reply")
    await delivery.run()
    assert await states() == ["sending"]

    clock.advance(timedelta(hours=1))
    await delivery.run()

    assert told(world) == []
    assert (await OutboxMessage.get()).error_code == "not_confirmed"
    assert await states() == ["dead"]


async def test_a_reply_found_in_sent_items_is_done(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock
) -> None:
    world.failures = [GraphError(504, "GatewayTimeout")]
    await tell(1, kind="automatic_reply")
    await delivery.run()
    world.told.append({"n": 1, "member_id": 7})

    clock.advance(timedelta(hours=1))
    await delivery.run()

    assert await states() == ["done"]
    assert told(world) == [1]


async def test_looking_in_sent_items_is_tried_again(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock
) -> None:
    world.failures = [GraphError(504, "GatewayTimeout"), GraphError(503, "ServiceUnavailable")]
    await tell(1, kind="automatic_reply")
    await delivery.run()
    world.told.append({"n": 1, "member_id": 7})

    for _ in range(2):
        clock.advance(timedelta(hours=1))
        await delivery.run()

    assert await states() == ["done"]


@pytest.mark.parametrize(
    "failure", [GraphThrottled(429, "TooManyRequests", retry_after=60), NothingSent()]
)
async def test_a_reply_that_was_surely_not_sent_is_sent_later(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock, failure: Exception
) -> None:
    world.failures = [failure]
    await tell(1, kind="automatic_reply")
    await delivery.run()
    assert await states() == ["due"]

    clock.advance(timedelta(seconds=60))
    await delivery.run()

    assert told(world) == [1]
    assert await states() == ["done"]


async def test_forgets_what_was_delivered_long_ago_and_keeps_dead_letters(
    tell: Tell, delivery: Delivery, world: World, clock: SettableClock
) -> None:
    world.failures = [InvalidInput("card")]
    await tell(1)
    await tell(2)
    await delivery.run()

    clock.advance(timedelta(days=31))
    await delivery.forget_delivered()

    assert await states() == ["dead"]


async def test_admins_are_told_of_dead_letters_once(
    tell: Tell,
    make_delivery: Callable[..., Delivery],
    world: World,
    organization: Organization,
    vault: Vault,
    clock: SettableClock,
) -> None:
    admin = await factories.member(vault, organization, is_admin=True)
    await factories.member(vault, organization)
    for number in range(3):
        await tell(number)

    delivery = make_delivery(handlers={"notice": world.handle})
    await delivery.run()
    clock.advance(timedelta(minutes=1))
    await delivery.run()

    assert world.told == [{"member_id": admin.id, "code": "dead_letter"}]


async def test_a_notice_of_dead_letters_that_dies_is_not_told(
    tell: Tell,
    make_delivery: Callable[..., Delivery],
    organization: Organization,
    vault: Vault,
    clock: SettableClock,
) -> None:
    await factories.member(vault, organization, is_admin=True)
    await tell(1)
    delivery = make_delivery(handlers={})

    for _ in range(3):
        await delivery.run()
        clock.advance(timedelta(minutes=1))

    assert await states() == ["dead", "dead"]


def test_refuses_a_handler_of_no_kind(make_delivery: Callable[..., Delivery]) -> None:
    with pytest.raises(ValueError, match="no such outbox kind: telegram"):
        make_delivery(handlers={"telegram": World().handle})
