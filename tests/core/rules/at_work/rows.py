"""Rules, teams and reply texts as rows of an office."""

from __future__ import annotations

from typing import Any

from core.mailboxes.models import Mailbox, MailboxChannel, MailboxMember
from core.people.models import Member
from core.rules.kept import RuleTexts, keep_version
from core.rules.models import ReplyText, Rule, RuleState, Team, TeamMember
from core.rules.names import load_names
from core.rules.reading import read_rule
from tests.clock import MONDAY_MORNING
from tests.core.mail.office import Office


async def a_rule(office: Office, line: str, **more: Any) -> Rule:
    """A rule of the office's mailbox, as a person writes it, after those there are."""
    mailbox = await Mailbox.get(id=office.mailbox.id)
    texts = await RuleTexts.of(office.vault, mailbox.organization_id)
    draft = read_rule(line, await load_names(office.vault, mailbox))
    number = await Rule.all().count() + 1
    rule = await Rule.create(
        **{
            "organization_id": mailbox.organization_id,
            "mailbox_id": mailbox.id,
            "number": number,
            "position": number,
            "sealed_text": texts.seal(draft),
            "created_at": MONDAY_MORNING,
        }
        | more
    )
    await keep_version(rule, "created", None, MONDAY_MORNING)
    return rule


async def switch_off(rule: Rule) -> None:
    await Rule.filter(id=rule.id).update(state=RuleState.OFF, version=rule.version + 1)


async def a_team(office: Office, name: str, *people: Member) -> Team:
    team = await Team.create(
        organization_id=office.mailbox.organization_id,
        mailbox_id=office.mailbox.id,
        name=name,
        created_at=MONDAY_MORNING,
    )
    for person in people:
        await TeamMember.create(team_id=team.id, member_id=person.id)
    return team


async def a_text(office: Office, name: str) -> ReplyText:
    texts = await RuleTexts.of(office.vault, office.mailbox.organization_id)
    return await ReplyText.create(
        organization_id=office.mailbox.organization_id,
        mailbox_id=office.mailbox.id,
        name=name,
        sealed_text=texts._key.seal(b"organization.reply_text", "Thank you."),
        created_at=MONDAY_MORNING,
    )


async def a_channel(office: Office) -> MailboxChannel:
    return await MailboxChannel.create(
        organization_id=office.mailbox.organization_id,
        mailbox_id=office.mailbox.id,
        service_url="https://smba.trafficmanager.net/x/",
        conversation_id="19:room@thread.tacv2",
        bot_id="28:bot",
        added_at=MONDAY_MORNING,
    )


async def leads(office: Office, person: Member) -> None:
    await MailboxMember.filter(mailbox_id=office.mailbox.id, member_id=person.id).update(
        is_lead=True
    )


async def consents(office: Office, **features: bool) -> None:
    await Mailbox.filter(id=office.mailbox.id).update(**features)
