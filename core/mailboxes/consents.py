"""The consent ledger as people read it."""

from __future__ import annotations

from core.mailboxes.features import features_of
from core.mailboxes.grants import also_reaches, facts_of
from core.mailboxes.models import Grant
from core.mailboxes.texts import Texts
from core.mailboxes.views import ConsentView
from core.people.names import Names
from core.people.views import Actor
from core.sealing import Vault

MOST = 200
"""Newest entries shown."""


class Consents:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._names = Names(vault)

    async def of(self, actor: Actor) -> tuple[ConsentView, ...]:
        """Consents given, newest first: for an admin the organization's, for a privacy officer
        those to their mailboxes, for others what they gave themselves.
        """
        given = Grant.filter(organization_id=actor.organization_id, granted_at__isnull=False)
        if not actor.is_admin:
            given = (
                given.filter(mailbox_id__in=actor.mailboxes)
                if actor.is_privacy_officer
                else given.filter(granted_by_id=actor.member_id)
            )
        rows = await given.order_by("-id").limit(MOST).select_related("mailbox", "granted_by")
        texts = await Texts.of(self._vault, actor.organization_id)
        return tuple(self._view(grant, texts) for grant in rows)

    def _view(self, grant: Grant, texts: Texts) -> ConsentView:
        person, stands = grant.granted_by, grant.revoked_at is None
        return ConsentView(
            mailbox_id=grant.mailbox_id,
            mailbox=texts.address(grant.mailbox),
            kind=grant.kind,
            scopes=tuple(grant.scopes.split()),
            mailboxes_enforced=grant.mailboxes_enforced,
            content_enforced=grant.content_enforced,
            granted_by=None
            if person is None
            else self._names.open(person.id, person.wrapped_key, person.sealed_name),
            granted_at=grant.granted_at,
            probed_at=grant.probed_at,
            revoked_at=grant.revoked_at,
            facts=facts_of(grant, in_flight=stands and grant.mailbox.reads_bodies),
            features=tuple(sorted(features_of(grant.mailbox))) if stands else (),
            also_reaches=also_reaches(grant.kind, enforced=grant.mailboxes_enforced),
        )
