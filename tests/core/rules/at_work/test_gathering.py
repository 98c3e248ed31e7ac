"""Bodies are read only where a rule's answer hangs on one, matched in flight, and let go."""

from __future__ import annotations

import pytest

from core.errors import GraphAuthFailed, GraphError
from core.mail.models import MailMessage
from core.rules.models import Rule, RuleState
from core.threads.models import ThreadTag
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office
from tests.core.rules.at_work.rows import a_rule, consents, leads


async def arrives(office: Office, *messages: object) -> None:
    office.feed.give(office.inbox.graph_id, *messages)
    await office.sync()


@pytest.fixture
async def reading(office: Office) -> Office:
    """Live, with the consent to look into bodies."""
    await consents(office, reads_bodies=True)
    await office.live()
    return office


async def test_a_rule_finds_a_word_in_a_body(reading: Office):
    await a_rule(reading, "when body contains refund then tag Refund")
    reading.feed.bodies = {"m1": "I want a REFUND.", "m2": "Thank you."}
    await arrives(reading, header("m1", "c1"), header("m2", "c2"))
    assert sorted(reading.feed.opened) == ["m1", "m2"]
    assert (await ThreadTag.get()).thread_id == (await reading.thread("c1")).id


async def test_a_body_on_which_no_answer_hangs_is_not_opened(reading: Office):
    await a_rule(reading, "when from domain fabrikam.com and body contains refund then tag Refund")
    await arrives(reading, header("m1"), header("m2", sender="ann@fabrikam.com"))
    assert reading.feed.opened == ["m2"]


async def test_without_a_rule_about_bodies_none_is_opened(reading: Office):
    await a_rule(reading, "when subject contains printer then tag Printer")
    await arrives(reading, header("m1"))
    assert reading.feed.opened == []


async def test_what_was_seen_before_is_not_opened_again(reading: Office):
    await a_rule(reading, "when body contains refund then tag Refund")
    await arrives(reading, header("m1"))
    await arrives(reading, header("m1", is_read=True, modified_at=later(5)))
    assert reading.feed.opened == ["m1"]


async def test_history_is_not_opened(reading: Office):
    reading.mailbox.live_from = later(-10)
    await reading.mailbox.save(update_fields=["live_from"])
    await a_rule(reading, "when body contains refund then tag Refund")
    await arrives(reading, header("m1", at=later(-60)))
    assert reading.feed.opened == []


async def test_without_consent_it_cannot_be_known_and_no_body_is_opened(office: Office):
    await office.live()
    await a_rule(office, "when body contains refund or subject contains printer then tag Some")
    await a_rule(office, "when subject contains printer then tag Printer")
    office.feed.bodies = {"m1": "refund"}
    await arrives(office, header("m1"))
    assert office.feed.opened == []
    assert await ThreadTag.all().count() == 1


async def test_a_consent_that_ends_during_a_round_ends_the_opening_at_once(
    reading: Office, monkeypatch: pytest.MonkeyPatch
):
    await a_rule(reading, "when body contains refund then tag Refund")
    reading.feed.give(reading.inbox.graph_id, header("m1"), more=True)
    reading.feed.give(reading.inbox.graph_id, header("m2"))
    opened = reading.feed.body

    async def open_and_withdraw(message_id: str) -> str | None:
        await consents(reading, reads_bodies=False)
        return await opened(message_id)

    monkeypatch.setattr(reading.feed, "body", open_and_withdraw)
    await reading.sync()
    assert reading.feed.opened == ["m1"]
    assert await MailMessage.all().count() == 2


async def test_a_grant_without_bodies_pauses_the_rules_about_bodies_and_the_page_goes_on(
    reading: Office,
):
    await leads(reading, reading.people[0])
    stopped = await a_rule(reading, "when body contains refund then tag Refund")
    await a_rule(reading, "when subject contains printer then tag Printer")
    reading.feed.bodies = {"m1": GraphAuthFailed(403, "not_granted_bodies")}
    await arrives(reading, header("m1"))
    paused = await Rule.get(id=stopped.id)
    assert (paused.state, paused.pause_code) == (RuleState.PAUSED, "bodies_refused")
    assert reading.refused == []
    assert await ThreadTag.all().count() == 1


REFUSED = GraphError(403, "ErrorAccessDenied")


async def test_one_message_that_is_closed_is_not_known_and_stops_no_rule(reading: Office):
    rule = await a_rule(reading, "when body contains refund then tag Refund")
    reading.feed.bodies = {"m0": "Hello", "m1": REFUSED, "m2": "A refund"}
    await arrives(reading, header("m0", "c0"))
    await arrives(reading, header("m1", "c1"), header("m2", "c2"))
    assert (await Rule.get(id=rule.id)).state is RuleState.ON
    assert await ThreadTag.all().count() == 1


@pytest.mark.parametrize("known", [True, False])
async def test_two_messages_that_are_closed_pause_the_rules_about_bodies(
    reading: Office, known: bool
):
    rule = await a_rule(reading, "when body contains refund then tag Refund")
    if known:
        reading.feed.bodies = {"m1": "Hello"}
        await arrives(reading, header("m1", "c1"))
    reading.feed.bodies = {"m1": REFUSED, "m2": REFUSED}
    fresh = [header("m2", "c2")] if known else [header("m1", "c1"), header("m2", "c2")]
    await arrives(reading, *fresh)
    paused = await Rule.get(id=rule.id)
    assert (paused.state, paused.pause_code) == (RuleState.PAUSED, "bodies_refused")
    assert await MailMessage.all().count() == 2


async def test_a_graph_that_is_out_of_order_is_asked_again_later(reading: Office):
    await a_rule(reading, "when body contains refund then tag Refund")
    reading.feed.bodies = {"m1": GraphError(503, "serviceUnavailable")}
    with pytest.raises(GraphError):
        await arrives(reading, header("m1"))
    assert not await MailMessage.exists()
    reading.feed.bodies = {"m1": "refund"}
    await arrives(reading, header("m1"))
    assert await ThreadTag.exists()


async def test_a_body_that_is_gone_is_not_known_and_holds_nothing_up(reading: Office):
    await a_rule(reading, "when body contains refund then tag Refund")
    await a_rule(reading, "when subject contains printer then tag Printer")
    await arrives(reading, header("m1"))
    assert await ThreadTag.all().count() == 1


async def test_a_hostile_pattern_over_hostile_bodies_is_matched(reading: Office):
    await a_rule(reading, 'when body matches "(a+)+$" then tag Odd')
    reading.feed.bodies = {f"m{n}": "a" * 250_000 + "!" for n in range(20)}
    await arrives(reading, *(header(f"m{n}") for n in range(20)))
    assert await MailMessage.all().count() == 20
