"""Whose thread it is."""

from __future__ import annotations

from tortoise.expressions import F

from core.errors import NotFound
from core.mail.models import MailThread
from core.people.views import Actor


async def thread_of(actor: Actor, thread_id: int) -> MailThread:
    """A thread of a mailbox that the actor is a person of; NotFound otherwise."""
    found = await MailThread.get_or_none(
        id=thread_id, organization_id=actor.organization_id, mailbox_id__in=actor.mailboxes
    )
    if found is None:
        raise NotFound("thread")
    return found


async def changing(actor: Actor, thread_id: int) -> MailThread:
    """The same with its version raised, which locks it until the transaction ends."""
    found = await thread_of(actor, thread_id)
    await MailThread.filter(id=thread_id).update(version=F("version") + 1)
    await found.refresh_from_db()
    return found
