"""Why a thread is whose, read from its decisions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.assignment.models import Decision
from core.mail.models import MailThread
from core.mail.reasons import why
from core.people.models import Absence, Member
from core.rules.models import Rule, Team
from core.sealing import Vault
from tests import factories
from tests.clock import MONDAY_MORNING, SettableClock


@pytest.fixture
async def thread(any_database: str, vault: Vault) -> MailThread:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization)
    sender = await factories.correspondent(vault, organization)
    return await factories.thread(vault, mailbox, sender)


async def decided(thread: MailThread, code: str, minutes: int = 0, **more: object) -> Decision:
    return await Decision.create(
        organization_id=thread.organization_id,
        thread_id=thread.id,
        at=MONDAY_MORNING + timedelta(minutes=minutes),
        code=code,
        **more,
    )


async def person(vault: Vault, thread: MailThread, name: str, **more: object) -> Member:
    return await factories.member(vault, await thread.organization, name, **more)


async def test_a_thread_nothing_was_decided_about_has_no_reason(thread, vault) -> None:
    assert await why(thread.id, vault, MONDAY_MORNING) is None


async def test_a_rule_is_named_by_its_number_and_its_pool(thread, vault) -> None:
    ada = await person(vault, thread, "Ada")
    here = {"organization_id": thread.organization_id, "mailbox_id": thread.mailbox_id}
    at = {"created_at": MONDAY_MORNING}
    rule = await Rule.create(**here, **at, number=3, position=1, version=5)
    team = await Team.create(**here, **at, name="Finance pool")
    reason = {
        "considered": [[ada.id, 4]],
        "skipped": [],
        "rule": [rule.id, 2],
        "team": team.id,
        "strategy": "load_balanced",
    }
    await decided(thread, "by_rule", member_id=ada.id, reason=reason)

    found = await why(thread.id, vault, MONDAY_MORNING)

    assert found is not None
    assert (found.rule, found.team, found.strategy) == ((3, 2), "Finance pool", "load_balanced")
    assert (found.member, found.considered, found.people) == ("Ada", (("Ada", 4),), (ada.id,))


async def test_what_waits_tells_for_whom_and_from_when_they_are_at_work(
    thread, vault, clock: SettableClock
) -> None:
    ada = await person(vault, thread, "Ada", week="mon-fri 13:00-17:00")
    bo = await person(vault, thread, "Bo")
    tomorrow = MONDAY_MORNING + timedelta(days=1)
    await Absence.create(
        organization_id=thread.organization_id,
        member_id=bo.id,
        starts_at=MONDAY_MORNING - timedelta(days=1),
        ends_at=tomorrow,
        created_at=MONDAY_MORNING,
    )
    skipped = [[ada.id, "off_hours"], [bo.id, "away"]]
    await decided(thread, "nobody_free", reason={"considered": [], "skipped": skipped})

    anybody = await why(thread.id, vault, clock())
    await decided(
        thread,
        "waits_for_owner",
        1,
        reason={"considered": [], "skipped": [[bo.id, "away"]], "waits_for": bo.id},
    )
    owner = await why(thread.id, vault, clock())

    assert anybody is not None
    assert anybody.waits_until == MONDAY_MORNING + timedelta(hours=4)
    assert owner is not None
    assert (owner.waits_for, owner.waits_until) == ("Bo", tomorrow)


async def test_earlier_decisions_come_newest_first_and_are_bounded(thread, vault) -> None:
    ada = await person(vault, thread, "Ada")
    for minutes in range(9):
        await decided(thread, "taken", minutes, member_id=ada.id, by_id=ada.id)
    found = await why(thread.id, vault, MONDAY_MORNING)
    assert found is not None
    assert [one.at.minute for one in found.earlier] == [7, 6, 5, 4, 3]
    assert {(one.member, one.by, one.code) for one in found.earlier} == {("Ada", "Ada", "taken")}


async def test_who_was_erased_is_someone_who_left(thread, vault) -> None:
    ada = await person(vault, thread, "Ada", wrapped_key=None)
    await decided(thread, "taken", member_id=ada.id)
    found = await why(thread.id, vault, MONDAY_MORNING)
    assert found is not None
    assert found.member == "someone who left"
