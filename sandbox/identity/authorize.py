"""The authorize endpoint: choose an account, consent, and go back to the app with a code."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from core.clock import Clock
from sandbox.identity import pages
from sandbox.identity.answers import form_fields, html, refused, send_back, send_error
from sandbox.identity.codes import CodeGrant, Codes
from sandbox.identity.errors import EntraError, declined, required
from sandbox.identity.ledger import Ledger
from sandbox.identity.registrations import check_redirect, check_tenant, find_app
from sandbox.identity.scopes import delegated_scopes, wording
from sandbox.tenant import App, Tenant, User

ANY_TENANT = ("organizations", "common")


class Authorize:
    """Stateless between its pages: the request travels on in hidden fields, checked each time."""

    def __init__(self, tenant: Tenant, codes: Codes, ledger: Ledger, now: Clock) -> None:
        self._tenant = tenant
        self._codes = codes
        self._ledger = ledger
        self._now = now

    async def show(self, request: web.Request) -> web.Response:
        return self._answer(request.match_info["tenant"], dict(request.query), {})

    async def submit(self, request: web.Request) -> web.Response:
        """A person's choice, or an app that sends its request by POST."""
        posted = await form_fields(request)
        choice = {name: posted.pop(name, "") for name in ("user", "decision")}
        return self._answer(request.match_info["tenant"], {**request.query, **posted}, choice)

    def _answer(
        self, segment: str, fields: dict[str, str], choice: Mapping[str, str]
    ) -> web.Response:
        try:
            check_tenant(self._tenant, segment, ANY_TENANT)
            app = find_app(self._tenant, required(fields, "client_id"))
            check_redirect(app, required(fields, "redirect_uri"))
        except EntraError as refusal:
            return refused(refusal)
        try:
            return self._sign_in(app, fields, choice)
        except EntraError as refusal:
            return send_error(fields, refusal, self._now)

    def _sign_in(self, app: App, fields: dict[str, str], choice: Mapping[str, str]) -> web.Response:
        scopes = _check_request(fields)
        decision = choice.get("decision")
        if decision == "cancel":
            raise declined()
        user = self._tenant.users.get(choice.get("user", ""))
        if user is None:
            if fields.get("prompt") == "none":
                raise EntraError(
                    50058,
                    "login_required",
                    "A silent sign-in request was sent but no user is signed in.",
                )
            return html(pages.picker(app.name, self._tenant.users.values(), fields))
        missing = scopes - self._ledger.consented(user.id, app.client_id)
        if decision == "accept":
            self._ledger.consent(user.id, app.client_id, scopes)
        elif missing or fields.get("prompt") == "consent":
            wishes = [(name, wording(name)) for name in sorted(scopes)]
            page = pages.consent("Permissions requested", app.name, user, wishes, fields)
            return html(page)
        return send_back(fields, {"code": self._codes.issue(_grant(user, app, scopes, fields))})


def _check_request(fields: Mapping[str, str]) -> set[str]:
    """The scopes of a request that is well-formed; raises EntraError."""
    if fields.get("response_type") != "code":
        raise EntraError(
            700054,
            "unsupported_response_type",
            f"response_type '{fields.get('response_type', '')}' is not enabled for the"
            " application.",
        )
    if fields.get("response_mode", "query") not in ("query", "form_post", "fragment"):
        raise EntraError(900145, "invalid_request", "The response_mode is not supported.")
    if fields.get("code_challenge") and fields.get("code_challenge_method") != "S256":
        raise EntraError(50149, "invalid_request", "Invalid Code_Challenge_method parameter.")
    scopes = delegated_scopes(required(fields, "scope"))
    if not scopes:
        raise EntraError(900144, "invalid_request", "The request must contain a 'scope'.")
    return scopes


def _grant(user: User, app: App, scopes: set[str], fields: Mapping[str, str]) -> CodeGrant:
    return CodeGrant(
        user_id=user.id,
        client_id=app.client_id,
        redirect_uri=fields["redirect_uri"],
        scopes=frozenset(scopes),
        nonce=fields.get("nonce", ""),
        challenge=fields.get("code_challenge", ""),
    )
