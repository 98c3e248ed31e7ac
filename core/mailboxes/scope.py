"""Whose mailbox it is: admins see their organization's, others those they work."""

from __future__ import annotations

from core.errors import NotAllowed, NotFound
from core.mailboxes.models import Mailbox
from core.people.scope import require_admin
from core.people.views import Actor


async def mailbox_of(actor: Actor, mailbox_id: int) -> Mailbox:
    """NotFound, in the same words, for what is not there and what is somebody else's."""
    mailbox = await Mailbox.get_or_none(id=mailbox_id, organization_id=actor.organization_id)
    if mailbox is None or not (actor.is_admin or mailbox_id in actor.mailboxes):
        raise NotFound("mailbox")
    return mailbox


async def mailbox_for_admin(actor: Actor, mailbox_id: int) -> Mailbox:
    """The same for a change: NotAllowed for people of the mailbox who are no admins."""
    mailbox = await mailbox_of(actor, mailbox_id)
    require_admin(actor)
    return mailbox


async def mailbox_for_lead(actor: Actor, mailbox_id: int) -> Mailbox:
    """The same for what a lead decides: NotAllowed("lead") for those who lead it not."""
    mailbox = await mailbox_of(actor, mailbox_id)
    require_lead(actor, mailbox_id)
    return mailbox


def require_lead(actor: Actor, mailbox_id: int) -> None:
    if not (actor.is_admin or mailbox_id in actor.leads):
        raise NotAllowed("lead")
