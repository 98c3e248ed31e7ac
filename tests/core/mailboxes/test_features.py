"""Bodies, replies and write-back: each on by its own consent, proved, and taken back."""

from __future__ import annotations

import pytest

from core.errors import GraphAuthFailed, InvalidInput, NotAllowed, NotFound
from core.graph.access import Right
from core.graph.probes import Outcome
from core.mailboxes.feature_verdicts import FeatureFound, judge_feature
from core.mailboxes.features import Feature
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxState
from core.mailboxes.verdicts import AGAIN_IN, PATIENCE
from core.outbox.models import OutboxMessage
from tests import factories
from tests.core.mailboxes.conftest import House, state_in

DELEGATED, APPLICATION = GrantKind.DELEGATED, GrantKind.APPLICATION
W, R, U, N = Outcome.WORKED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.NO_MAILBOX
ALL = frozenset(
    {"Mail.ReadBasic.Shared", "Mail.ReadWrite.Shared", "Mail.Send.Shared", "openid", "profile"}
)


def everything_granted(house: House) -> None:
    house.probes.writes = house.probes.sends = house.probes.bodies = W


async def allow(house: House, mailbox: Mailbox, feature: Feature):
    return await house.onboarding.features.allow(await house.actor(house.ada), mailbox.id, feature)


async def flags(mailbox: Mailbox) -> tuple[bool, bool, bool]:
    """(bodies, replies, write-back)."""
    row = await Mailbox.get(id=mailbox.id)
    return row.reads_bodies, row.sends_replies, row.writes_back


@pytest.mark.parametrize(
    ("feature", "flag", "scopes"),
    [
        (Feature.BODIES, (True, False, False), "Mail.ReadBasic Mail.Read"),
        (Feature.REPLIES, (False, True, False), "Mail.ReadBasic Mail.ReadWrite Mail.Send"),
        (Feature.WRITE_BACK, (False, False, True), "Mail.ReadBasic Mail.ReadWrite"),
    ],
)
async def test_an_application_grant_is_proved_and_written_down(
    house: House, feature: Feature, flag: tuple[bool, bool, bool], scopes: str
):
    mailbox = await house.ready()
    assert await flags(mailbox) == (False, False, False)
    asked = await house.onboarding.features.asked(await house.actor(house.ada), mailbox.id, feature)
    assert not asked.allowed
    assert asked.missing == tuple(scopes.split()[1:])
    everything_granted(house)

    assert (await allow(house, mailbox, feature)).code == "passed"

    assert await flags(mailbox) == flag
    earlier, grant = await Grant.all().order_by("id")
    assert (grant.scopes, grant.granted_by_id) == (scopes, house.ada.id)
    assert (grant.mailboxes_enforced, grant.content_enforced) == (True, False)
    assert earlier.revoked_at is not None
    assert "feature.allowed" in await house.audited()


