"""Giving a mailbox up: what ends at once, what a job ends later, what is kept and purged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.audit.models import AuditEntry
from core.errors import GraphAuthFailed, InvalidInput
from core.mail.models import Correspondent, MailMessage, MailThread
from core.mailboxes.models import (
    Folder,
    Grant,
    GrantKind,
    Mailbox,
    MailboxMember,
    MailboxState,
    SignIn,
    Subscription,
)
from core.mailboxes.purge import Purge
from core.outbox.models import OutboxMessage, OutboxState, PostedActivity, PostedThread
from core.rules.models import ReplyMark, ReplyText, Rule, RuleVersion, Team, TeamMember
from core.threads.models import (
    BulkChange,
    BulkItem,
    Follower,
    MemberSkill,
    Note,
    Presence,
    Tag,
    Target,
    TargetKind,
    TargetWarning,
    ThreadTag,
    WarningStage,
)
from tests import factories
from tests.core.mailboxes.conftest import ADDRESS, House


async def subscribe(house: House, mailbox: Mailbox) -> None:
    inbox = await Folder.filter(mailbox_id=mailbox.id).first()
    assert inbox is not None
    await Subscription.create(
        folder_id=inbox.id,
        graph_id="subscription-1",
        sealed_client_state=b"",
        expires_at=house.clock(),
        renew_at=house.clock(),
    )


async def offboard(house: House, mailbox: Mailbox, *, purge: bool = False) -> tuple[str, ...]:
    view = await house.onboarding.offboard(await house.actor(house.ada), mailbox.id, purge=purge)
    return view.to_undo


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        (GrantKind.APPLICATION, ("remove_role_assignment",)),
        (GrantKind.DELEGATED, ("remove_app_consent",)),
    ],
)
async def test_consent_ends_at_once(
    any_house: House, kind: GrantKind, left: tuple[str, ...]
) -> None:
    house = any_house
    mailbox = await house.ready(kind)

    assert await offboard(house, mailbox) == left

    grant = await Grant.get()
    assert grant.revoked_at == house.clock()
    assert grant.sealed_tokens is None
    assert (await Mailbox.get()).state is MailboxState.OFFBOARDED
    with pytest.raises(GraphAuthFailed):
        await house.access.for_mailbox(mailbox.id)
    assert {"mailbox.offboarded", "grant.revoked"} <= set(await house.audited())


async def test_a_sign_in_under_way_ends_too(house: House) -> None:
    mailbox = await house.begin(GrantKind.DELEGATED)
    state = await house.sign_in(mailbox)

    await offboard(house, mailbox)

    house.user_tokens.signs_in = house.person(house.ada)
    assert (await house.back(state, code="code")).code == "expired"
    assert not await SignIn.exists(used_at=None)


async def test_a_callback_that_redeemed_before_writes_nothing_after(house: House) -> None:
    mailbox = await house.begin(GrantKind.DELEGATED)
    state = await house.sign_in(mailbox)
    house.user_tokens.signs_in = house.person(house.ada)
    redeem = house.user_tokens.redeem

    async def slow(*args: object, **named: object) -> object:
        await offboard(house, mailbox)
        return await redeem(*args, **named)  # type: ignore[arg-type]

    house.user_tokens.redeem = slow  # type: ignore[assignment, method-assign]

    assert (await house.back(state, code="code")).code == "expired"
    assert not await Grant.exists(sealed_tokens__isnull=False)


async def test_subscriptions_are_left_to_a_job(house: House) -> None:
    mailbox = await house.ready()
    await subscribe(house, mailbox)

    await offboard(house, mailbox)

    assert house.jobs.of("drop_subscriptions") == [{"mailbox_id": mailbox.id}]
    door = await house.access.as_application(mailbox.id)
    assert (await door.token()).startswith("app-")
    assert ADDRESS not in door.mailbox


async def test_what_is_kept_goes_on_if_the_mailbox_comes_back(house: House) -> None:
    mailbox = await house.ready()
    await offboard(house, mailbox)

    again = await house.begin(GrantKind.APPLICATION)

    assert again.id == mailbox.id
    assert again.state is MailboxState.ONBOARDING
    assert await MailboxMember.filter(mailbox_id=mailbox.id).count() == 2


async def test_an_address_that_was_purged_comes_back_as_another_mailbox(house: House) -> None:
    mailbox = await house.ready()
    await offboard(house, mailbox, purge=True)

    again = await house.begin(GrantKind.APPLICATION)

    assert again.id != mailbox.id
    old = await Mailbox.get(id=mailbox.id)
    assert old.sealed_address is None
    assert old.address_hash != again.address_hash


async def test_what_was_kept_can_be_purged_later_but_not_twice(house: House) -> None:
    mailbox = await house.ready()
    await offboard(house, mailbox)
    await offboard(house, mailbox, purge=True)

    with pytest.raises(InvalidInput):
        await offboard(house, mailbox, purge=True)
    assert house.jobs.of("purge_mailbox") == [{"mailbox_id": mailbox.id}]


async def with_mail(house: House, mailbox: Mailbox) -> tuple[Correspondent, Correspondent]:
    """(somebody who wrote here alone, somebody who wrote to another mailbox too)."""
    inbox = await Folder.filter(mailbox_id=mailbox.id).first()
    assert inbox is not None
    only_here = await factories.correspondent(house.vault, house.organization)
    elsewhere = await factories.correspondent(house.vault, house.organization)
    for sender in (only_here, elsewhere):
        thread = await factories.thread(house.vault, mailbox, sender, assignee_id=house.bob.id)
        await factories.message(house.vault, thread, inbox, sender)
    other = await factories.mailbox(house.vault, house.organization)
    await factories.thread(house.vault, other, elsewhere)
    return only_here, elsewhere


async def with_team_work(house: House, mailbox: Mailbox) -> None:
    """All that people make for a mailbox and leave with its threads."""
    thread = await MailThread.filter(mailbox_id=mailbox.id).first()
    place = await MailboxMember.filter(mailbox_id=mailbox.id).first()
    assert thread is not None
    assert place is not None
    now, own = house.clock(), {"organization_id": house.organization.id}
    here = {**own, "mailbox_id": mailbox.id}
    who = {"thread_id": thread.id, "member_id": house.bob.id}
    tag = await Tag.create(**here, name_hash="h", sealed_name=b"x", created_at=now)
    await ThreadTag.create(thread_id=thread.id, tag_id=tag.id)
    await MemberSkill.create(place_id=place.id, tag_id=tag.id)
    await Note.create(
        **own, thread_id=thread.id, author_id=house.bob.id, sealed_text=b"x", created_at=now
    )
    await Follower.create(**who, created_at=now)
    await Presence.create(**who, seen_at=now)
    await Target.create(**here, tag_id=tag.id, kind=TargetKind.ANSWER, minutes=5)
    await TargetWarning.create(
        thread_id=thread.id, kind=TargetKind.ANSWER, stage=WarningStage.AFTER, due_at=now, at=now
    )
    change = await BulkChange.create(**own, by_id=house.bob.id, created_at=now)
    await BulkItem.create(bulk_id=change.id, thread_id=thread.id)
    rule = await Rule.create(**here, number=1, position=1, sealed_text=b"x", created_at=now)
    await RuleVersion.create(rule_id=rule.id, version=1, change="created", at=now)
    team = await Team.create(**here, name="Finance", created_at=now)
    await TeamMember.create(team_id=team.id, member_id=house.bob.id)
    text = await ReplyText.create(**here, name="hello", sealed_text=b"x", created_at=now)
    await ReplyMark.create(
        **here,
        thread_id=thread.id,
        correspondent_id=thread.correspondent_id,
        rule_id=rule.id,
        message_id=1,
        text_id=text.id,
        at=now,
    )


LEFT_BY_PEOPLE = (
    Tag, ThreadTag, MemberSkill, Note, Follower, Presence, Target, TargetWarning, BulkItem,
    Rule, RuleVersion, Team, TeamMember, ReplyText, ReplyMark,
)  # fmt: skip


async def run_purge(house: House, mailbox: Mailbox) -> int:
    """Play the job queue until it is empty; how many batches it took."""
    purge = Purge(house.clock, house.jobs, house.outbox)
    batches = 0
    while house.jobs.of("purge_mailbox"):
        house.jobs.queued = [job for job in house.jobs.queued if job[0] != "purge_mailbox"]
        await purge.run(mailbox.id)
        batches += 1
        assert batches < 50
    return batches


async def test_a_purge_leaves_nothing_that_tells_of_anybody(any_house: House) -> None:
    house = any_house
    mailbox = await house.ready()
    only_here, elsewhere = await with_mail(house, mailbox)
    await with_team_work(house, mailbox)
    await offboard(house, mailbox, purge=True)

    await run_purge(house, mailbox)

    assert [model.__name__ for model in LEFT_BY_PEOPLE if await model.exists()] == []
    assert not await MailThread.exists(mailbox_id=mailbox.id)
    assert not await MailMessage.exists(mailbox_id=mailbox.id)
    assert not await Folder.exists(mailbox_id=mailbox.id)
    assert not await MailboxMember.exists(mailbox_id=mailbox.id)
    assert not await Correspondent.exists(id=only_here.id)
    assert await Correspondent.exists(id=elsewhere.id)
    assert await Grant.exists(mailbox_id=mailbox.id)
    assert await AuditEntry.filter(action="mailbox.purged").count() == 1


async def test_cards_are_redrawn_blank_before_their_threads_go(house: House) -> None:
    mailbox = await house.ready()
    await with_mail(house, mailbox)
    thread = await MailThread.filter(mailbox_id=mailbox.id).first()
    assert thread is not None
    posted = await PostedActivity.create(
        organization_id=house.organization.id,
        member_id=house.bob.id,
        service_url="https://smba.example",
        conversation_id="a:1",
        activity_id="1",
        kind="thread",
        posted_at=house.clock(),
    )
    await PostedThread.create(posted_id=posted.id, thread_id=thread.id)
    await offboard(house, mailbox, purge=True)
    purge = Purge(house.clock, house.jobs, house.outbox)
    for _ in range(5):
        await purge.run(mailbox.id)

    card = await OutboxMessage.get(kind="thread_card")
    assert card.facts == {"thread_id": thread.id}
    blank = await MailThread.get(id=thread.id)
    assert (blank.sealed_subject, blank.correspondent_id) == (None, None)
    house.clock.advance(timedelta(minutes=5))
    await OutboxMessage.filter(id=card.id).update(state=OutboxState.DONE)
    await run_purge(house, mailbox)

    assert not await MailThread.exists(mailbox_id=mailbox.id)


async def test_notes_go_with_the_first_words_of_a_purge(house: House) -> None:
    mailbox = await house.ready()
    await with_mail(house, mailbox)
    await with_team_work(house, mailbox)
    await offboard(house, mailbox, purge=True)
    purge = Purge(house.clock, house.jobs, house.outbox)
    for _ in range(2):
        await purge.run(mailbox.id)

    assert await MailThread.exists(mailbox_id=mailbox.id)
    for model in (Note, Follower, Presence, ReplyMark):
        assert not await model.exists()


async def test_a_purge_waits_for_subscriptions_to_end(house: House) -> None:
    mailbox = await house.ready()
    await subscribe(house, mailbox)
    await offboard(house, mailbox, purge=True)
    purge = Purge(house.clock, house.jobs, house.outbox)

    await purge.run(mailbox.id)
    assert await Folder.exists(mailbox_id=mailbox.id)
    await Subscription.all().delete()
    await purge.run(mailbox.id)

    assert not await Folder.exists(mailbox_id=mailbox.id)


async def test_a_purge_never_touches_a_mailbox_that_is_kept(house: House) -> None:
    mailbox = await house.ready()
    await with_mail(house, mailbox)
    await offboard(house, mailbox)

    await Purge(house.clock, house.jobs, house.outbox).run(mailbox.id)

    assert await MailThread.filter(mailbox_id=mailbox.id).count() == 2
    assert (await Mailbox.get(id=mailbox.id)).sealed_address is not None


async def test_the_ledger_outlives_the_mailbox_without_its_address(house: House) -> None:
    mailbox = await house.ready()
    await offboard(house, mailbox, purge=True)
    await run_purge(house, mailbox)

    (consent,) = await house.onboarding.consents(await house.actor(house.ada))

    assert consent.mailbox == f"#{mailbox.id}"
    assert ADDRESS not in repr(consent)
    assert consent.revoked_at is not None
