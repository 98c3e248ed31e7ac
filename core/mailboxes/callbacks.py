"""What comes back from Microsoft's pages: checked against who asked, then written as a consent.

Every field of the query is forgeable. What counts is a `state` that was kept for one member
and is unused and young; then the id token's `oid` and `tid`, which must be that member's; and
for admin consent, which brings no id token, a `tenant` equal to the `tid` of the sign-in
right before it. Whether the consent is real is for the probes to prove.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from core.audit.log import record
from core.clock import Clock
from core.errors import GraphAuthFailed, GraphError, InvalidInput
from core.graph.access import Right, rights_of
from core.graph.consent import admin_consent_url, read_admin_consent
from core.mailboxes.feature_consents import FeatureConsents, feature_in
from core.mailboxes.grants import goes_beyond
from core.mailboxes.ledger import revoke
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxState
from core.mailboxes.ports import Registration, SignedIn, UserTokens
from core.mailboxes.probing import Probing
from core.mailboxes.sign_ins import Claimed, Purpose, SignIns
from core.mailboxes.tokens import TokenStore
from core.mailboxes.views import CallbackOutcome
from core.outbox.queue import Outbox
from core.people.first_admin import make_first_admin
from core.people.models import Member, MemberState
from core.people.notices import Notices
from core.transactions import transaction

AWAITING = (
    MailboxState.ONBOARDING,
    MailboxState.WAITING_FOR_MICROSOFT,
    MailboxState.NEEDS_CONSENT,
)
"""States in which a consent is of use."""

_REFUSALS = {"access_denied": "declined", "invalid_scope": "scope_refused"}


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Callbacks:
    def __init__(
        self,
        now: Clock,
        *,
        outbox: Outbox,
        sign_ins: SignIns,
        user_tokens: UserTokens,
        store: TokenStore,
        probing: Probing,
        features: FeatureConsents,
        registration: Registration,
    ) -> None:
        self._now = now
        self._notices = Notices(outbox)
        self._sign_ins = sign_ins
        self._user_tokens = user_tokens
        self._store = store
        self._probing = probing
        self._features = features
        self._registration = registration
        self._steps = {
            Purpose.IDENTITY: self._identity,
            Purpose.ADMIN_CONSENT: self._admin_consent,
            Purpose.DELEGATED: self._delegated,
            Purpose.FEATURE: self._feature,
            Purpose.FIRST_ADMIN: self._first_admin,
        }

    async def answer(self, state: str, query: Mapping[str, str]) -> CallbackOutcome:
        """Never raises for what a browser may bring; the outcome's code says how it ended."""
        claimed = await self._sign_ins.claim(state)
        if claimed is None or claimed.member.state is MemberState.LEFT:
            return CallbackOutcome("expired")
        try:
            return await self._steps[claimed.purpose](claimed, query)
        except _Refused as refusal:
            if claimed.purpose is not Purpose.FEATURE:
                await self._tell(claimed, refusal.code)
            return CallbackOutcome(refusal.code, claimed.mailbox_id)

    async def _identity(self, claimed: Claimed, query: Mapping[str, str]) -> CallbackOutcome:
        """The admin is who asked: on to admin consent, under a state of its own."""
        person = await self._person(claimed, query)
        flow = {"state": secrets.token_urlsafe(32), "tid": person.tenant_id}
        await self._sign_ins.keep(
            claimed.member,
            Purpose.ADMIN_CONSENT,
            flow,
            mailbox_id=claimed.mailbox_id,
            grant_id=claimed.grant_id,
        )
        url = admin_consent_url(
            self._registration.client_id,
            claimed.tenant_id,
            self._registration.redirect_uri,
            flow["state"],
            login_url=self._registration.login_url,
            graph_url=self._registration.graph_url,
        )
        return CallbackOutcome("next", claimed.mailbox_id, url)

    async def _admin_consent(self, claimed: Claimed, query: Mapping[str, str]) -> CallbackOutcome:
        consent = read_admin_consent(query)
        if not consent.granted:
            raise _Refused(_REFUSALS.get(consent.code, "failed"))
        signed_in = str(claimed.flow["tid"]).casefold()
        if not consent.tenant_id.casefold() == signed_in == claimed.tenant_id:
            raise _Refused("other_tenant")
        return await self._granted(claimed, GrantKind.APPLICATION)

    async def _delegated(self, claimed: Claimed, query: Mapping[str, str]) -> CallbackOutcome:
        person = await self._person(claimed, query)
        scopes = " ".join(sorted(scope for scope in person.scopes if rights_of([scope])))
        asked = await Grant.get_or_none(id=claimed.grant_id)
        if asked is None:
            raise _Refused("expired")
        if Right.HEADERS not in rights_of(person.scopes):
            raise _Refused("scope_refused")
        if goes_beyond(scopes, asked.scopes):
            raise _Refused("wider_than_asked")
        return await self._granted(claimed, GrantKind.DELEGATED, scopes, person.cache)

    async def _feature(self, claimed: Claimed, query: Mapping[str, str]) -> CallbackOutcome:
        """The further scope of one feature; it is tried at once."""
        person = await self._person(claimed, query)
        if claimed.mailbox_id is None or claimed.grant_id is None:
            raise _Refused("expired")
        code = await self._features.signed_in(
            claimed.mailbox_id,
            claimed.grant_id,
            feature_in(claimed.flow),
            claimed.member,
            person,
        )
        if code != "granted":
            raise _Refused(code)
        return CallbackOutcome(code, claimed.mailbox_id)

    async def _first_admin(self, claimed: Claimed, query: Mapping[str, str]) -> CallbackOutcome:
        person = await self._person(claimed, query)
        refusal = await make_first_admin(claimed.member, person.role_ids, self._now())
        return CallbackOutcome(refusal or "admin")

    async def _person(self, claimed: Claimed, query: Mapping[str, str]) -> SignedIn:
        """Who signed in, if it is the member who asked, in the tenant they asked from."""
        try:
            person = await self._user_tokens.redeem(claimed.flow, query)
        except InvalidInput:
            raise _Refused("failed") from None
        except GraphAuthFailed as error:
            raise _Refused(_REFUSALS.get(error.code, "failed")) from None
        except GraphError:
            raise _Refused("failed") from None
        wanted = (claimed.member.entra_id, claimed.tenant_id)
        if (person.object_id.casefold(), person.tenant_id.casefold()) != wanted:
            raise _Refused("other_person")
        return person

    async def _granted(
        self, claimed: Claimed, kind: GrantKind, scopes: str = "", cache: str | None = None
    ) -> CallbackOutcome:
        """Write the consent and queue its proof, unless the mailbox or its asker changed."""
        at = self._now()
        async with transaction():
            mailbox = await Mailbox.get_or_none(id=claimed.mailbox_id, state__in=AWAITING)
            if mailbox is None or not await self._may_consent(claimed, kind):
                raise _Refused("expired")
            asked = Grant.filter(id=claimed.grant_id, granted_at=None, revoked_at=None, kind=kind)
            written: dict[str, object] = {"granted_at": at, "granted_by_id": claimed.member.id}
            if cache is not None:
                written |= {"scopes": scopes, "sealed_tokens": self._store.seal(cache)}
            if not await asked.update(**written):
                raise _Refused("expired")
            earlier = Grant.filter(mailbox_id=mailbox.id, revoked_at=None)
            for grant in await earlier.exclude(id=claimed.grant_id):
                await revoke(grant, at, "replaced", by=claimed.member.id)
            await Mailbox.filter(id=mailbox.id, state=MailboxState.ONBOARDING).update(
                state=MailboxState.WAITING_FOR_MICROSOFT
            )
            await record(
                mailbox.organization_id,
                "grant.given",
                actor_id=claimed.member.id,
                subject_kind="grant",
                subject_id=claimed.grant_id,
                at=at,
                facts={"mailbox_id": mailbox.id, "kind": kind},
            )
            await self._tell(claimed, "granted")
            await self._probing.soon(mailbox.id)
        return CallbackOutcome("granted", mailbox.id)

    async def _may_consent(self, claimed: Claimed, kind: GrantKind) -> bool:
        """Still: rights may have been taken away while the browser was at Microsoft."""
        member = Member.filter(id=claimed.member.id).exclude(state=MemberState.LEFT)
        if await member.filter(is_admin=True).exists():
            return True
        if kind is GrantKind.APPLICATION:
            return False
        return await member.filter(mailbox_members__mailbox_id=claimed.mailbox_id).exists()

    async def _tell(self, claimed: Claimed, code: str) -> None:
        if claimed.mailbox_id is None:
            return
        await self._notices.member(
            claimed.member.organization_id,
            claimed.member.id,
            "consent_done" if code == "granted" else "consent_failed",
            self._now(),
            mailbox_id=claimed.mailbox_id,
            reason=code,
        )
