import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest

from core import transactions
from core.errors import GraphAuthFailed, GraphError, InvalidInput
from core.graph.http import make_sign_in_http
from core.graph.sign_in import SignIn
from core.graph.token import AppTokens, UserTokens
from core.outgoing import AllowedHosts, HostNotAllowed
from core.transactions import OutsideCallInTransaction

LOGIN = "https://login.microsoftonline.com"
REDIRECT = "https://bot.example/consent"
SCOPES = ["Mail.ReadBasic.Shared"]


class Entra:
    """Plays the sign-in service: metadata, and a token endpoint that says what it is told to."""

    def __init__(self) -> None:
        self.discoveries = 0
        self.posts: list[dict[str, str]] = []
        self.threads: set[str] = set()
        self.failure: httpx.Response | Exception | None = None
        self.claims: dict[str, object] = {"oid": "ada", "tid": "t1", "aud": "app", "wids": ["r"]}
        self.scope = "openid profile https://graph.microsoft.com/Mail.ReadBasic.Shared"
        self.expires_in = 3_600
        self.nonce = ""
        self.token_host = LOGIN

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.threads.add(threading.current_thread().name)
        if request.method == "GET":
            self.discoveries += 1
            if "unknown" in request.url.path:
                return httpx.Response(400, json={"error": "invalid_tenant"})
            tenant = request.url.path.split("/")[1]
            return httpx.Response(
                200,
                json={
                    "issuer": f"{LOGIN}/{tenant}/v2.0",
                    "authorization_endpoint": f"{LOGIN}/{tenant}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{self.token_host}/{tenant}/oauth2/v2.0/token",
                },
            )
        self.posts.append({k: v[0] for k, v in parse_qs(request.content.decode()).items()})
        if isinstance(self.failure, Exception):
            raise self.failure
        if self.failure is not None:
            return self.failure
        number = len(self.posts)
        answer = {"token_type": "Bearer", "expires_in": self.expires_in, "scope": self.scope}
        answer["access_token"] = f"token-{number}"
        if self.posts[-1]["grant_type"] != "client_credentials":
            answer["refresh_token"] = f"refresh-{number}"
            answer["id_token"] = unsigned(self.claims | {"nonce": self.nonce, "sub": "s"})
            answer["client_info"] = encoded({"uid": "ada", "utid": "t1"})
        return httpx.Response(200, json=answer)

    def refuse(self, code: str, status: int = 400) -> None:
        text = {"error": code, "error_description": "AADSTS50076: ada@contoso.example must …"}
        self.failure = httpx.Response(status, json=text)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned(claims: dict[str, object]) -> str:
    return f"{encoded({'alg': 'none'})}.{encoded(claims)}.x"


@pytest.fixture
def entra() -> Entra:
    return Entra()


@pytest.fixture
def sign_in(entra: Entra) -> Iterator[SignIn]:
    http = make_sign_in_http(AllowedHosts(), transport=httpx.MockTransport(entra))
    sign_in = SignIn("app", "secret", http)
    yield sign_in
    sign_in.close()


async def test_the_app_gets_a_token_for_the_tenant_off_the_event_loop(sign_in, entra):
    token = await AppTokens(sign_in).get("t1")

    assert token == "token-1"
    assert entra.posts[0]["grant_type"] == "client_credentials"
    assert entra.posts[0]["scope"] == "https://graph.microsoft.com/.default"
    assert threading.main_thread().name not in entra.threads


async def test_a_token_is_kept_and_asked_for_once_however_many_wait(sign_in, entra):
    tokens = AppTokens(sign_in)

    found = await asyncio.gather(*[tokens.get("t1") for _ in range(10)])

    assert set(found) == {"token-1"}
    assert len(entra.posts) == 1
    assert entra.discoveries == 1


async def test_a_token_near_its_end_is_not_handed_out(sign_in, entra):
    now = 1_000.0
    tokens = AppTokens(sign_in, monotonic=lambda: now)
    entra.expires_in = 200

    await tokens.get("t1")
    now += 1

    assert await tokens.get("t1") == "token-2"


async def test_a_refused_token_is_replaced_once_for_all_who_saw_it_refused(sign_in, entra):
    source = AppTokens(sign_in).source("t1")
    old = await source()

    found = await asyncio.gather(*[source(refused=old) for _ in range(4)])

    assert set(found) == {"token-2"}
    assert len(entra.posts) == 2


