"""Whose rules they are: leads see and change those of their mailboxes, admins all of them."""

from __future__ import annotations

from core.errors import NotFound
from core.mailboxes.models import Mailbox, MailboxState
from core.mailboxes.scope import mailbox_of, require_lead
from core.people.views import Actor
from core.rules.models import Rule


async def mailbox_with_rules(actor: Actor, mailbox_id: int) -> Mailbox:
    """NotFound for another's mailbox and one that was left; NotAllowed for no lead of it."""
    mailbox = await mailbox_of(actor, mailbox_id)
    if mailbox.state is MailboxState.OFFBOARDED:
        raise NotFound("mailbox")
    require_lead(actor, mailbox_id)
    return mailbox


async def rule_of(actor: Actor, number: int) -> Rule:
    """By the number people say. NotFound also for one that was deleted."""
    rule = await Rule.get_or_none(
        organization_id=actor.organization_id, number=number, deleted_at=None
    )
    if rule is None:
        raise NotFound("rule")
    await mailbox_with_rules(actor, rule.mailbox_id)
    return rule
