"""Each kind keeps its guarantee when the process is killed between the effect and its mark."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import utc_now
from core.outbox.delivery import Delivery
from core.outbox.kinds import KINDS, Guarantee, Kind
from core.outbox.models import OutboxMessage
from core.outbox.queue import Outbox
from core.people.models import Organization
from tests.core.outbox.killed import have_effect

EFFECTS = {
    Guarantee.AT_LEAST_ONCE: 2,
    Guarantee.REPEATED_HARMLESSLY: 2,
    Guarantee.AT_MOST_ONCE: 1,
}


@pytest.fixture
def effects(tmp_path: Path) -> Path:
    return tmp_path / "effects"


def count(effects: Path) -> int:
    return len(effects.read_text().splitlines())


async def kill_while_delivering(url: str, effects: Path) -> None:
    program = [sys.executable, "-m", "tests.core.outbox.killed", url, str(effects)]
    process = await asyncio.create_subprocess_exec(*program)
    assert await process.wait() == -signal.SIGKILL
    assert count(effects) == 1


def later_delivery(effects: Path, *, found: bool) -> Delivery:
    """Another process after the lease has run out; `found`: the effect can be seen outside."""

    async def handle(facts: Mapping[str, Any], organization_id: int) -> None:
        have_effect(effects)

    async def settle(facts: Mapping[str, Any], organization_id: int) -> bool:
        return found

    async def on_unreachable(member_id: int, code: str) -> None:
        raise NotImplementedError

    return Delivery(
        dict.fromkeys(KINDS, handle),
        lambda: utc_now() + timedelta(minutes=5),
        on_unreachable,
        settlers={"automatic_reply": settle},
    )


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_a_kill_repeats_an_effect_only_where_that_is_allowed(
    any_database: str, outbox: Outbox, organization: Organization, effects: Path, kind: Kind
) -> None:
    facts: dict[str, Any] = dict.fromkeys(kind.facts, 1)
    await outbox.tell(organization.id, kind.name, facts, order_key="thread:1", at=utc_now())
    await kill_while_delivering(any_database, effects)

    await later_delivery(effects, found=True).run()

    assert count(effects) == EFFECTS[kind.guarantee]
    row = await OutboxMessage.get()
    assert (row.state.value, row.error_code) == ("done", None)


async def test_a_reply_that_cannot_be_found_after_a_kill_is_shown_and_not_sent_again(
    any_database: str, outbox: Outbox, organization: Organization, effects: Path
) -> None:
    facts = {"thread_id": 1, "message_id": 1}
    await outbox.tell(organization.id, "automatic_reply", facts, order_key="thread:1", at=utc_now())
    await kill_while_delivering(any_database, effects)

    await later_delivery(effects, found=False).run()

    assert count(effects) == 1
    row = await OutboxMessage.get()
    assert (row.state.value, row.error_code) == ("dead", "not_confirmed")