async def test_tenants_do_not_share_tokens(sign_in, entra):
    tokens = AppTokens(sign_in)

    assert await tokens.get("t1") != await tokens.get("t2")


@pytest.mark.parametrize("code", ["invalid_client", "unauthorized_client", "consent_required"])
async def test_a_refusal_needs_a_person_and_keeps_its_code_alone(sign_in, entra, code):
    entra.refuse(code, 401 if code == "invalid_client" else 400)

    with pytest.raises(GraphAuthFailed) as caught:
        await AppTokens(sign_in).get("t1")

    assert caught.value.code == code
    assert "ada" not in str(caught.value)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (httpx.ConnectError("no route"), "sign_in_unreachable"),
        (httpx.ReadTimeout("slow"), "sign_in_unreachable"),
        (httpx.Response(503), "sign_in_failed"),
        (httpx.Response(400, json={"error": "temporarily_unavailable"}), "temporarily_unavailable"),
    ],
)
async def test_an_outage_is_not_a_loss_of_consent(sign_in, entra, failure, code):
    entra.failure = failure

    with pytest.raises(GraphError) as caught:
        await AppTokens(sign_in).get("t1")

    assert type(caught.value) is GraphError
    assert caught.value.code == code


@pytest.mark.parametrize("tenant", ["", "..", "a/b", "t?x=1", "unknown"])
async def test_a_tenant_that_cannot_be_is_refused(sign_in, entra, tenant):
    with pytest.raises(GraphAuthFailed):
        await AppTokens(sign_in).get(tenant)

    assert entra.posts == []


async def test_the_secret_goes_to_no_host_off_the_list(sign_in, entra):
    entra.token_host = "https://evil.example"

    with pytest.raises(HostNotAllowed):
        await AppTokens(sign_in).get("t1")

    assert entra.posts == []


async def test_a_sign_in_that_hangs_is_given_up(entra):
    hanging = threading.Event()

    def wait(request: httpx.Request) -> httpx.Response:
        hanging.wait(30)
        return entra(request)

    http = make_sign_in_http(AllowedHosts(), transport=httpx.MockTransport(wait))
    sign_in = SignIn("app", "secret", http, patience=0.01)
    try:
        with pytest.raises(GraphError) as caught:
            await AppTokens(sign_in).get("t1")
    finally:
        hanging.set()
        sign_in.close()

    assert caught.value.code == "sign_in_timeout"


async def test_no_token_is_asked_for_while_a_transaction_is_open(sign_in, entra):
    mark = transactions._open.set([])
    try:
        with pytest.raises(OutsideCallInTransaction):
            await AppTokens(sign_in).get("t1")
    finally:
        transactions._open.reset(mark)


async def begin(sign_in, entra):
    """A sign-in under way whose flow went through storage, and its callback's fields."""
    flow = await UserTokens(sign_in).begin(SCOPES, REDIRECT, "t1")
    query = parse_qs(urlsplit(flow["auth_uri"]).query)
    entra.nonce = query["nonce"][0]
    return orjson.loads(orjson.dumps(flow)), {"code": "c", "state": flow["state"]}


async def test_a_sign_in_uses_pkce_and_brings_its_answer_in_a_form(sign_in, entra):
    flow = await UserTokens(sign_in).begin(SCOPES, REDIRECT, "t1")

    query = parse_qs(urlsplit(flow["auth_uri"]).query)
    assert flow["auth_uri"].startswith(f"{LOGIN}/t1/oauth2/v2.0/authorize?")
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_mode"] == ["form_post"]
    assert query["redirect_uri"] == [REDIRECT]
    assert set(query["scope"][0].split()) == {*SCOPES, "openid", "profile", "offline_access"}


async def test_a_code_is_redeemed_for_a_persons_grant(sign_in, entra):
    flow, answer = await begin(sign_in, entra)

    signed_in = await UserTokens(sign_in).redeem(flow, answer)

    assert (signed_in.object_id, signed_in.tenant_id) == ("ada", "t1")
    assert signed_in.role_ids == {"r"}
    assert signed_in.scopes == {"openid", "profile", "Mail.ReadBasic.Shared"}
    assert entra.posts[0]["code_verifier"] == flow["code_verifier"]
    assert "refresh" not in repr(signed_in)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"code": "c"},
        {"code": "c", "state": "another"},
        {"code": "c", "state": ""},
        {"client_info": "NQ", "code": "c", "state": "another"},
    ],
)
async def test_an_answer_to_another_sign_in_is_refused(sign_in, entra, answer):
    flow, _ = await begin(sign_in, entra)

    with pytest.raises(InvalidInput) as caught:
        await UserTokens(sign_in).redeem(flow, answer)

    assert caught.value.field == "state"
    assert entra.posts == []


