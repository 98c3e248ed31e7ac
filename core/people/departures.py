"""People going: removed, unreachable, or without the bot. Their open threads are put back."""

from __future__ import annotations

from core.audit.log import record
from core.clock import Clock
from core.conversations.models import OpenDialog
from core.errors import InvalidInput
from core.mailboxes.ledger import Ledger
from core.mailboxes.models import MailboxMember
from core.outbox.queue import Outbox
from core.people.models import Absence, Member, MemberState, Reference
from core.people.notices import Notices
from core.people.ports import PutsBack
from core.people.scope import hold, is_last_admin
from core.threads.leaving import forget_people
from core.transactions import transaction


class Departures:
    """Each way to go, once, with what follows from it in the same transaction."""

    def __init__(self, now: Clock, threads: PutsBack, outbox: Outbox) -> None:
        self._now = now
        self._threads = threads
        self._ledger = Ledger(outbox, now)
        self._notices = Notices(outbox)

    async def leave(self, member: Member, by: int) -> None:
        """Take away rights, mailboxes, conversation, absences and consents; the row stays as LEFT.

        Raises InvalidInput("member", "last_admin").
        """
        at = self._now()
        async with transaction():
            await hold(member.organization_id)
            await member.refresh_from_db(fields=["is_admin"])
            if await is_last_admin(member):
                raise InvalidInput("member", "last_admin")
            here = Member.filter(id=member.id).exclude(state=MemberState.LEFT)
            if not await here.update(
                state=MemberState.LEFT, left_at=at, is_admin=False, is_privacy_officer=False
            ):
                return
            await forget_people([member.id])
            await Reference.filter(member_id=member.id).delete()
            await Absence.filter(member_id=member.id).delete()
            await OpenDialog.filter(member_id=member.id).delete()
            await self._ledger.withdraw_of(member.id, by=by)
            # Their threads first: whoever gives threads writes places after they locked threads.
            await self._threads.put_back(member.id, "left")
            await MailboxMember.filter(member_id=member.id).delete()
            await self._record(member, "member.removed", by=by)

    async def unreachable(self, member: Member, code: str) -> None:
        """Teams refuses to deliver to them; `code` is what it says. Told to admins once."""
        at = self._now()
        async with transaction():
            ready = Member.filter(id=member.id, state=MemberState.READY)
            if not await ready.update(state=MemberState.UNREACHABLE):
                return
            if code in ("ConversationNotFound", "uninstalled"):
                await Reference.filter(member_id=member.id).delete()
            reason = "uninstalled" if code == "uninstalled" else "unreachable"
            await self._threads.put_back(member.id, reason)
            await self._record(member, "member.unreachable", code=code)
            await self._notices.admins(
                member.organization_id, "unreachable", at, person_id=member.id
            )

    async def _record(
        self, member: Member, action: str, *, by: int | None = None, **facts: str
    ) -> None:
        await record(
            member.organization_id,
            action,
            actor_id=by,
            subject_kind="member",
            subject_id=member.id,
            at=self._now(),
            facts=facts,
        )
