"""Opening a mailbox: its address, a token from the consent in force, and what that allows."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from core.clock import Clock
from core.errors import GraphAuthFailed
from core.graph.access import MailboxAccess, TokenSource, rights_of
from core.mailboxes.features import features_of, rights_with
from core.mailboxes.ledger import Ledger, given_grant
from core.mailboxes.models import Grant, GrantKind, Mailbox, MailboxState
from core.mailboxes.ports import AppTokens, UserTokens
from core.mailboxes.tokens import DelegatedToken, TokenStore
from core.outbox.queue import Outbox
from core.sealing import Vault

ADDRESS = b"organization.mailbox_address"


class Access:
    def __init__(
        self,
        vault: Vault,
        now: Clock,
        *,
        app_tokens: AppTokens,
        user_tokens: UserTokens,
        outbox: Outbox,
    ) -> None:
        self._vault = vault
        self._now = now
        self._app_tokens = app_tokens
        self._user_tokens = user_tokens
        self._store = TokenStore(vault)
        self._ledger = Ledger(outbox, now)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def for_mailbox(self, mailbox_id: int) -> MailboxAccess:
        """For what its grant and the features that are on both allow, and for nothing else.

        Raises GraphAuthFailed where the mailbox was offboarded or nobody consents to it.
        """
        mailbox = await Mailbox.get_or_none(id=mailbox_id).select_related("organization")
        if mailbox is None or mailbox.state is MailboxState.OFFBOARDED:
            raise GraphAuthFailed(403, "offboarded")
        grant = await given_grant(mailbox_id)
        if grant is None:
            raise GraphAuthFailed(403, "no_consent")
        return MailboxAccess(
            self._address(mailbox),
            self._source(grant, mailbox.organization.tenant_id),
            rights_of(grant.scopes.split()) & rights_with(features_of(mailbox)),
        )

    async def as_application(self, mailbox_id: int) -> MailboxAccess:
        """For ending what the application left at Graph, also after the consent was revoked.

        Opens no mail: the address may be gone by then, and is not in it.
        """
        mailbox = await Mailbox.get(id=mailbox_id).select_related("organization")
        tenant_id = mailbox.organization.tenant_id
        return MailboxAccess(tenant_id, self._app_tokens.source(tenant_id), frozenset())

    def _address(self, mailbox: Mailbox) -> str:
        key = mailbox.organization.wrapped_key
        address = self._vault.open(key, ADDRESS, mailbox.sealed_address)
        if address is None:
            raise GraphAuthFailed(403, "purged")
        return address

    def _source(self, grant: Grant, tenant_id: str) -> TokenSource:
        if grant.kind is GrantKind.APPLICATION:
            return self._app_tokens.source(tenant_id)
        lock = self._locks.setdefault(grant.id, asyncio.Lock())
        return DelegatedToken(
            self._store, self._user_tokens, self._ledger, self._now, lock, grant, tenant_id
        )