async def test_an_answer_without_code_or_error_is_refused(sign_in, entra):
    flow, answer = await begin(sign_in, entra)

    with pytest.raises(InvalidInput):
        await UserTokens(sign_in).redeem(flow, {"state": answer["state"]})


async def test_a_token_for_another_sign_in_is_refused(sign_in, entra):
    flow, answer = await begin(sign_in, entra)
    entra.nonce = "another"

    with pytest.raises(InvalidInput):
        await UserTokens(sign_in).redeem(flow, answer)


@pytest.mark.parametrize("changes", [{"aud": "another"}, {"oid": None}, {"tid": ""}])
async def test_a_token_that_names_nobody_is_refused(sign_in, entra, changes):
    flow, answer = await begin(sign_in, entra)
    entra.claims |= changes

    with pytest.raises(GraphAuthFailed) as caught:
        await UserTokens(sign_in).redeem(flow, answer)

    assert caught.value.code == "unusable_id_token"


async def test_a_persons_no_keeps_its_code_alone(sign_in, entra):
    flow, answer = await begin(sign_in, entra)
    no = {"state": answer["state"], "error": "access_denied", "error_description": "ada said no"}

    with pytest.raises(GraphAuthFailed) as caught:
        await UserTokens(sign_in).redeem(flow, no)

    assert caught.value.code == "access_denied"
    assert "ada" not in str(caught.value)


async def test_what_a_browser_adds_to_an_answer_does_no_harm(sign_in, entra):
    flow, answer = await begin(sign_in, entra)

    signed_in = await UserTokens(sign_in).redeem(flow, answer | {"client_info": encoded(5)})

    assert signed_in.object_id == "ada"


async def grant(sign_in, entra):
    flow, answer = await begin(sign_in, entra)
    return (await UserTokens(sign_in).redeem(flow, answer)).cache


async def test_a_grant_gives_its_token_without_asking_again(sign_in, entra):
    entra.scope = "Mail.ReadBasic.Shared"
    cache = await grant(sign_in, entra)

    assert await UserTokens(sign_in).get(cache, SCOPES, "t1") == ("token-1", None)

    assert len(entra.posts) == 1
    assert entra.discoveries == 1


async def test_a_refused_token_is_renewed_and_the_cache_given_back(sign_in, entra):
    cache = await grant(sign_in, entra)
    users = UserTokens(sign_in)
    entra.scope = "Mail.ReadBasic.Shared"

    token, changed = await users.get(cache, SCOPES, "t1", refused="token-1")

    assert token == "token-2"
    assert entra.posts[-1]["refresh_token"] == "refresh-1"
    assert changed is not None
    assert await users.get(changed, SCOPES, "t1") == ("token-2", None)


async def test_grants_do_not_see_each_others_tokens(sign_in, entra):
    entra.scope = "Mail.ReadBasic.Shared"
    first, second = await grant(sign_in, entra), await grant(sign_in, entra)
    users = UserTokens(sign_in)

    assert await users.get(first, SCOPES, "t1") == ("token-1", None)
    assert await users.get(second, SCOPES, "t1") == ("token-2", None)


@pytest.mark.parametrize("code", ["invalid_grant", "interaction_required"])
async def test_a_dead_grant_needs_its_person(sign_in, entra, code):
    cache = await grant(sign_in, entra)
    entra.refuse(code)

    with pytest.raises(GraphAuthFailed) as caught:
        await UserTokens(sign_in).get(cache, SCOPES, "t1", refused="token-1")

    assert caught.value.code == code


@pytest.mark.parametrize("cache", ["", "{}", "not json"])
async def test_a_cache_without_a_person_needs_one(sign_in, cache):
    with pytest.raises(GraphAuthFailed):
        await UserTokens(sign_in).get(cache, SCOPES, "t1")


async def test_a_stranger_cannot_learn_the_state_from_the_error(sign_in, entra):
    flow, _ = await begin(sign_in, entra)

    with pytest.raises(InvalidInput) as caught:
        await UserTokens(sign_in).redeem(flow, {"code": "c", "state": "guess"})

    assert flow["state"] not in str(caught.value)
    assert caught.value.__cause__ is None
