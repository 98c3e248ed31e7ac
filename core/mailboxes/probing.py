"""Proving a consent: probes are tried, and what they found decides how the mailbox goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.audit.log import record
from core.audit.models import AuditEntry
from core.clock import Clock
from core.errors import GraphAuthFailed, GraphError
from core.graph.access import MailboxAccess
from core.graph.probes import Outcome
from core.mailboxes.access import Access
from core.mailboxes.grants import reads_bodies
from core.mailboxes.ledger import OUR_FAULT, given_grant, revoke
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxState
from core.mailboxes.ports import Probes
from core.mailboxes.schedule import start_working
from core.mailboxes.verdicts import AGAIN_IN, Code, Found, Verdict, judge
from core.mailboxes.views import ProbeView
from core.outbox.queue import Outbox
from core.people.models import Member, MemberState
from core.people.notices import Notices
from core.ports import JobQueue
from core.transactions import transaction

PROBED = (MailboxState.WAITING_FOR_MICROSOFT, MailboxState.NEEDS_CONSENT)
"""States in which a consent given is still to be proved."""

OTHERS_TRIED = 5
"""Members whose own mailbox is tried until one is there to be refused."""

_NOTICES = {
    Code.PASSED: "probe_passed",
    Code.WAITING: "waiting_for_microsoft",
    Code.NOT_ENFORCED: "probe_not_enforced",
    Code.REFUSED: "consent_failed",
}


class Probing:
    def __init__(
        self,
        now: Clock,
        jobs: JobQueue,
        outbox: Outbox,
        access: Access,
        probes: Probes,
    ) -> None:
        self._now = now
        self._jobs = jobs
        self._notices = Notices(outbox)
        self._access = access
        self._probes = probes

    async def soon(self, mailbox_id: int, delay: timedelta = timedelta(0)) -> None:
        """Queue a round of probes; the due time in the row survives a lost job."""
        due_at = self._now() + delay
        await Mailbox.filter(id=mailbox_id).update(sync_due_at=due_at)
        await self._jobs.defer(
            "probe_mailbox",
            {"mailbox_id": mailbox_id},
            lock=f"mailbox:{mailbox_id}",
            queueing_lock=f"probe:{mailbox_id}",
            due_at=due_at,
        )

    async def due(self) -> tuple[int, ...]:
        """Mailboxes whose probe is due, for a sweep that finds work without a job."""
        ids = await Mailbox.filter(state__in=PROBED, sync_due_at__lte=self._now()).values_list(
            "id", flat=True
        )
        return tuple(int(str(mailbox_id)) for mailbox_id in ids)

    async def probe(self, mailbox_id: int) -> ProbeView:
        """One round, also after an admin has put something right. Safe to repeat."""
        mailbox = await Mailbox.get_or_none(id=mailbox_id)
        grant = await given_grant(mailbox_id)
        if mailbox is None or grant is None:
            return ProbeView(mailbox_id, Code.NO_CONSENT)
        if mailbox.state is MailboxState.ONBOARDING and not proved(grant):
            mailbox.state = MailboxState.WAITING_FOR_MICROSOFT
            await Mailbox.filter(id=mailbox_id, state=MailboxState.ONBOARDING).update(
                state=mailbox.state
            )
        if mailbox.state not in PROBED:
            return ProbeView(
                mailbox_id,
                Code.PASSED if proved(grant) else Code.NOT_ENFORCED,
                grant.mailboxes_enforced,
                grant.content_enforced,
            )
        assert grant.granted_at is not None
        verdict = judge(
            grant.kind,
            await self._find_out(mailbox, grant),
            age=self._now() - grant.granted_at,
            reads_bodies=reads_bodies(grant.scopes),
        )
        await self._settle(mailbox, grant, verdict)
        return ProbeView(
            mailbox_id,
            verdict.code,
            verdict.mailboxes_enforced,
            verdict.content_enforced,
            verdict.reason or "",
        )

    async def _find_out(self, mailbox: Mailbox, grant: Grant) -> Found:
        try:
            return await self._try(mailbox, grant)
        except GraphAuthFailed as error:
            outcome = Outcome.UNKNOWN if error.code in OUR_FAULT else Outcome.REFUSED
        except GraphError:
            outcome = Outcome.UNKNOWN
        return Found(outcome, None, None)

    async def _try(self, mailbox: Mailbox, grant: Grant) -> Found:
        access = await self._access.for_mailbox(mailbox.id)
        if grant.kind is GrantKind.APPLICATION:
            await self._prove(access)
        headers = await self._probes.headers(access)
        if headers is not Outcome.WORKED:
            return Found(headers, None, None)
        other = None
        if grant.kind is GrantKind.APPLICATION:
            other = await self._try_other(grant, access)
        return Found(headers, other, await self._probes.body(access))

    async def _prove(self, access: MailboxAccess) -> None:
        """Have a new token for the tenant: a kept one proves nothing, and may hold old roles."""
        await access.token(refused=await access.token())

    async def _try_other(self, grant: Grant, access: MailboxAccess) -> Outcome | None:
        outcome = None
        for person in await people_to_try(grant):
            outcome = await self._probes.headers(replace(access, mailbox=person.entra_id))
            if outcome is not Outcome.NO_MAILBOX:
                break
        return outcome

    async def _settle(self, mailbox: Mailbox, grant: Grant, verdict: Verdict) -> None:
        """Write the verdict, unless the consent or the mailbox's state changed meanwhile."""
        at = self._now()
        async with transaction():
            standing = Grant.filter(id=grant.id, revoked_at=None)
            if verdict.code is Code.WAITING:
                if await standing.exists():
                    await self.soon(mailbox.id, AGAIN_IN)
                    await self._say(grant, verdict)
                return
            if not await standing.update(
                mailboxes_enforced=verdict.mailboxes_enforced,
                content_enforced=verdict.content_enforced,
                probed_at=at,
            ):
                return
            if not await self._move(mailbox, passed=verdict.code is Code.PASSED):
                return
            if verdict.code is Code.REFUSED or (
                verdict.code is Code.NOT_ENFORCED and grant.kind is GrantKind.DELEGATED
            ):
                await revoke(grant, at, verdict.reason or verdict.code, by=None)
            await self._say(grant, verdict)

    async def _move(self, mailbox: Mailbox, *, passed: bool) -> bool:
        """Onboarding goes on, or stops there; a mailbox that was under work resumes."""
        here = Mailbox.filter(id=mailbox.id, state=mailbox.state)
        if mailbox.state is MailboxState.WAITING_FOR_MICROSOFT:
            moved = await here.update(state=MailboxState.ONBOARDING, sync_due_at=None)
        elif passed:
            moved = await here.update(state=MailboxState.ACTIVE, sync_due_at=self._now())
            if moved:
                await start_working(self._jobs, mailbox.id)
        else:
            moved = await here.update(sync_due_at=None)
        return bool(moved)

    async def _say(self, grant: Grant, verdict: Verdict) -> None:
        """Write it down, and tell who consented: each finding about a consent once."""
        action = f"grant.{verdict.code}"
        said = AuditEntry.filter(subject_kind="grant", subject_id=grant.id, action=action)
        first = not await said.exists()
        if first or verdict.code is not Code.WAITING:
            await self._record(grant, action, verdict)
        if first and grant.granted_by_id is not None:
            await self._notices.member(
                grant.organization_id,
                grant.granted_by_id,
                _NOTICES[verdict.code],
                self._now(),
                mailbox_id=grant.mailbox_id,
                reason=verdict.reason or "",
            )

    async def _record(self, grant: Grant, action: str, verdict: Verdict) -> None:
        await record(
            grant.organization_id,
            action,
            actor_id=None,
            subject_kind="grant",
            subject_id=grant.id,
            at=self._now(),
            facts={
                "mailbox_id": grant.mailbox_id,
                "mailboxes_enforced": verdict.mailboxes_enforced,
                "content_enforced": verdict.content_enforced,
                "reason": verdict.reason or "",
            },
        )


async def people_to_try(grant: Grant) -> list[Member]:
    """Whose own mailbox must stay closed: the consenting admin's, or else a colleague's."""
    colleagues = Member.filter(organization_id=grant.organization_id)
    colleagues = colleagues.exclude(state=MemberState.LEFT).exclude(id=grant.granted_by_id)
    ids = [grant.granted_by_id] if grant.granted_by_id is not None else []
    return [
        *await Member.filter(id__in=ids),
        *await colleagues.order_by("id").limit(OTHERS_TRIED),
    ]


def proved(grant: Grant | None) -> bool:
    """Whether work may start on this consent."""
    if grant is None or grant.probed_at is None:
        return False
    content = grant.content_enforced or reads_bodies(grant.scopes)
    enforced = grant.mailboxes_enforced and content
    return enforced or grant.kind is GrantKind.DELEGATED
