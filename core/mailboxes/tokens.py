"""The tokens of delegated grants at rest: one sealed cache a grant, saved compare-and-set."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from core.clock import Clock
from core.errors import GraphAuthFailed
from core.mailboxes.ledger import Ledger
from core.mailboxes.models import Grant
from core.mailboxes.ports import UserTokens
from core.sealing import Vault

KEPT = timedelta(seconds=60)
"""How long a token is handed out again without a look at the grant: no longer after a revoke."""


class TokenStore:
    def __init__(self, vault: Vault) -> None:
        self._ring = vault.ring

    def seal(self, cache: str) -> bytes:
        return self._ring.encrypt_token(cache)

    async def load(self, grant_id: int) -> tuple[str, int]:
        """(cache, version). Raises GraphAuthFailed where the grant has ended."""
        grant = await Grant.get_or_none(id=grant_id, revoked_at=None)
        if grant is None or grant.sealed_tokens is None:
            raise GraphAuthFailed(403, "no_consent")
        return self._ring.decrypt_token(bytes(grant.sealed_tokens)), grant.tokens_version

    async def save(self, grant_id: int, version: int, cache: str) -> bool:
        """Store a newer cache unless another did first, or the grant has ended.

        So the last writer can never bring an older refresh token back.
        """
        same = Grant.filter(id=grant_id, tokens_version=version, revoked_at=None)
        changed = await same.update(sealed_tokens=self.seal(cache), tokens_version=version + 1)
        return bool(changed)

    async def version(self, grant_id: int) -> int | None:
        grant = await Grant.get_or_none(id=grant_id, revoked_at=None)
        return None if grant is None else grant.tokens_version


class DelegatedToken:
    """A TokenSource for one delegated grant. `lock` is the grant's, shared in the process."""

    def __init__(
        self,
        store: TokenStore,
        user_tokens: UserTokens,
        ledger: Ledger,
        now: Clock,
        lock: asyncio.Lock,
        grant: Grant,
        tenant_id: str,
    ) -> None:
        self._store = store
        self._user_tokens = user_tokens
        self._ledger = ledger
        self._now = now
        self._lock = lock
        self._grant_id = grant.id
        self._mailbox_id = grant.mailbox_id
        self._scopes = grant.scopes.split()
        self._tenant_id = tenant_id
        self._kept: tuple[str, datetime] | None = None

    async def __call__(self, refused: str | None = None) -> str:
        """Raises GraphAuthFailed; where the person's consent has died, admins are told once."""
        async with self._lock:
            if self._kept is not None and self._kept[0] != refused and self._now() < self._kept[1]:
                return self._kept[0]
            token = await self._fetch(refused)
            self._kept = token, self._now() + KEPT
            return token

    async def _fetch(self, refused: str | None) -> str:
        while True:
            cache, version = await self._store.load(self._grant_id)
            try:
                token, newer = await self._user_tokens.get(
                    cache, self._scopes, self._tenant_id, refused
                )
            except GraphAuthFailed as error:
                if await self._store.version(self._grant_id) not in (version, None):
                    continue
                await self._ledger.lose(self._mailbox_id, error.code, grant_id=self._grant_id)
                raise
            if newer is None or await self._store.save(self._grant_id, version, newer):
                return token
