"""A rule that cannot do what it says is paused, told once, and holds nothing else up."""

from __future__ import annotations

import pytest

from core.audit.models import AuditEntry
from core.mail.models import MailThread
from core.mailboxes.models import MailboxMember
from core.outbox.models import OutboxMessage
from core.people.models import Member, MemberState
from core.rules.kept import RuleTexts
from core.rules.models import ReplyText, Rule, RuleState, RuleVersion, TeamMember
from core.rules.service import Rulebook
from core.rules.terms import ALWAYS, AddTag, Draft, Field, NotifyChannel, Operator, Stop, Test
from core.threads.models import ThreadTag
from tests import factories
from tests.core.mail.feeds import header, later
from tests.core.mail.office import Office
from tests.core.rules.at_work.rows import a_rule, a_team, a_text, consents, leads


async def person_removed(office: Office) -> Rule:
    rule = await a_rule(office, "when subject contains printer then assign to Bo else anyone")
    await MailboxMember.filter(member_id=office.people[1].id).delete()
    return rule


async def person_left(office: Office) -> Rule:
    rule = await a_rule(office, "when subject contains printer then notify Bo")
    await Member.filter(id=office.people[1].id).update(state=MemberState.LEFT)
    return rule


async def team_emptied(office: Office) -> Rule:
    await a_team(office, "Finance", office.people[1])
    rule = await a_rule(office, "when subject contains printer then assign to Finance pool")
    await TeamMember.all().delete()
    return rule


async def team_gone(office: Office) -> Rule:
    team = await a_team(office, "Finance", office.people[1])
    rule = await a_rule(office, "when subject contains printer then assign to Finance pool")
    await team.delete()
    return rule


async def text_gone(office: Office) -> Rule:
    await consents(office, sends_replies=True)
    await a_text(office, "Received")
    rule = await a_rule(office, "when subject contains printer then reply with Received")
    await ReplyText.all().delete()
    return rule


async def replies_withdrawn(office: Office) -> Rule:
    await a_text(office, "Received")
    return await a_rule(office, "when subject contains printer then reply with Received")


async def bodies_withdrawn(office: Office) -> Rule:
    return await a_rule(office, "when body contains printer then tag Printer")


async def channel_missing(office: Office) -> Rule:
    return await written(office, Draft(ALWAYS, None, (NotifyChannel(),)))


async def tag_unusable(office: Office) -> Rule:
    return await written(office, Draft(ALWAYS, None, (AddTag("a, b"),)))


async def pattern_refused(office: Office) -> Rule:
    bad = Test(Field.SUBJECT, Operator.MATCHES, ("(",))
    return await written(office, Draft(bad, None, (Stop(),)))


async def erased(office: Office) -> Rule:
    return await a_rule(office, "when subject contains printer then stop", sealed_text=None)


async def written(office: Office, draft: Draft) -> Rule:
    """A rule that nobody could write today."""
    rule = await a_rule(office, "when subject contains printer then stop")
    texts = await RuleTexts.of(office.vault, rule.organization_id)
    rule.sealed_text = texts.seal(draft)
    await rule.save(update_fields=["sealed_text"])
    return rule


CAUSES = {
    person_removed: "person_gone",
    person_left: "person_gone",
    team_emptied: "team_empty",
    team_gone: "team_gone",
    text_gone: "text_gone",
    replies_withdrawn: "replies_off",
    bodies_withdrawn: "bodies_off",
    channel_missing: "no_channel",
    tag_unusable: "bad_tag",
    pattern_refused: "bad_pattern",
    erased: "unreadable",
}


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
async def test_it_is_paused_and_the_others_go_on_with_the_same_page(office: Office, cause):
    ada = office.people[0]
    await leads(office, ada)
    await office.live()
    rule = await cause(office)
    await a_rule(office, "when subject contains printer then tag Other")

    office.feed.give(office.inbox.graph_id, header("m1", "c1"))
    await office.sync()

    paused = await Rule.get(id=rule.id)
    assert (paused.state, paused.pause_code) == (RuleState.PAUSED, CAUSES[cause])
    version = await RuleVersion.get(rule_id=rule.id, version=paused.version)
    assert (version.change, version.by_id) == ("paused", None)
    audited = await AuditEntry.get(action="rule.paused")
    assert audited.facts["code"] == CAUSES[cause]
    assert (await MailThread.get()).assignee_id is not None
    assert await ThreadTag.all().count() == 1


async def test_the_leads_are_told_once(office: Office):
    ada = office.people[0]
    await leads(office, ada)
    await office.live()
    rule = await person_removed(office)
    await office.sync()
    await office.sync()
    notice = await OutboxMessage.get(kind="notice")
    assert notice.facts == {
        "member_id": ada.id,
        "code": "rule_paused",
        "mailbox_id": office.mailbox.id,
        "rule": rule.number,
        "reason": "person_gone",
    }


async def test_without_a_lead_the_admins_are_told(office: Office):
    await office.live()
    await Member.filter(id=office.people[0].id).update(is_admin=True)
    await person_removed(office)
    await office.sync()
    assert (await OutboxMessage.get(kind="notice")).facts["member_id"] == office.people[0].id


async def test_switched_on_again_it_works_again(office: Office):
    ada, bo = office.people
    await leads(office, ada)
    await office.live()
    rule = await person_removed(office)
    await office.sync()
    await factories.works(office.mailbox, bo)
    book = Rulebook(office.vault, office.clock)
    await book.switch(await factories.actor(ada), rule.number, True)
    office.feed.give(office.inbox.graph_id, header("m1", "c1", at=later(5)))
    await office.sync()
    assert (await office.thread("c1")).assignee_id == bo.id
