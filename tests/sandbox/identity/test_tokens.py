"""Tokens read back: what is honoured, and every forgery that is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from sandbox.identity.keys import Keys, SigningKey
from sandbox.identity.ledger import Ledger
from sandbox.identity.tokens import Tokens
from sandbox.sample import BOT_APP_ID, CLIENT_ID, sample_tenant
from sandbox.tenant import Caller, InvalidToken

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
SERVICE_URL = "https://localhost:8443/teams/"


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(folder) -> Keys:
    return Keys(folder)


@pytest.fixture
def tenant(clock):
    return sample_tenant(now=clock)


@pytest.fixture
def tokens(tenant, keys, folder, clock) -> Tokens:
    return Tokens(tenant, keys, Ledger(tenant, folder), clock)


@pytest.fixture
def token(tokens, tenant) -> str:
    user = next(iter(tenant.users.values()))
    return tokens.graph_for_user(user, tenant.apps[CLIENT_ID], ["Mail.Read", "openid"])


def test_a_delegated_token_names_the_person_and_the_scopes(tokens, tenant, token) -> None:
    user = next(iter(tenant.users.values()))

    caller = tokens.read_graph(f"Bearer {token}")

    assert caller == Caller(CLIENT_ID, tenant.id, user.id, frozenset({"Mail.Read", "openid"}))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c"])
def test_a_header_without_a_token_is_invalid(tokens, header: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.read_graph(header)


def test_a_token_expires_with_five_minutes_of_grace(tokens, token, clock) -> None:
    clock.now = START + timedelta(minutes=64)
    tokens.read_graph(f"Bearer {token}")

    clock.now = START + timedelta(minutes=66)
    with pytest.raises(InvalidToken, match="expired"):
        tokens.read_graph(f"Bearer {token}")


def test_a_token_signed_by_a_stranger_is_invalid(tokens, keys, token) -> None:
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(
        claims, SigningKey.new().private, algorithm="RS256", headers={"kid": keys.entra.kid}
    )

    with pytest.raises(InvalidToken):
        tokens.read_graph(f"Bearer {forged}")


def test_an_unsigned_token_is_invalid(tokens, token) -> None:
    claims = jwt.decode(token, options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, algorithm="none")

    with pytest.raises(InvalidToken):
        tokens.read_graph(f"Bearer {unsigned}")


def test_an_id_token_is_no_access_token(tokens, tenant) -> None:
    user = next(iter(tenant.users.values()))
    token = tokens.id_token(user, tenant.apps[CLIENT_ID], "n", "https://localhost/v2.0")

    with pytest.raises(InvalidToken):
        tokens.read_graph(f"Bearer {token}")


def test_a_graph_token_does_not_open_the_connector(tokens, token) -> None:
    with pytest.raises(InvalidToken, match="audience"):
        tokens.read_connector(f"Bearer {token}")


def test_keys_and_tokens_outlive_a_restart(tokens, tenant, token, folder, clock) -> None:
    again = Tokens(tenant, Keys(folder), Ledger(tenant, folder), clock)

    assert again.read_graph(f"Bearer {token}") == tokens.read_graph(f"Bearer {token}")


def test_an_activity_token_verifies_with_the_published_channel_key(tokens, keys) -> None:
    token = tokens.sign_activity(SERVICE_URL, BOT_APP_ID)

    published = {jwk["kid"]: jwk for jwk in keys.bot_framework_jwks()["keys"]}
    jwk = published[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        jwt.PyJWK(jwk),
        algorithms=["RS256"],
        audience=BOT_APP_ID,
        issuer="https://api.botframework.com",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert claims["serviceurl"] == SERVICE_URL
    assert claims["exp"] == int((START + timedelta(hours=1)).timestamp())
    assert "msteams" in jwk["endorsements"]


def test_activity_tokens_can_be_forged_in_each_way(tokens, keys) -> None:
    def claims(**options):
        token = tokens.sign_activity(SERVICE_URL, BOT_APP_ID, **options)
        return jwt.decode(token, options={"verify_signature": False})

    stranger = SigningKey.new()
    unknown = tokens.sign_activity(SERVICE_URL, BOT_APP_ID, key=stranger)
    impostor = SigningKey(keys.channel.kid, stranger.private)
    bad_signature = tokens.sign_activity(SERVICE_URL, BOT_APP_ID, key=impostor)

    assert claims(issuer="https://evil.example")["iss"] == "https://evil.example"
    assert claims(lifetime=timedelta(hours=-1))["exp"] < START.timestamp()
    assert "exp" not in claims(lifetime=None)
    assert jwt.get_unverified_header(unknown)["kid"] == stranger.kid
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(bad_signature, keys.channel.private.public_key(), algorithms=["RS256"])
