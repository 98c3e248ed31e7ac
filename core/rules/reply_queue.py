"""Queue automatic replies in the transaction that takes the mail in: marked before sent.

The mailbox's row is locked while its marks are counted, and one mark a thread and sender is
unique: of two processes at once, one queues the reply and the other finds that it was queued.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient

from core.audit.log import record
from core.audit.models import AuditEntry
from core.mail.models import Correspondent, Direction, MailMessage
from core.mail.rows import insert_new
from core.mailboxes.models import Mailbox, MailboxMember
from core.outbox.queue import tell
from core.people.models import Member
from core.rules.models import ReplyMark
from core.rules.replies import TOO_MANY, ReplyFacts, may_reply
from core.rules.reply_texts import find_text
from core.sealing import Vault

ADDRESS = b"correspondent.address"
LIMIT_REACHED = "reply_limit"
"""Code of the notice to the leads, and of its audit entry."""
QUEUED = "queued"
NO_TEXT = "no_text"
"""The mailbox has no text of that name: the rule cannot do what it says."""


@dataclass(frozen=True, slots=True)
class WantedReply:
    """What a rule asks for: answer this message with that text."""

    graph_id: str
    text_name: str
    when: str
    """`always`, `in_hours` or `out_of_hours`."""
    in_hours: bool | None
    """The mail arrived within business hours; None: not known."""
    rule_id: int | None = None


async def queue_replies(
    connection: BaseDBAsyncClient,
    vault: Vault,
    mailbox_id: int,
    wanted: Sequence[WantedReply],
    *,
    live: bool,
    now: datetime,
) -> dict[str, str]:
    """Code by graph id: `queued`, `no_text`, or why not (`core.rules.replies`).

    Call it inside the transaction, once the messages are inserted. `live`: no first round is
    under way. Of several for one message the first counts.
    """
    if not wanted:
        return {}
    mailbox = await Mailbox.filter(id=mailbox_id).using_db(connection).select_for_update().get()
    rows = MailMessage.filter(mailbox_id=mailbox_id, graph_id__in=[one.graph_id for one in wanted])
    found = await rows.using_db(connection).select_related("correspondent", "thread")
    messages = {row.graph_id: row for row in found}
    codes: dict[str, str] = {}
    for one in wanted:
        message = messages.get(one.graph_id)
        if message is not None and one.graph_id not in codes:
            asking = _Asking(connection, vault, mailbox, message, now)
            codes[one.graph_id] = await asking.queue(one, live=live)
    return codes


async def tell_leads(mailbox: Mailbox, code: str, at: datetime, **ids: int) -> None:
    """Queue a notice to each lead, in the caller's transaction; the caller wakes the delivery."""
    leads = MailboxMember.filter(mailbox_id=mailbox.id, is_lead=True)
    for lead in await leads.order_by("member_id").values_list("member_id", flat=True):
        await tell(
            mailbox.organization_id,
            "notice",
            {"member_id": int(str(lead)), "code": code, "mailbox_id": mailbox.id, **ids},
            order_key=f"member:{lead}",
            at=at,
        )


@dataclass(frozen=True, slots=True)
class _Asking:
    """One reply asked for."""

    connection: BaseDBAsyncClient
    vault: Vault
    mailbox: Mailbox
    message: MailMessage
    now: datetime

    async def queue(self, wanted: WantedReply, *, live: bool) -> str:
        code = may_reply(await self._facts(wanted, live), self.now)
        if code == TOO_MANY:
            await self._tell_of_limit()
        if code is not None:
            return code
        text = await find_text(self.mailbox.id, wanted.text_name)
        if text is None:
            return NO_TEXT
        if not await self._mark(text.id, wanted.rule_id):
            return "answered_thread"
        await tell(
            self.mailbox.organization_id,
            "automatic_reply",
            {"thread_id": self.message.thread_id, "message_id": self.message.id},
            order_key=f"reply:{self.message.thread_id}",
            at=self.now,
        )
        return QUEUED

    async def _facts(self, wanted: WantedReply, live: bool) -> ReplyFacts:
        message, sender = self.message, self.message.correspondent
        marks = ReplyMark.filter(mailbox_id=self.mailbox.id).using_db(self.connection)
        in_thread = marks.filter(thread_id=message.thread_id)
        theirs = marks.filter(correspondent_id=message.correspondent_id)
        last = await theirs.order_by("-at").first()
        arrived = message.received_at
        live_from = self.mailbox.live_from
        return ReplyFacts(
            consented=self.mailbox.sends_replies,
            live=live
            and message.direction is Direction.IN
            and not message.thread.is_history
            and (live_from is None or arrived >= live_from),
            arrived_at=arrived,
            automatic=message.automatic,
            sender=self._address(sender),
            is_ours=sender is not None and await self._is_ours(sender),
            when=wanted.when,
            in_hours=wanted.in_hours,
            same_thread=await in_thread.filter(correspondent_id=message.correspondent_id).exists(),
            last_reply_at=last.at if last else None,
            in_thread=await in_thread.count(),
            in_last_hour=await marks.filter(at__gt=self.now - timedelta(hours=1)).count(),
        )

    def _address(self, sender: Correspondent | None) -> str | None:
        if sender is None:
            return None
        return self.vault.open(sender.wrapped_key, ADDRESS, sender.sealed_address)

    async def _is_ours(self, sender: Correspondent) -> bool:
        """Any mailbox or member of the organization: the same hash of the same address."""
        same = {"organization_id": sender.organization_id, "address_hash": sender.address_hash}
        connection = self.connection
        if await Mailbox.filter(**same).using_db(connection).exists():
            return True
        return await Member.filter(**same).using_db(connection).exists()

    async def _tell_of_limit(self) -> None:
        """To the leads, once an hour: a machine may be behind it that a rule can leave out."""
        said = AuditEntry.filter(
            subject_kind="mailbox",
            subject_id=self.mailbox.id,
            action=LIMIT_REACHED,
            at__gt=self.now - timedelta(hours=1),
        )
        if await said.using_db(self.connection).exists():
            return
        await record(
            self.mailbox.organization_id,
            LIMIT_REACHED,
            actor_id=None,
            subject_kind="mailbox",
            subject_id=self.mailbox.id,
            at=self.now,
        )
        await tell_leads(self.mailbox, LIMIT_REACHED, self.now)

    async def _mark(self, text_id: int, rule_id: int | None) -> bool:
        mark = {
            "organization_id": self.mailbox.organization_id,
            "mailbox_id": self.mailbox.id,
            "thread_id": self.message.thread_id,
            "correspondent_id": self.message.correspondent_id,
            "rule_id": rule_id,
            "message_id": self.message.id,
            "text_id": text_id,
            "at": self.now,
        }
        unique = ("thread_id", "correspondent_id")
        return await insert_new(self.connection, "reply_mark", mark, unique) is not None
