"""Allowing a feature of a mailbox: an admin's yes, Microsoft's rights, their proof, the ledger.

A feature is on from the moment its probes pass. With an application grant an Exchange
administrator adds roles, which are tried again for hours; with a delegated one the admin
signs in with the further scope, and that sign-in takes the place of the earlier one once it
is proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from core.audit.log import record
from core.clock import Clock
from core.errors import GraphAuthFailed, InvalidInput, NotFound
from core.graph.access import MailboxAccess, Right, rights_of
from core.graph.probes import Outcome
from core.mailboxes.access import Access
from core.mailboxes.feature_probing import try_feature
from core.mailboxes.feature_verdicts import judge_feature
from core.mailboxes.features import (
    FLAGS,
    Feature,
    features_of,
    lets_read_bodies,
    missing_permissions,
    scopes_with,
)
from core.mailboxes.grants import facts_with, goes_beyond, to_undo
from core.mailboxes.ledger import given_grant, revoke
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxState
from core.mailboxes.ports import Probes, SignedIn, UserTokens
from core.mailboxes.probing import people_to_try
from core.mailboxes.scope import mailbox_for_admin
from core.mailboxes.tokens import TokenStore
from core.mailboxes.verdicts import AGAIN_IN, PATIENCE, Code, Verdict
from core.mailboxes.views import FeatureView, ProbeView
from core.outbox.queue import Outbox
from core.people.models import Member
from core.people.notices import Notices
from core.people.views import Actor
from core.ports import JobQueue
from core.threads.write_back import queue_all_categories
from core.transactions import transaction

WORKING = (MailboxState.ACTIVE, MailboxState.PAUSED)
_ALL = frozenset(Right)


class FeatureConsents:
    def __init__(
        self,
        now: Clock,
        *,
        jobs: JobQueue,
        outbox: Outbox,
        access: Access,
        probes: Probes,
        user_tokens: UserTokens,
        store: TokenStore,
    ) -> None:
        self._now = now
        self._jobs = jobs
        self._notices = Notices(outbox)
        self._access = access
        self._probes = probes
        self._user_tokens = user_tokens
        self._store = store

    async def asked(self, actor: Actor, mailbox_id: int, feature: Feature) -> FeatureView:
        """What allowing it means. Raises NotFound, NotAllowed, InvalidInput("mailbox")."""
        mailbox, grant = await self._standing(actor, mailbox_id)
        bodies = feature is Feature.BODIES or mailbox.reads_bodies
        return FeatureView(
            mailbox_id,
            feature,
            grant.kind,
            allowed=feature in features_of(mailbox),
            missing=missing_permissions(grant.kind, grant.scopes, feature),
            facts=facts_with(
                grant.kind, mailboxes=grant.mailboxes_enforced, content=False, in_flight=bodies
            ),
        )

    async def allow(self, actor: Actor, mailbox_id: int, feature: Feature) -> ProbeView:
        """The admin's yes: try it now, and for hours where Exchange's rights have not spread.

        With a delegated grant that lacks a scope, `no_consent`: a sign-in has to follow.
        """
        mailbox, grant = await self._standing(actor, mailbox_id)
        missing = missing_permissions(grant.kind, grant.scopes, feature)
        if grant.kind is GrantKind.DELEGATED and missing:
            return ProbeView(mailbox_id, Code.NO_CONSENT)
        verdict = await self._try(mailbox, grant, feature, since=self._now())
        if verdict.code is Code.WAITING:
            await self._later(mailbox_id, feature, actor.member_id, self._now())
        return await self._settle(mailbox, grant, feature, actor.member_id, verdict)

    async def probe_again(self, mailbox_id: int, feature: str, member_id: int, since: int) -> None:
        """The job of a feature that waits for Exchange. `since`: POSIX seconds of the yes."""
        mailbox = await Mailbox.get_or_none(id=mailbox_id, state__in=WORKING)
        grant = await given_grant(mailbox_id)
        admin = await Member.exists(id=member_id, is_admin=True)
        wanted = Feature(feature)
        if mailbox is None or grant is None or not admin or wanted in features_of(mailbox):
            return
        asked_at = datetime.fromtimestamp(since, UTC)
        verdict = await self._try(mailbox, grant, wanted, since=asked_at)
        if verdict.code is Code.WAITING:
            await self._later(mailbox_id, wanted, member_id, asked_at)
            return
        await self._settle(mailbox, grant, wanted, member_id, verdict)
        await self._tell(mailbox, member_id, verdict)

    async def scopes_to_sign(
        self, actor: Actor, mailbox_id: int, feature: Feature
    ) -> tuple[list[str], int]:
        """The scopes that the admin signs in with, and the consent they take the place of."""
        mailbox, grant = await self._standing(actor, mailbox_id)
        if grant.kind is not GrantKind.DELEGATED:
            raise InvalidInput("grant", "application")
        wanted = _with(mailbox, grant, feature)
        return wanted.split(), int(grant.id)

    async def signed_in(
        self, mailbox_id: int, grant_id: int, feature: Feature, member: Member, person: SignedIn
    ) -> str:
        """The sign-in for a feature came back: `granted`, or the code of why it is not taken."""
        mailbox = await Mailbox.get_or_none(id=mailbox_id, state__in=WORKING)
        grant = await given_grant(mailbox_id)
        if mailbox is None or grant is None or grant.id != grant_id or not member.is_admin:
            return "expired"
        wanted = _with(mailbox, grant, feature)
        given = " ".join(sorted(scope for scope in person.scopes if rights_of([scope])))
        if missing_permissions(grant.kind, given, feature):
            return "scope_refused"
        if goes_beyond(given, wanted):
            return "wider_than_asked"
        access = replace(
            await self._access.for_mailbox(mailbox_id),
            token=partial(self._fresh_token, person, wanted.split()),
            rights=_ALL,
        )
        found = await try_feature(self._probes, feature, access, [])
        verdict = judge_feature(grant.kind, feature, found, young=False)
        done = await self._settle(
            mailbox, grant, feature, member.id, verdict, scopes=given, cache=person.cache
        )
        return "granted" if done.code == Code.PASSED else done.reason or done.code

    async def disallow(self, actor: Actor, mailbox_id: int, feature: Feature) -> str:
        """Switch it off at once. The code of what only a person can take back at Microsoft,
        empty where another feature still needs the same rights.
        """
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        grant = await given_grant(mailbox_id)
        left = features_of(mailbox) - {feature}
        scopes = scopes_with(mailbox, grant.kind, grant.scopes, *left) if grant else ""
        if feature not in features_of(mailbox):
            raise NotFound("feature")
        async with transaction():
            await Mailbox.filter(id=mailbox_id).update(**{FLAGS[feature]: False})
            if grant is not None:
                await Grant.filter(id=grant.id, revoked_at=None).update(scopes=scopes)
            await self._record(mailbox, actor.member_id, "feature.disallowed", feature)
        if grant is None:
            return ""
        return to_undo(grant.kind) if set(grant.scopes.split()) - set(scopes.split()) else ""

    async def lost(self, mailbox_id: int, feature: Feature) -> bool:
        """Microsoft refused what the feature needs. If it refuses a probe too, the right was
        taken back there: the feature is switched off, and admins are told once.
        """
        mailbox = await Mailbox.get(id=mailbox_id)
        try:
            access = replace(await self._access.for_mailbox(mailbox_id), rights=_ALL)
            found = await try_feature(self._probes, feature, access, [])
        except GraphAuthFailed:
            return False  # the whole consent is gone, which is noticed elsewhere
        if Outcome.REFUSED not in (found.body, found.write, found.send):
            return False
        async with transaction():
            on = Mailbox.filter(id=mailbox_id, **{FLAGS[feature]: True})
            if await on.update(**{FLAGS[feature]: False}):
                await self._record(mailbox, None, "feature.lost", feature)
                await self._notices.admins(
                    mailbox.organization_id,
                    "feature_lost",
                    self._now(),
                    mailbox_id=mailbox_id,
                )
        return True

    async def _standing(self, actor: Actor, mailbox_id: int) -> tuple[Mailbox, Grant]:
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        grant = await given_grant(mailbox_id)
        if mailbox.state not in WORKING or grant is None:
            raise InvalidInput("mailbox", "not_working")
        return mailbox, grant

    async def _try(
        self, mailbox: Mailbox, grant: Grant, feature: Feature, *, since: datetime
    ) -> Verdict:
        access = replace(await self._access.for_mailbox(mailbox.id), rights=_ALL)
        others: list[str] = []
        if grant.kind is GrantKind.APPLICATION:
            await _prove(access)
            others = [person.entra_id for person in await people_to_try(grant)]
        found = await try_feature(self._probes, feature, access, others)
        young = self._now() - since < PATIENCE
        return judge_feature(grant.kind, feature, found, young=young)

    async def _settle(
        self,
        mailbox: Mailbox,
        grant: Grant,
        feature: Feature,
        member_id: int,
        verdict: Verdict,
        *,
        scopes: str | None = None,
        cache: str | None = None,
    ) -> ProbeView:
        """Where it passed: switch it on, and write the consent down, unless that has changed."""
        if verdict.code is not Code.PASSED:
            return ProbeView(mailbox.id, verdict.code, reason=verdict.reason or "")
        scopes = scopes or _with(mailbox, grant, feature)
        async with transaction():
            here = Mailbox.filter(id=mailbox.id, state__in=WORKING)
            standing = Grant.filter(id=grant.id, revoked_at=None)
            if not await standing.exists() or not await here.update(**{FLAGS[feature]: True}):
                return ProbeView(mailbox.id, Code.NO_CONSENT)
            if scopes != grant.scopes or cache is not None:
                await self._replace(grant, scopes, member_id, cache)
            await self._record(mailbox, member_id, "feature.allowed", feature)
            if feature is Feature.WRITE_BACK:
                await queue_all_categories(mailbox.id, self._now())
        return ProbeView(mailbox.id, Code.PASSED, verdict.mailboxes_enforced)

    async def _replace(self, grant: Grant, scopes: str, member_id: int, cache: str | None) -> None:
        """A consent of its own in the ledger; the one before it ends."""
        at = self._now()
        await Grant.create(
            organization_id=grant.organization_id,
            mailbox_id=grant.mailbox_id,
            kind=grant.kind,
            scopes=scopes,
            mailboxes_enforced=grant.mailboxes_enforced,
            content_enforced=grant.content_enforced and not lets_read_bodies(scopes),
            granted_by_id=member_id,
            granted_at=at,
            probed_at=at,
            sealed_tokens=None if cache is None else self._store.seal(cache),
            created_at=at,
        )
        await revoke(grant, at, "replaced", by=member_id)

    async def _fresh_token(
        self, person: SignedIn, scopes: list[str], refused: str | None = None
    ) -> str:
        token, _ = await self._user_tokens.get(person.cache, scopes, person.tenant_id, refused)
        return token

    async def _later(
        self, mailbox_id: int, feature: Feature, member_id: int, since: datetime
    ) -> None:
        await self._jobs.defer(
            "probe_feature",
            {
                "mailbox_id": mailbox_id,
                "feature": feature.value,
                "member_id": member_id,
                "since": int(since.timestamp()),
            },
            queueing_lock=f"feature:{feature}:{mailbox_id}",
            due_at=self._now() + AGAIN_IN,
        )

    async def _tell(self, mailbox: Mailbox, member_id: int, verdict: Verdict) -> None:
        code = "feature_allowed" if verdict.code is Code.PASSED else "feature_refused"
        await self._notices.member(
            mailbox.organization_id,
            member_id,
            code,
            self._now(),
            mailbox_id=mailbox.id,
            reason=verdict.reason or "",
        )

    async def _record(
        self, mailbox: Mailbox, member_id: int | None, action: str, feature: Feature
    ) -> None:
        await record(
            mailbox.organization_id,
            action,
            actor_id=member_id,
            subject_kind="mailbox",
            subject_id=mailbox.id,
            at=self._now(),
            facts={"feature": feature.value},
        )


def feature_in(flow: Mapping[str, object]) -> Feature:
    """Which feature a sign-in under way is for. Raises GraphAuthFailed for none."""
    try:
        return Feature(str(flow.get("feature")))
    except ValueError:
        raise GraphAuthFailed(400, "unknown_feature") from None


def _with(mailbox: Mailbox, grant: Grant, feature: Feature) -> str:
    """The scopes of the grant with one feature more."""
    return scopes_with(mailbox, grant.kind, grant.scopes, *features_of(mailbox), feature)


async def _prove(access: MailboxAccess) -> None:
    """Have a new token: a kept one may hold old roles."""
    await access.token(refused=await access.token())