async def test_a_token_serves_nothing_that_is_not_consented(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    assert (await house.access.for_mailbox(mailbox.id)).rights == {Right.HEADERS}
    await allow(house, mailbox, Feature.WRITE_BACK)
    access = await house.access.for_mailbox(mailbox.id)
    assert access.rights == {Right.HEADERS, Right.WRITE}
    with pytest.raises(GraphAuthFailed):
        access.require(Right.SEND)
    with pytest.raises(GraphAuthFailed):
        access.require(Right.BODIES)
    await allow(house, mailbox, Feature.REPLIES)
    assert (await house.access.for_mailbox(mailbox.id)).rights == {
        Right.HEADERS,
        Right.WRITE,
        Right.SEND,
    }


async def test_rights_that_have_not_spread_are_waited_for(house: House):
    mailbox = await house.ready()
    assert (await allow(house, mailbox, Feature.REPLIES)).code == "waiting"
    assert await flags(mailbox) == (False, False, False)
    (facts,) = house.jobs.of("probe_feature")

    house.clock.advance(AGAIN_IN)
    await house.onboarding.features.probe_again(**facts)
    assert len(house.jobs.of("probe_feature")) == 2
    everything_granted(house)
    await house.onboarding.features.probe_again(**facts)

    assert await flags(mailbox) == (False, True, False)
    assert await house.notices("feature_allowed") == [house.ada.id]
    await house.onboarding.features.probe_again(**facts)
    assert await house.notices("feature_allowed") == [house.ada.id]


async def test_rights_that_never_come_are_given_up_and_told(house: House):
    mailbox = await house.ready()
    await allow(house, mailbox, Feature.REPLIES)
    (facts,) = house.jobs.of("probe_feature")
    house.clock.advance(PATIENCE)
    await house.onboarding.features.probe_again(**facts)
    assert len(house.jobs.of("probe_feature")) == 1
    assert await house.notices("feature_refused") == [house.ada.id]


async def test_rights_in_other_mailboxes_switch_nothing_on(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    house.probes.sends_elsewhere = W
    made = await allow(house, mailbox, Feature.REPLIES)
    assert (made.code, made.reason) == ("not_enforced", "other_mailboxes_open")
    assert await flags(mailbox) == (False, False, False)


async def test_replies_stay_off_where_headers_are_withheld(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    house.probes.told = R
    made = await allow(house, mailbox, Feature.REPLIES)
    assert (made.code, made.reason) == ("refused", "headers_withheld")
    assert await flags(mailbox) == (False, False, False)


async def test_one_feature_is_taken_back_and_the_others_stay(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    for feature in Feature:
        await allow(house, mailbox, feature)
    admin, features = await house.actor(house.ada), house.onboarding.features

    assert await features.disallow(admin, mailbox.id, Feature.REPLIES) == "remove_role_assignment"
    assert await flags(mailbox) == (True, False, True)
    grant = await Grant.get(revoked_at=None)
    assert grant.scopes == "Mail.ReadBasic Mail.Read Mail.ReadWrite"
    assert not (await house.access.for_mailbox(mailbox.id)).rights & {Right.SEND}
    with pytest.raises(NotFound):
        await features.disallow(admin, mailbox.id, Feature.REPLIES)


async def test_rights_that_another_feature_needs_are_not_to_be_undone(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    for feature in (Feature.REPLIES, Feature.WRITE_BACK):
        await allow(house, mailbox, feature)
    admin, features = await house.actor(house.ada), house.onboarding.features
    assert await features.disallow(admin, mailbox.id, Feature.WRITE_BACK) == ""


async def test_taking_the_consent_back_switches_everything_off(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    for feature in Feature:
        await allow(house, mailbox, feature)
    await house.onboarding.revoke(await house.actor(house.ada), mailbox.id)
    assert await flags(mailbox) == (False, False, False)


async def test_offboarding_switches_everything_off(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    await allow(house, mailbox, Feature.BODIES)
    await house.onboarding.offboard(await house.actor(house.ada), mailbox.id, purge=False)
    assert await flags(mailbox) == (False, False, False)


async def test_a_consent_that_died_is_renewed_with_its_features(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    await allow(house, mailbox, Feature.REPLIES)
    await house.onboarding.needs_consent(mailbox.id, "gone")
    assert await flags(mailbox) == (False, True, False)
    await house.admin_consent(mailbox)
    assert (await house.onboarding.probe(mailbox.id)).code == "passed"
    grant = await Grant.get(revoked_at=None)
    assert grant.scopes == "Mail.ReadBasic Mail.ReadWrite Mail.Send"
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ACTIVE


async def test_a_right_that_was_taken_back_at_microsoft_switches_its_feature_off(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    for feature in (Feature.REPLIES, Feature.BODIES):
        await allow(house, mailbox, feature)
    lost = house.onboarding.features.lost
    assert not await lost(mailbox.id, Feature.REPLIES)
    assert await flags(mailbox) == (True, True, False)

    house.probes.sends = R
    assert await lost(mailbox.id, Feature.REPLIES)
    assert await lost(mailbox.id, Feature.REPLIES)
    assert await flags(mailbox) == (True, False, False)
    assert await house.notices("feature_lost") == [house.ada.id]
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ACTIVE


async def sign_in(house: House, mailbox: Mailbox, feature: Feature, **who: object):
    url = await house.onboarding.feature_sign_in_url(
        await house.actor(house.ada), mailbox.id, feature
    )
    house.user_tokens.signs_in = house.person(house.ada, **who)
    return await house.back(state_in(url), code="code")


async def test_a_delegated_grant_is_widened_by_a_sign_in(house: House):
    mailbox = await house.ready(DELEGATED)
    everything_granted(house)
    assert (await allow(house, mailbox, Feature.REPLIES)).code == "no_consent"
    outcome = await sign_in(house, mailbox, Feature.REPLIES, scopes=ALL)
    assert outcome.code == "granted"
    assert house.user_tokens.asked[-1] == sorted(ALL - {"openid", "profile"})
    assert await flags(mailbox) == (False, True, False)
    grant = await Grant.get(revoked_at=None)
    assert set(grant.scopes.split()) == ALL - {"openid", "profile"}
    assert (grant.mailboxes_enforced, grant.content_enforced) == (False, False)
    assert await Grant.filter(sealed_tokens__isnull=False).count() == 1
    assert await (await house.access.for_mailbox(mailbox.id)).token() == "user-1"


@pytest.mark.parametrize(
    ("scopes", "writes", "code"),
    [
        (frozenset({"Mail.ReadBasic.Shared"}), W, "scope_refused"),
        (ALL - {"Mail.Send.Shared"}, W, "scope_refused"),
        (ALL, R, "no_rights"),
        (ALL, U, "not_tried"),
    ],
)
async def test_a_sign_in_that_does_not_do_leaves_the_earlier_consent(
    house: House, scopes: frozenset[str], writes: Outcome, code: str
):
    mailbox = await house.ready(DELEGATED)
    everything_granted(house)
    house.probes.writes = writes
    before = await Grant.get(revoked_at=None)
    assert (await sign_in(house, mailbox, Feature.REPLIES, scopes=scopes)).code == code
    assert await flags(mailbox) == (False, False, False)
    assert (await Grant.get(revoked_at=None)).id == before.id
    assert (await Mailbox.get(id=mailbox.id)).state is MailboxState.ACTIVE


async def test_a_sign_in_that_grants_more_than_was_asked_is_not_taken(house: House):
    mailbox = await house.ready(DELEGATED)
    everything_granted(house)
    outcome = await sign_in(house, mailbox, Feature.WRITE_BACK, scopes=ALL)
    assert outcome.code == "wider_than_asked"


async def test_write_back_begins_with_what_is_open(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    sender = await factories.correspondent(house.vault, house.organization)
    thread = await factories.thread(house.vault, mailbox, sender, assignee_id=house.bob.id)
    await factories.thread(house.vault, mailbox, sender, state="done")
    await allow(house, mailbox, Feature.WRITE_BACK)
    (row,) = await OutboxMessage.filter(kind="categories")
    assert row.facts == {"thread_id": thread.id}


async def test_it_is_for_admins_of_the_organization_and_mailboxes_under_work(house: House):
    mailbox = await house.ready()
    features = house.onboarding.features
    for who, error in ((house.bob, NotAllowed), (house.stranger, NotFound)):
        actor = await house.actor(who)
        for attempt in (
            features.asked(actor, mailbox.id, Feature.BODIES),
            features.allow(actor, mailbox.id, Feature.BODIES),
            features.disallow(actor, mailbox.id, Feature.BODIES),
            house.onboarding.feature_sign_in_url(actor, mailbox.id, Feature.BODIES),
        ):
            with pytest.raises(error):
                await attempt
    await Mailbox.all().update(state=MailboxState.NEEDS_CONSENT)
    with pytest.raises(InvalidInput):
        await allow(house, mailbox, Feature.BODIES)


async def test_the_ledger_says_what_is_allowed(house: House):
    mailbox = await house.ready()
    everything_granted(house)
    await allow(house, mailbox, Feature.BODIES)
    newest, earlier = await house.onboarding.consents(await house.actor(house.ada))
    assert (newest.features, earlier.features) == (("bodies",), ())
    assert [fact.code for fact in newest.facts] == ["only_named", "bodies_in_flight"]


@pytest.mark.parametrize(
    ("kind", "feature", "found", "young", "code", "reason"),
    [
        (APPLICATION, Feature.BODIES, FeatureFound(body=W, other_headers=R), True, "passed", None),
        (
            APPLICATION,
            Feature.BODIES,
            FeatureFound(body=R, other_headers=R),
            True,
            "waiting",
            "not_yet",
        ),
        (
            APPLICATION,
            Feature.BODIES,
            FeatureFound(body=R, other_headers=R),
            False,
            "refused",
            "too_late",
        ),
        (
            APPLICATION,
            Feature.BODIES,
            FeatureFound(body=U, other_headers=R),
            True,
            "refused",
            "not_tried",
        ),
        (
            APPLICATION,
            Feature.BODIES,
            FeatureFound(body=W, other_headers=W),
            True,
            "not_enforced",
            "other_mailboxes_open",
        ),
        (
            APPLICATION,
            Feature.BODIES,
            FeatureFound(body=W, other_headers=N),
            True,
            "not_enforced",
            "no_other_mailbox",
        ),
        (DELEGATED, Feature.BODIES, FeatureFound(body=W), False, "passed", None),
        (DELEGATED, Feature.WRITE_BACK, FeatureFound(write=R), False, "refused", "no_rights"),
        (
            DELEGATED,
            Feature.REPLIES,
            FeatureFound(write=W, send=W, senders_headers=W),
            False,
            "passed",
            None,
        ),
        (
            DELEGATED,
            Feature.REPLIES,
            FeatureFound(write=W, send=W, senders_headers=R),
            False,
            "refused",
            "headers_withheld",
        ),
        (
            DELEGATED,
            Feature.REPLIES,
            FeatureFound(write=W, send=R, senders_headers=W),
            False,
            "refused",
            "no_rights",
        ),
    ],
)
def test_what_the_probes_of_a_feature_say(kind, feature, found, young, code, reason):
    verdict = judge_feature(kind, feature, found, young=young)
    assert (verdict.code, verdict.reason) == (code, reason)
