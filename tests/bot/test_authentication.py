"""Bot Framework's tokens: every way to be refused."""

from __future__ import annotations

import base64

import jwt
import pytest
from aiohttp.test_utils import make_mocked_request
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.activities import read_activity
from bot.authentication import REMEMBERED, SKEW, JwtAuthenticator
from bot.callers import TEAMS_SERVICE_HOSTS, ActivityChecks, Caller, Unauthenticated
from bot.outgoing import Unreachable
from bot.signing_keys import PAUSE, KeysUnavailable, SigningKeys
from core.errors import ConfigError
from core.outgoing import AllowedHosts
from tests.bot.fakes import (
    ADA,
    APP_ID,
    KEYS_URL,
    SERVICE_URL,
    TENANT_ID,
    TestKey,
    json_answer,
    make_activity,
    make_token,
)

CHECKS = ActivityChecks(
    tenant_allowed=lambda tenant_id: tenant_id == TENANT_ID,
    service_hosts=AllowedHosts(TEAMS_SERVICE_HOSTS),
)


@pytest.fixture
def authenticator(door, time):
    keys = SigningKeys(door, ticks=time.ticks)
    return JwtAuthenticator(APP_ID, keys, CHECKS, now=time.now)


async def asks(authenticator, header, **changes):
    headers = {} if header is None else {"Authorization": header}
    request = make_mocked_request("POST", "/api/messages", headers=headers)
    return await authenticator.authenticate(request, read_activity(make_activity(**changes)))


async def test_a_good_token_names_the_caller(authenticator, token):
    assert await asks(authenticator, f"Bearer {token()}") == Caller(TENANT_ID, ADA)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer garbage",
        "Bearer a.b.c",
        "Bearer é.b.c",
        "Bearer " + base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=") + ".e30.x",
        "Bearer " + base64.urlsafe_b64encode(b'{"alg":{},"kid":"today"}').decode() + ".e30.x",
    ],
)
async def test_no_token_at_all_is_refused(authenticator, header):
    with pytest.raises(Unauthenticated):
        await asks(authenticator, header)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-bot"},
        {"aud": [APP_ID, "another-bot"]},
        {"aud": ""},
        {"iss": "https://sts.windows.net/x/"},
        {"iss": ["https://api.botframework.com"]},
        {"serviceurl": "https://smba.trafficmanager.net/amer/"},
        {"serviceurl": None},
        {"serviceurl": {"a": 1}},
        {"exp": True},
        {"exp": "tomorrow"},
        {"nbf": None},
        {"kid": None},
        {"kid": "unknown"},
        *({"leave_out": claim} for claim in ("iss", "aud", "exp", "nbf", "serviceurl")),
    ],
)
async def test_a_token_wrong_in_one_way_is_refused(authenticator, token, changes):
    with pytest.raises(Unauthenticated):
        await asks(authenticator, f"Bearer {token(**changes)}")


async def test_a_token_ends_five_minutes_after_its_time(authenticator, token, time):
    now = int(time.now().timestamp())
    just = token(exp=now - SKEW + 1)
    over = token(exp=now - SKEW)

    await asks(authenticator, f"Bearer {just}")
    with pytest.raises(Unauthenticated):
        await asks(authenticator, f"Bearer {over}")


async def test_a_token_begins_five_minutes_before_its_time(authenticator, token, time):
    now = int(time.now().timestamp())

    await asks(authenticator, f"Bearer {token(nbf=now + SKEW)}")
    with pytest.raises(Unauthenticated):
        await asks(authenticator, f"Bearer {token(nbf=now + SKEW + 1)}")


async def test_a_signature_of_somebody_elses_is_refused(authenticator, time):
    forger = TestKey("today", rsa.generate_private_key(public_exponent=65537, key_size=2048))

    with pytest.raises(Unauthenticated):
        await asks(authenticator, f"Bearer {make_token(forger, time.now())}")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_only_rs256_counts(authenticator, token, algorithm):
    claims = jwt.decode(token(), options={"verify_signature": False})
    secret = None if algorithm == "none" else "s" * 64
    forged = jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": "today"})

    with pytest.raises(Unauthenticated):
        await asks(authenticator, f"Bearer {forged}")


