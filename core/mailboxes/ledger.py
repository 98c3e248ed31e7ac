"""The consent ledger: each consent is a row that is opened, granted, probed and revoked once."""

from __future__ import annotations

from datetime import datetime

from tortoise.expressions import F

from core.audit.log import record
from core.clock import Clock
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxState, SignIn
from core.outbox.queue import Outbox
from core.people.notices import Notices
from core.transactions import transaction

OUR_FAULT = frozenset({"invalid_client", "unknown_tenant_or_bad_credential"})
"""Sign-in refused Postroom's own credential: that says nothing about anybody's consent."""

TAKEN_BACK = "revoked"


async def current_grant(mailbox_id: int) -> Grant | None:
    """The newest consent, asked for or given, that has not been revoked."""
    return await Grant.filter(mailbox_id=mailbox_id, revoked_at=None).order_by("-id").first()


async def given_grant(mailbox_id: int) -> Grant | None:
    """The consent in force, probed or not."""
    given = Grant.filter(mailbox_id=mailbox_id, revoked_at=None, granted_at__isnull=False)
    return await given.order_by("-id").first()


async def open_grant(mailbox: Mailbox, kind: GrantKind, scopes: str, at: datetime) -> Grant:
    """Ask for a consent. What was asked for before and never given is dropped."""
    await Grant.filter(mailbox_id=mailbox.id, granted_at=None).delete()
    return await Grant.create(
        organization_id=mailbox.organization_id,
        mailbox_id=mailbox.id,
        kind=kind,
        scopes=scopes,
        created_at=at,
    )


async def revoke(grant: Grant, at: datetime, code: str, *, by: int | None) -> bool:
    """End a consent and destroy its tokens. False if it had ended before."""
    standing = Grant.filter(id=grant.id, revoked_at=None)
    if not await standing.update(
        revoked_at=at, sealed_tokens=None, tokens_version=F("tokens_version") + 1
    ):
        return False
    await record(
        grant.organization_id,
        "grant.revoked",
        actor_id=by,
        subject_kind="grant",
        subject_id=grant.id,
        at=at,
        facts={"mailbox_id": grant.mailbox_id, "code": code},
    )
    return True


async def switch_features_off(mailbox_id: int) -> None:
    """Nobody consents to bodies, replies or write-back of the mailbox any more."""
    off = {"reads_bodies": False, "sends_replies": False, "writes_back": False}
    await Mailbox.filter(id=mailbox_id).update(**off)


async def revoke_all(mailbox_id: int, at: datetime, code: str, *, by: int | None) -> None:
    """End every consent of the mailbox and every sign-in under way for it."""
    await switch_features_off(mailbox_id)
    for grant in await Grant.filter(mailbox_id=mailbox_id, revoked_at=None):
        await revoke(grant, at, code, by=by)
    await SignIn.filter(mailbox_id=mailbox_id, used_at=None).update(used_at=at, sealed_flow=b"")


class Ledger:
    """Ends consents that are no longer worth anything, and says so."""

    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._notices = Notices(outbox)
        self._now = now

    async def lose(
        self,
        mailbox_id: int,
        code: str,
        *,
        by: int | None = None,
        grant_id: int | None = None,
    ) -> bool:
        """The mailbox's consent is gone: stop there, tell admins once. False if that was known.

        Where somebody took it back, what else was allowed in the mailbox ends with it; where it
        died, whoever consents next is asked for the same.

        With a `grant_id` nothing happens if another consent stands by now. Folders with
        their delta links, threads and assignments stay: whoever consents next goes on there.
        """
        if code in OUR_FAULT:
            return False
        async with transaction():
            grant = await given_grant(mailbox_id)
            if grant_id is not None and (grant is None or grant.id != grant_id):
                return False
            lost = grant is not None and await revoke(grant, self._now(), code, by=by)
            if code == TAKEN_BACK:
                await switch_features_off(mailbox_id)
            if not await _stop(mailbox_id) and not lost:
                return False
            await self._say(await Mailbox.get(id=mailbox_id), code, by)
            return True

    async def withdraw_of(self, member_id: int, *, by: int | None) -> None:
        """A person left: what they consented to in their own name ends with them."""
        own = Grant.filter(granted_by_id=member_id, kind=GrantKind.DELEGATED, revoked_at=None)
        for grant in await own:
            await self.lose(grant.mailbox_id, "person_left", by=by, grant_id=grant.id)
        under_way = SignIn.filter(member_id=member_id, used_at=None)
        await under_way.update(used_at=self._now(), sealed_flow=b"")

    async def _say(self, mailbox: Mailbox, code: str, by: int | None) -> None:
        at = self._now()
        await record(
            mailbox.organization_id,
            "mailbox.needs_consent",
            actor_id=by,
            subject_kind="mailbox",
            subject_id=mailbox.id,
            at=at,
            facts={"code": code},
        )
        await self._notices.admins(
            mailbox.organization_id, "needs_consent", at, mailbox_id=mailbox.id, reason=code
        )


async def _stop(mailbox_id: int) -> bool:
    """A mailbox under work needs consent again; one being onboarded goes back to that."""
    here = Mailbox.filter(id=mailbox_id)
    working = here.filter(state__in=(MailboxState.ACTIVE, MailboxState.PAUSED))
    if await working.update(state=MailboxState.NEEDS_CONSENT, sync_due_at=None):
        return True
    waiting = here.filter(state=MailboxState.WAITING_FOR_MICROSOFT)
    return bool(await waiting.update(state=MailboxState.ONBOARDING, sync_due_at=None))
