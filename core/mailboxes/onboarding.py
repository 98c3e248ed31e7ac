"""Onboarding: from an address to a mailbox under work, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotAllowed, NotFound
from core.mailboxes.access import ADDRESS, Access
from core.mailboxes.addresses import mailbox_address
from core.mailboxes.callbacks import AWAITING, Callbacks
from core.mailboxes.consents import Consents
from core.mailboxes.feature_consents import FeatureConsents
from core.mailboxes.features import Feature, features_of, scopes_with
from core.mailboxes.folders import FolderFinder
from core.mailboxes.grants import scopes_asked, to_undo
from core.mailboxes.ledger import Ledger, current_grant, given_grant, open_grant, revoke
from core.mailboxes.models import (
    Folder,
    FolderKind,
    Grant,
    GrantKind,
    Mailbox,
    MailboxMember,
    MailboxState,
)
from core.mailboxes.offboarding import Offboarding
from core.mailboxes.ports import Folders, Probes, Registration, UserTokens
from core.mailboxes.probing import Probing, proved
from core.mailboxes.schedule import start_working
from core.mailboxes.scope import mailbox_for_admin, mailbox_of
from core.mailboxes.sign_ins import Purpose, SignIns
from core.mailboxes.tokens import TokenStore
from core.mailboxes.views import (
    CallbackOutcome,
    ConsentView,
    FolderView,
    OffboardView,
    ProbeView,
)
from core.outbox.queue import Outbox
from core.people.models import Member, Organization
from core.people.scope import member_of, require_admin
from core.people.views import Actor
from core.ports import JobQueue
from core.sealing import Vault
from core.transactions import transaction

HISTORY = timedelta(days=14)
"""Mail older than this is history, unless an admin says otherwise."""


class Onboarding:
    def __init__(
        self,
        vault: Vault,
        now: Clock,
        *,
        jobs: JobQueue,
        outbox: Outbox,
        user_tokens: UserTokens,
        probes: Probes,
        folders: Folders,
        access: Access,
        registration: Registration,
    ) -> None:
        self._vault = vault
        self._now = now
        self._jobs = jobs
        self._outbox = outbox
        self._ledger = Ledger(outbox, now)
        self._user_tokens = user_tokens
        self._registration = registration
        self._sign_ins = SignIns(vault, now)
        self._probing = Probing(now, jobs, outbox, access, probes)
        self._finder = FolderFinder(vault, now, access, folders)
        self._offboarding = Offboarding(now, jobs)
        self._consents = Consents(vault)
        store = TokenStore(vault)
        self.features = FeatureConsents(
            now,
            jobs=jobs,
            outbox=outbox,
            access=access,
            probes=probes,
            user_tokens=user_tokens,
            store=store,
        )
        """Consent to more than headers, feature by feature."""
        self._callbacks = Callbacks(
            now,
            outbox=outbox,
            sign_ins=self._sign_ins,
            user_tokens=user_tokens,
            store=store,
            probing=self._probing,
            features=self.features,
            registration=registration,
        )

    async def begin(self, actor: Actor, address: str, kind: GrantKind) -> int:
        """The mailbox's id. Asked again before consent, it changes the kind of grant.

        Raises NotAllowed, InvalidInput("address"): no address, a member's own (`personal`),
        or a mailbox that is under work already (`known`).
        """
        require_admin(actor)
        address = mailbox_address(address)
        hashed = self._vault.ring.lookup(actor.organization_id, "address", address)
        if await Member.exists(organization_id=actor.organization_id, address_hash=hashed):
            raise InvalidInput("address", "personal")
        async with transaction():
            mailbox = await self._mailbox(actor, address, hashed)
            if mailbox.state not in (*AWAITING, MailboxState.OFFBOARDED):
                raise InvalidInput("address", "known")
            if mailbox.state is MailboxState.OFFBOARDED:
                await Mailbox.filter(id=mailbox.id).update(state=MailboxState.ONBOARDING)
            await self._ask(mailbox, kind, scopes_asked(kind))
            await self._record(actor, "mailbox.onboarding", mailbox, kind=kind)
        return int(mailbox.id)

    async def accept_wider(self, actor: Actor, mailbox_id: int) -> None:
        """An admin's explicit yes to a scope that can read bodies; a sign-in has to follow."""
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        last = await Grant.filter(mailbox_id=mailbox_id).order_by("-id").first()
        if mailbox.state not in AWAITING or last is None or last.kind is not GrantKind.DELEGATED:
            raise InvalidInput("mailbox", mailbox.state)
        async with transaction():
            await self._ask(mailbox, last.kind, scopes_asked(last.kind, wider=True))
            await self._record(actor, "grant.wider_accepted", mailbox)

    async def sign_in_url(self, actor: Actor, mailbox_id: int) -> str:
        """Where the actor goes to consent, within ten minutes; an earlier address is void.

        Application grants are for admins; a delegated one may come from any person of the
        mailbox, also in place of somebody whose consent has died.
        """
        mailbox = await mailbox_of(actor, mailbox_id)
        if mailbox.state not in AWAITING:
            raise InvalidInput("mailbox", mailbox.state)
        asked = await self._asked(mailbox)
        if asked.kind is GrantKind.APPLICATION and not actor.is_admin:
            raise NotAllowed("admin")
        is_application = asked.kind is GrantKind.APPLICATION
        return await self._sign_in(
            actor,
            Purpose.IDENTITY if is_application else Purpose.DELEGATED,
            [] if is_application else asked.scopes.split(),
            mailbox_id=mailbox.id,
            grant_id=asked.id,
        )

    async def feature_sign_in_url(self, actor: Actor, mailbox_id: int, feature: Feature) -> str:
        """Where an admin with rights to the mailbox signs in with a feature's further scope.

        Raises InvalidInput("grant", "application") where Exchange gives the rights.
        """
        scopes, grant_id = await self.features.scopes_to_sign(actor, mailbox_id, feature)
        return await self._sign_in(
            actor,
            Purpose.FEATURE,
            scopes,
            mailbox_id=mailbox_id,
            grant_id=grant_id,
            feature=feature,
        )

    async def admin_sign_in_url(self, actor: Actor) -> str:
        """Where somebody goes to show an Entra administrator role and so become first admin."""
        return await self._sign_in(actor, Purpose.FIRST_ADMIN, [])

    async def callback(self, state: str, query: Mapping[str, str]) -> CallbackOutcome:
        """What the browser brought back; may send it on to `redirect_url`."""
        return await self._callbacks.answer(state, query)

    async def probe(self, mailbox_id: int) -> ProbeView:
        """One round of probes: the `probe_mailbox` job, or an admin asks how things stand."""
        return await self._probing.probe(mailbox_id)

    async def due_probes(self) -> tuple[int, ...]:
        return await self._probing.due()

    async def folders(self, actor: Actor, mailbox_id: int) -> tuple[FolderView, ...]:
        """The mailbox's folders as they are now. Raises GraphError where Graph does not say."""
        await mailbox_for_admin(actor, mailbox_id)
        return await self._finder.find(mailbox_id)

    async def start(self, actor: Actor, mailbox_id: int) -> None:
        """Put the mailbox to work and sync it for the first time; harmless if it works already.

        Raises InvalidInput naming what is missing: `grant`, `people`, `folders`, `mailbox`.
        """
        mailbox = await mailbox_for_admin(actor, mailbox_id)
        if mailbox.state is MailboxState.ACTIVE:
            return
        if not proved(await given_grant(mailbox_id)):
            raise InvalidInput("grant", "not_proved")
        if not await MailboxMember.exists(mailbox_id=mailbox_id):
            raise InvalidInput("people")
        followed = Folder.filter(mailbox_id=mailbox_id, followed=True, gone_at=None)
        if not await followed.exclude(kind=FolderKind.SENT).exists():
            raise InvalidInput("folders")
        async with transaction():
            ready = Mailbox.filter(id=mailbox_id, state=MailboxState.ONBOARDING)
            if not await ready.update(state=MailboxState.ACTIVE, sync_due_at=self._now()):
                raise InvalidInput("mailbox", mailbox.state)
            await self._record(actor, "mailbox.started", mailbox)
            await self._outbox.tell_progress(
                actor.organization_id, mailbox_id, actor.member_id, at=self._now()
            )
            await start_working(self._jobs, mailbox_id)

    async def needs_consent(self, mailbox_id: int, code: str) -> None:
        """Microsoft refuses the mailbox's consent; `code` is its word for why."""
        await self._ledger.lose(mailbox_id, code)

    async def revoke(self, actor: Actor, mailbox_id: int) -> str:
        """Take a consent back: an admin, or the person who gave it in their own name.

        Returns the code of what only a person can take back at Microsoft.
        """
        mailbox = await mailbox_of(actor, mailbox_id)
        grant = await given_grant(mailbox_id)
        if grant is None:
            raise NotFound("grant")
        is_own = grant.kind is GrantKind.DELEGATED and grant.granted_by_id == actor.member_id
        if not is_own:
            require_admin(actor)
        await self._ledger.lose(mailbox.id, "revoked", by=actor.member_id)
        return to_undo(grant.kind)

    async def offboard(self, actor: Actor, mailbox_id: int, *, purge: bool) -> OffboardView:
        return await self._offboarding.offboard(actor, mailbox_id, purge=purge)

    async def consents(self, actor: Actor) -> tuple[ConsentView, ...]:
        return await self._consents.of(actor)

    async def _mailbox(self, actor: Actor, address: str, hashed: str) -> Mailbox:
        at = self._now()
        organization = await Organization.get(id=actor.organization_id)
        if organization.wrapped_key is None:
            wrapped, _ = self._vault.new_key()
            bare = Organization.filter(id=organization.id, wrapped_key=None)
            await bare.update(wrapped_key=wrapped)
            await organization.refresh_from_db(fields=["wrapped_key"])
        key = self._vault.key(organization.wrapped_key)
        assert key is not None
        new = Mailbox(
            organization_id=organization.id,
            sealed_address=key.seal(ADDRESS, address),
            address_hash=hashed,
            live_from=at - HISTORY,
            created_at=at,
        )
        await Mailbox.bulk_create([new], ignore_conflicts=True)
        return await Mailbox.get(organization_id=organization.id, address_hash=hashed)

    async def _asked(self, mailbox: Mailbox) -> Grant:
        """The consent that is asked for and not given yet; for a renewal, one like the last."""
        current = await current_grant(mailbox.id)
        if current is not None and current.granted_at is None:
            return current
        last = await Grant.filter(mailbox_id=mailbox.id).order_by("-id").first()
        assert last is not None  # `begin` has asked for one
        scopes = scopes_with(mailbox, last.kind, last.scopes, *features_of(mailbox))
        return await self._ask(mailbox, last.kind, scopes)

    async def _ask(self, mailbox: Mailbox, kind: GrantKind, scopes: str) -> Grant:
        """A given consent that is not proved yet ends when another is asked for."""
        given = await given_grant(mailbox.id)
        if given is not None and given.kind is not kind:
            await revoke(given, self._now(), "replaced", by=None)
        return await open_grant(mailbox, kind, scopes, self._now())

    async def _sign_in(
        self,
        actor: Actor,
        purpose: Purpose,
        scopes: list[str],
        *,
        mailbox_id: int | None = None,
        grant_id: int | None = None,
        feature: Feature | None = None,
    ) -> str:
        member = await member_of(actor, actor.member_id)
        organization = await Organization.get(id=actor.organization_id)
        flow = await self._user_tokens.begin(
            scopes, self._registration.redirect_uri, organization.tenant_id
        )
        if feature is not None:
            flow = {**flow, "feature": feature.value}
        await self._sign_ins.keep(member, purpose, flow, mailbox_id=mailbox_id, grant_id=grant_id)
        return str(flow["auth_uri"])

    async def _record(self, actor: Actor, action: str, mailbox: Mailbox, **facts: str) -> None:
        await record(
            actor.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="mailbox",
            subject_id=mailbox.id,
            at=self._now(),
            facts=dict(facts),
        )
