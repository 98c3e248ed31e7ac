"""A rule tried on mail that is kept: what would match, who would have had it; nothing changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotFound
from core.mail.models import Correspondent, EventKind, MailThread, ThreadEvent
from core.outbox.models import OutboxMessage
from core.people.models import Member
from core.rules.models import RuleTrial, RuleVersion, TrialState
from tests import factories

LINE = "when subject contains invoice then assign to Ben Busy"


async def tried(office, trial):
    await office.trials.run(trial.trial_id)
    return await office.trials.trial(await office.lead(), trial.trial_id)


async def test_a_draft_is_tried_beside_the_rules_of_today(office):
    lead = await office.lead()
    await office.add("when subject contains invoice then assign to Ada Lovelace")
    numbers = [
        await office.mail("Invoice", f"a{i}@x.example", office.ago(days=i)) for i in (3, 2, 1)
    ]
    await office.mail("Hello", "b@x.example", office.ago(days=1))

    found = await tried(office, await office.trials.try_rule(lead, 1, LINE))

    assert (found.messages, found.matched, found.unmatched, found.unknown) == (4, 3, 1, 0)
    assert found.examples == tuple(numbers)
    assert dict(found.draft.given)[office.ben.id] == 3
    assert dict(found.base.given)[office.ada.id] == 3
    assert (found.line, found.number, found.without) == (LINE, 1, False)
    assert await office.lines() == ["when subject contains invoice then assign to Ada Lovelace"]


async def test_a_rule_at_work_is_tried_beside_the_others_without_it(office):
    await office.add(LINE)
    await office.mail("Invoice 1", "a@x.example", office.ago(days=1))

    found = await tried(office, await office.trials.try_rule(await office.lead(), 1))

    assert found.without
    assert dict(found.draft.given) == {office.ben.id: 1}


async def test_a_rule_that_is_off_is_tried_as_if_it_were_on(office):
    await office.add(LINE, on=False)
    await office.mail("Invoice 1", "a@x.example", office.ago(days=1))

    found = await tried(office, await office.trials.try_rule(await office.lead(), 1))

    assert (found.matched, found.without) == (1, False)


async def test_only_mail_that_came_in_in_the_period_is_gone_through(office):
    await office.mail("Invoice", "a@x.example", office.ago(days=40))
    await office.mail("Invoice", "a2@x.example", office.ago(days=2))

    lead, mailbox = await office.lead(), office.mailbox.id
    found = await tried(office, await office.trials.try_line(lead, mailbox, LINE, "last 7 days"))

    assert found.messages == 1


async def test_what_is_not_kept_cannot_be_known(office):
    await office.mail("Invoice", "a@x.example", office.ago(days=1))
    await office.mail("Hello", "b@x.example", office.ago(days=1))
    line = "when body contains refund and subject contains invoice then finish"

    found = await tried(
        office, await office.trials.try_line(await office.lead(), office.mailbox.id, line)
    )

    assert (found.matched, found.unmatched, found.unknown) == (0, 1, 1)


async def test_of_somebody_who_was_erased_nothing_is_known(office):
    await office.mail("Invoice", "a@x.example", office.ago(days=1))
    await Correspondent.all().update(wrapped_key=None)
    line = "when subject contains invoice or from is a@x.example then finish"

    found = await tried(
        office, await office.trials.try_line(await office.lead(), office.mailbox.id, line)
    )

    assert (found.matched, found.unknown) == (0, 1)


@pytest.mark.parametrize(
    ("condition", "matched"),
    [
        ("from is a@x.example", 1),
        ("from domain x.example", 1),
        ("subject is INVOICE", 1),
        ("has attachment", 1),
        ("importance is high", 1),
        ("category is blue", 1),
        ("category is red", 0),
        ("automatic is list", 1),
        ("first message", 1),
        ("unanswered over 20 hours", 1),
        ("unanswered over 30 hours", 0),
        ("in hours", 1),
    ],
)
async def test_every_condition_on_what_is_kept_is_known(office, condition, matched):
    key = office.vault.key(office.organization.wrapped_key)
    await office.mail(
        "Invoice", "a@x.example", office.ago(hours=24), has_attachments=True, importance="high",
        automatic="list", sealed_categories=key.seal(b"organization.categories", '["Blue"]'),
    )  # fmt: skip
    lead, mailbox = await office.lead(), office.mailbox.id

    found = await tried(
        office, await office.trials.try_line(lead, mailbox, f"when {condition} then finish")
    )

    assert (found.matched, found.unknown) == (matched, 0)


async def test_who_is_not_at_work_is_given_nothing_and_the_thread_waits_for_somebody(office):
    """2 March 2026 is a Monday; Ada works in the morning alone, Ben not at all."""
    await Member.filter(id=office.ada.id).update(week="mon-fri 08:00-10:00")
    await Member.filter(id=office.ben.id).update(week="sun 03:00-03:30")
    office.clock.now += timedelta(days=2)
    noon = office.ago(hours=45)
    await office.mail("Waits", "a@x.example", noon)
    await office.mail("Is given at once", "b@x.example", noon + timedelta(hours=21))
    await office.mail("Waits to the end", "c@x.example", noon + timedelta(hours=24))
    line = "when subject contains nothing then finish"

    found = await tried(
        office, await office.trials.try_line(await office.lead(), office.mailbox.id, line)
    )

    assert dict(found.draft.given) == {office.ada.id: 2}
    assert (found.draft.waited, found.draft.left) == (2, 1)


async def test_what_really_happened_stands_beside_it(office):
    number = await office.mail("Invoice", "a@x.example", office.ago(days=1))
    thread = await MailThread.get(id=number)
    for kind in (EventKind.ASSIGNED, EventKind.TAKEN):
        await ThreadEvent.create(
            organization_id=thread.organization_id, mailbox_id=thread.mailbox_id,
            thread_id=number, kind=kind, at=office.ago(hours=1), member_id=office.ada.id,
        )  # fmt: skip

    found = await tried(
        office, await office.trials.try_line(await office.lead(), office.mailbox.id, LINE)
    )

    assert found.had == ((office.ada.id, 1),)
    assert found.names[office.ada.id] == "Ada Lovelace"


async def test_a_trial_changes_nothing_and_tells_its_card(office):
    await office.add(LINE)
    number = await office.mail("Invoice", "a@x.example", office.ago(days=1))
    before = await MailThread.get(id=number).values()
    versions = await RuleVersion.all().count()
    trial = await office.trials.try_rule(await office.lead(), 1)

    assert office.jobs.queued[0] == ("try_rule", {"trial_id": trial.trial_id})
    await tried(office, trial)

    assert await MailThread.get(id=number).values() == before
    assert await RuleVersion.all().count() == versions
    (told,) = await OutboxMessage.all()
    assert told.kind == "trial"
    assert told.facts == {"trial_id": trial.trial_id, "member_id": office.ada.id}


async def test_the_row_holds_ids_and_counts_and_no_word_of_the_mail(office):
    await office.add(LINE)
    await office.mail("Invoice", "a@x.example", office.ago(days=1))
    await tried(office, await office.trials.try_rule(await office.lead(), 1))

    (row,) = await RuleTrial.all()

    assert row.state is TrialState.DONE
    assert "nvoice" not in str(row.found)
    assert b"nvoice" not in bytes(row.sealed_text)


async def test_batches_make_no_difference(office, monkeypatch):
    await office.add(LINE)
    for i in range(7):
        await office.mail("Invoice", f"a{i}@x.example", office.ago(hours=i + 1))
    whole = await tried(office, await office.trials.try_rule(await office.lead(), 1))
    monkeypatch.setattr("core.rules.trials.BATCH", 2)
    monkeypatch.setattr("core.rules.trials.SLICE", 1)

    parts = await tried(office, await office.trials.try_rule(await office.lead(), 1))

    assert parts.draft == whole.draft
    assert (parts.messages, parts.matched, parts.done) == (7, 7, 7)


async def test_a_trial_is_its_askers_alone(office):
    await office.add(LINE)
    trial = await office.trials.try_rule(await office.lead(), 1)
    await Member.filter(id=office.zoe.id).update(is_admin=True)
    other = await factories.actor(await Member.get(id=office.zoe.id))

    with pytest.raises(NotFound):
        await office.trials.trial(other, trial.trial_id)


async def test_an_admin_who_does_not_work_the_mailbox_sees_counts_alone(office):
    await office.mail("Invoice", "a@x.example", office.ago(days=1))
    await Member.filter(id=office.zoe.id).update(is_admin=True)
    admin = await factories.actor(await Member.get(id=office.zoe.id))
    trial = await office.trials.try_line(admin, office.mailbox.id, LINE)
    await office.trials.run(trial.trial_id)

    found = await office.trials.trial(admin, trial.trial_id)

    assert (found.matched, found.examples) == (1, ())


async def test_a_period_that_is_none_is_refused(office):
    await office.add(LINE)
    for period in ("last 0 days", "last 999 days", "some day"):
        with pytest.raises(InvalidInput):
            await office.trials.try_rule(await office.lead(), 1, period=period)


async def test_a_trial_that_cannot_go_on_says_so(office):
    await office.add(LINE)
    trial = await office.trials.try_rule(await office.lead(), 1)
    await RuleTrial.all().update(sealed_text=None)

    with pytest.raises(NotFound):
        await office.trials.run(trial.trial_id)

    assert (await RuleTrial.get()).state is TrialState.FAILED


async def test_old_trials_are_forgotten(office):
    await office.add(LINE)
    await office.trials.try_rule(await office.lead(), 1)
    await office.trials.forget_old()
    assert await RuleTrial.all().count() == 1

    office.clock.now = office.clock.now.replace(month=5)
    await office.trials.forget_old()

    assert await RuleTrial.all().count() == 0


async def test_a_trial_whose_job_died_is_ended_and_its_card_told(office):
    lead = await office.lead()
    trial = await office.trials.try_line(lead, office.mailbox.id, LINE)
    await RuleTrial.all().update(state=TrialState.RUNNING, moved_at=office.clock.now)
    await office.trials.end_stale()
    assert (await RuleTrial.get()).state is TrialState.RUNNING

    office.clock.advance(timedelta(minutes=16))
    await OutboxMessage.all().delete()
    await office.trials.end_stale()

    found = await office.trials.trial(lead, trial.trial_id)
    assert (found.state, found.stopped) == (TrialState.FAILED, True)
    assert (await OutboxMessage.get()).facts["trial_id"] == trial.trial_id


async def test_three_tries_of_one_member_are_under_way_at_most(office):
    lead = await office.lead()
    trials = [await office.trials.try_line(lead, office.mailbox.id, LINE) for _ in range(3)]
    with pytest.raises(InvalidInput) as refused:
        await office.trials.try_line(lead, office.mailbox.id, LINE)
    assert refused.value.hint == "too_many_trials"
    await tried(office, trials[0])
    await office.trials.try_line(lead, office.mailbox.id, LINE)