@pytest.mark.parametrize("endorsements", [[], ["webchat", "directline"]])
async def test_a_key_that_may_not_sign_for_teams_is_refused(
    authenticator, door, key, token, endorsements
):
    door.on(KEYS_URL, json_answer({"keys": [key.jwk(endorsements)]}))

    with pytest.raises(Unauthenticated):
        await asks(authenticator, f"Bearer {token()}")


@pytest.mark.parametrize(
    "changes",
    [
        {"channelId": None},
        {"channelId": "webchat"},
        {"serviceUrl": None},
        {"serviceUrl": ""},
        {"channelData": None},
        {"channelData": "text"},
        {"channelData": {"tenant": None}},
        {"channelData": {"tenant": {"id": ""}}},
        {"channelData": {"tenant": {"id": "another"}}},
        {"conversation": {"id": "a:1", "tenantId": "another"}},
        {"from": None},
        {"from": {"id": "29:x"}},
        {"from": {"id": "29:x", "aadObjectId": ""}, "type": "invoke"},
    ],
)
async def test_an_activity_that_does_not_say_who_and_where_is_refused(
    authenticator, token, changes
):
    with pytest.raises(Unauthenticated):
        await asks(authenticator, f"Bearer {token()}", **changes)


@pytest.mark.parametrize(
    "service_url",
    [
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evil.example/",
        "https://graph.microsoft.com/",
        "https://a:b@smba.trafficmanager.net/",
        "http://127.0.0.1:3979/",
        "not a url",
    ],
)
async def test_a_service_url_off_the_list_is_refused_even_if_signed(
    authenticator, token, service_url
):
    signed = token(serviceurl=service_url)

    with pytest.raises(Unauthenticated):
        await asks(authenticator, f"Bearer {signed}", serviceUrl=service_url)


async def test_an_event_of_nobodys_is_taken(authenticator, token):
    caller = await asks(
        authenticator, f"Bearer {token()}", type="conversationUpdate", **{"from": {"id": "29:x"}}
    )

    assert caller == Caller(TENANT_ID, None)


async def test_a_known_token_is_not_verified_again_but_its_service_url_is(
    authenticator, token, monkeypatch
):
    header = f"Bearer {token()}"
    await asks(authenticator, header)
    monkeypatch.setattr(jwt, "decode", None)

    await asks(authenticator, header)
    with pytest.raises(Unauthenticated):
        await asks(authenticator, header, serviceUrl="https://smba.trafficmanager.net/amer/")


async def test_a_known_token_still_expires(authenticator, token, time):
    header = f"Bearer {token()}"
    await asks(authenticator, header)
    time.seconds += 3600 + SKEW

    with pytest.raises(Unauthenticated):
        await asks(authenticator, header)


async def test_a_known_token_is_void_when_its_key_is_withdrawn(
    authenticator, token, door, keys, time
):
    header = f"Bearer {token(exp=int(time.now().timestamp()) + 3600)}"
    await asks(authenticator, header)
    door.on(KEYS_URL, json_answer({"keys": [keys[1].jwk()]}))
    time.seconds += PAUSE
    await asks(authenticator, f"Bearer {make_token(keys[1], time.now())}")

    with pytest.raises(Unauthenticated):
        await asks(authenticator, header)


async def test_remembered_tokens_are_bounded(authenticator, token):
    for number in range(3):
        authenticator._verified = dict.fromkeys(
            (bytes([index % 256, index // 256]) for index in range(REMEMBERED)), None
        )
        await asks(authenticator, f"Bearer {token(jti=str(number))}")

        assert len(authenticator._verified) == REMEMBERED


async def test_without_keys_the_answer_is_not_a_refusal(authenticator, token, door):
    door.on("openidconfiguration", Unreachable("connect", sent=False))

    with pytest.raises(KeysUnavailable):
        await asks(authenticator, f"Bearer {token()}")


@pytest.mark.parametrize("app_id", ["", " "])
def test_an_empty_app_id_does_not_start(door, app_id):
    with pytest.raises(ConfigError):
        JwtAuthenticator(app_id, SigningKeys(door), CHECKS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode() + ".e30.x"))
async def test_any_header_is_refused_and_nothing_worse(authenticator, text):
    with pytest.raises(Unauthenticated):
        await authenticator._proof(text) if text.isascii() else await asks(authenticator, None)


def test_the_service_url_of_the_fakes_is_allowed():
    assert CHECKS.service_hosts.allows(SERVICE_URL)
