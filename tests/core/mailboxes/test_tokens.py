"""Tokens of delegated grants: renewed by several at once, kept by the newest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.errors import GraphAuthFailed
from core.mailboxes.models import Grant, GrantKind
from core.mailboxes.tokens import KEPT, TokenStore
from tests.core.mailboxes.conftest import House
from tests.core.mailboxes.fakes import FakeUserTokens

DELEGATED = GrantKind.DELEGATED


class SlowRefresh(FakeUserTokens):
    """Holds the first refresh back until another process has finished its own."""

    async def get(
        self, cache: str, scopes: Sequence[str], tenant: str, refused: str | None = None
    ) -> tuple[str, str | None]:
        answer = await super().get(cache, scopes, tenant, refused)
        if len(self.caches) == 1:
            await self.meanwhile()
        return answer

    async def meanwhile(self) -> None:
        raise NotImplementedError


async def stored(house: House) -> tuple[int, int]:
    """(refresh token, version)."""
    grant = await Grant.get()
    assert grant.sealed_tokens is not None
    cache = house.vault.ring.decrypt_token(bytes(grant.sealed_tokens))
    return json.loads(cache)["refresh"], grant.tokens_version


async def test_the_slower_of_two_refreshes_never_restores_an_older_token(
    any_house: House,
) -> None:
    house = any_house
    mailbox = await house.ready(DELEGATED)
    house.user_tokens.rotates = False
    grant = await Grant.get()
    refresh, version = await stored(house)

    class Racing(SlowRefresh):
        async def meanwhile(self) -> None:
            newer = json.dumps({"refresh": 100})
            assert await TokenStore(house.vault).save(grant.id, version, newer)

    house.user_tokens = Racing()
    access = await house.new_access().for_mailbox(mailbox.id)

    token = await access.token()

    assert house.user_tokens.caches == [refresh, 100]
    assert token == "user-100"
    assert await stored(house) == (101, version + 2)


async def test_two_processes_at_once_both_get_a_token(any_house: House) -> None:
    house = any_house
    mailbox = await house.ready(DELEGATED)
    _, before = await stored(house)
    one = await house.new_access().for_mailbox(mailbox.id)
    other = await house.new_access().for_mailbox(mailbox.id)

    tokens = await asyncio.gather(one.token(), other.token())

    refresh, version = await stored(house)
    assert all(token.startswith("user-") for token in tokens)
    assert version == before + 2
    assert refresh == max(house.user_tokens.caches) + 1


async def test_calls_in_one_process_share_a_refresh(house: House) -> None:
    mailbox = await house.ready(DELEGATED)
    access = await house.new_access().for_mailbox(mailbox.id)
    before = len(house.user_tokens.caches)

    tokens = await asyncio.gather(*(access.token() for _ in range(5)))

    assert len(set(tokens)) == 1
    assert len(house.user_tokens.caches) == before + 1


async def test_a_refused_token_is_not_given_again(house: House) -> None:
    mailbox = await house.ready(DELEGATED)
    access = await house.new_access().for_mailbox(mailbox.id)
    first = await access.token()

    assert await access.token(refused=first) != first


async def test_a_refresh_that_another_outran_is_no_lost_consent(house: House) -> None:
    mailbox = await house.ready(DELEGATED)
    grant = await Grant.get()
    _, version = await stored(house)

    class Outrun(FakeUserTokens):
        async def get(
            self, cache: str, scopes: Sequence[str], tenant: str, refused: str | None = None
        ) -> tuple[str, str | None]:
            if json.loads(cache)["refresh"] < 100:
                await TokenStore(house.vault).save(grant.id, version, '{"refresh": 100}')
                raise GraphAuthFailed(400, "invalid_grant")
            return await super().get(cache, scopes, tenant, refused)

    house.user_tokens = Outrun()
    access = await house.new_access().for_mailbox(mailbox.id)

    assert await access.token() == "user-100"
    assert await house.notices("needs_consent") == []


async def test_a_revoked_grant_gives_no_token_within_a_minute(house: House) -> None:
    mailbox = await house.ready(DELEGATED)
    access = await house.new_access().for_mailbox(mailbox.id)
    await access.token()
    await house.onboarding.revoke(await house.actor(house.ada), mailbox.id)
    house.clock.advance(KEPT + timedelta(seconds=1))

    with pytest.raises(GraphAuthFailed):
        await access.token()


async def test_a_cache_cannot_be_saved_over_a_revocation(house: House) -> None:
    mailbox = await house.ready(DELEGATED)
    grant = await Grant.get()
    store = TokenStore(house.vault)
    _, version = await store.load(grant.id)
    await house.onboarding.revoke(await house.actor(house.ada), mailbox.id)

    assert not await store.save(grant.id, version, "{}")
    assert (await Grant.get()).sealed_tokens is None
