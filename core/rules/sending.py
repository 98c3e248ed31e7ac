"""Send automatic replies: at most once each, as the mailbox, in the thread.

The mark is there before; the draft's internet message id is kept on it before the draft is
sent, so that a sending that was not confirmed can be looked for in Sent Items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from core.clock import Clock
from core.errors import GraphAuthFailed, GraphError, GraphThrottled, NotFound, NothingSent
from core.graph.access import MailboxAccess
from core.graph.client import GraphClient
from core.graph.mail_actions import create_reply, find_draft, find_sent, send_draft
from core.mail.feed import Accesses
from core.mail.models import Correspondent, MailMessage, MailThread
from core.mailboxes.features import Feature, RightLost
from core.mailboxes.models import Mailbox, MailboxState
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.rules.models import ReplyMark, ReplyText
from core.rules.reply_queue import ADDRESS, tell_leads
from core.rules.reply_texts import TEXT, business_hours, first_name, render
from core.sealing import Vault
from core.transactions import transaction

NAME = b"correspondent.name"
UNCONFIRMED = "reply_unconfirmed"
"""Code of the notice to the leads."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply that is due, with all that it takes to write it."""

    mark: ReplyMark
    graph_id: str
    to: str
    text: str


class AutomaticReplies:
    """The handler and the settler of the outbox's `automatic_reply`."""

    def __init__(
        self,
        client: GraphClient,
        accesses: Accesses,
        vault: Vault,
        outbox: Outbox,
        now: Clock,
        right_lost: RightLost,
    ) -> None:
        self._client = client
        self._accesses = accesses
        self._vault = vault
        self._outbox = outbox
        self._now = now
        self._right_lost = right_lost

    async def send(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """Raises NotFound where there is nothing to answer any more, NothingSent where the
        draft could not be written, GraphError where nobody knows whether it was sent.
        """
        reply = await self._due(facts, organization_id)
        try:
            access = await self._accesses.for_mailbox(reply.mark.mailbox_id)
            draft_id = await self._draft(access, reply)
        except (GraphAuthFailed, GraphThrottled):
            raise
        except GraphError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                raise NotFound("message") from None
            await self._doubt(reply, error)
            raise NothingSent from error
        try:
            await send_draft(self._client, access, draft_id)
        except GraphError as error:
            await self._doubt(reply, error)
            raise

    async def _doubt(self, reply: _Reply, error: GraphError) -> None:
        """Raises NotFound where the right was taken back: nothing is sent any more."""
        refused = error.status == HTTPStatus.FORBIDDEN
        if refused and await self._right_lost(reply.mark.mailbox_id, Feature.REPLIES):
            raise NotFound("feature") from None

    async def settle(self, facts: Mapping[str, Any], organization_id: int) -> bool:
        """Whether it is in Sent Items. If it is not, the leads are told: it is never sent again."""
        mark = await _mark_of(facts, organization_id)
        if mark is not None and mark.sent_id is not None:
            access = await self._accesses.for_mailbox(mark.mailbox_id)
            if await find_sent(self._client, access, internet_message_id=mark.sent_id):
                return True
        if mark is not None:
            await self._tell_leads(mark)
        return False

    async def _due(self, facts: Mapping[str, Any], organization_id: int) -> _Reply:
        """Asked anew: the consent, the text or the thread may have changed since it was queued."""
        mark = await _mark_of(facts, organization_id)
        if mark is None:
            raise NotFound("reply")
        mailbox = await Mailbox.get(id=mark.mailbox_id).select_related("organization")
        message = await MailMessage.get_or_none(id=mark.message_id, source_gone_at=None)
        sender = await Correspondent.get(id=mark.correspondent_id)
        to = self._vault.open(sender.wrapped_key, ADDRESS, sender.sealed_address)
        text = await ReplyText.get_or_none(id=mark.text_id, mailbox_id=mark.mailbox_id)
        allowed = mailbox.sends_replies and mailbox.state is MailboxState.ACTIVE
        if not allowed or message is None or to is None or text is None:
            raise NotFound("reply")
        if await _is_answered(message):
            raise NotFound("reply")
        organization: Organization = mailbox.organization
        words = self._vault.open(organization.wrapped_key, TEXT, text.sealed_text)
        if words is None:
            raise NotFound("reply_text")
        name = self._vault.open(sender.wrapped_key, NAME, sender.sealed_name) or ""
        values = {
            "first name": first_name(name),
            "number": str(mark.thread_id),
            "hours": business_hours(mailbox, organization),
        }
        return _Reply(mark, message.graph_id, to, render(words, values))

    async def _draft(self, access: MailboxAccess, reply: _Reply) -> str:
        """The draft to send. One that was written before a refusal to send it is found again."""
        if reply.mark.sent_id is not None:
            known = await find_draft(self._client, access, reply.mark.sent_id)
            if known is None:
                raise GraphError(404, "draft_gone")
            return known
        draft = await create_reply(self._client, access, reply.graph_id, reply.text, to=reply.to)
        if draft.internet_message_id is None:
            raise GraphError(201, "no_message_id")
        unsent = ReplyMark.filter(id=reply.mark.id, sent_id=None)
        if not await unsent.update(sent_id=draft.internet_message_id):
            raise GraphError(409, "drafted_twice")
        return draft.id

    async def _tell_leads(self, mark: ReplyMark) -> None:
        mailbox = await Mailbox.get(id=mark.mailbox_id)
        async with transaction():
            await tell_leads(mailbox, UNCONFIRMED, self._now(), thread_id=mark.thread_id)
            await self._outbox.wake()


async def _mark_of(facts: Mapping[str, Any], organization_id: int) -> ReplyMark | None:
    return await ReplyMark.get_or_none(
        organization_id=organization_id,
        thread_id=facts["thread_id"],
        message_id=facts["message_id"],
    )


async def _is_answered(message: MailMessage) -> bool:
    """A person was quicker."""
    thread = await MailThread.get(id=message.thread_id)
    answered = thread.last_answered_at
    return answered is not None and answered >= message.received_at
