"""The admin consent endpoint: an administrator lets an app into the whole tenant."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from core.clock import Clock
from sandbox.identity import pages
from sandbox.identity.answers import form_fields, html, refused, send_back, send_error
from sandbox.identity.errors import EntraError, declined, required
from sandbox.identity.ledger import Ledger
from sandbox.identity.registrations import check_redirect, check_tenant, find_app
from sandbox.identity.scopes import application_resource, delegated_scopes, wording
from sandbox.tenant import App, Tenant


class AdminConsent:
    """Accepting makes the service principal and grants what the app declares, tenant-wide."""

    def __init__(self, tenant: Tenant, ledger: Ledger, now: Clock) -> None:
        self._tenant = tenant
        self._ledger = ledger
        self._now = now

    async def show(self, request: web.Request) -> web.Response:
        return self._answer(request.match_info["tenant"], dict(request.query), {})

    async def submit(self, request: web.Request) -> web.Response:
        posted = await form_fields(request)
        choice = {name: posted.pop(name, "") for name in ("user", "decision")}
        return self._answer(request.match_info["tenant"], {**request.query, **posted}, choice)

    def _answer(
        self, segment: str, fields: dict[str, str], choice: Mapping[str, str]
    ) -> web.Response:
        try:
            check_tenant(self._tenant, segment, ("organizations",))
            app = find_app(self._tenant, required(fields, "client_id"))
            check_redirect(app, required(fields, "redirect_uri"))
            scopes = _delegated(required(fields, "scope"))
        except EntraError as refusal:
            return refused(refusal)
        decision = choice.get("decision")
        if decision == "cancel":
            return send_error(fields, declined(), self._now)
        user = self._tenant.users.get(choice.get("user", ""))
        if user is None:
            return html(pages.picker(app.name, self._tenant.users.values(), fields))
        if not user.is_tenant_admin:
            return html(
                pages.refused(
                    "Need admin approval",
                    f"AADSTS90094: {app.name} needs permission to access resources in your"
                    " organization that only an admin can grant. Please ask an admin to grant"
                    " permission to this app before you can use it.",
                ),
                403,
            )
        if decision != "accept":
            title = "Permissions requested for your organization"
            return html(pages.consent(title, app.name, user, _wishes(app, scopes), fields))
        self._ledger.consent_for_all(app, scopes)
        answer = {
            "admin_consent": "True",
            "tenant": self._tenant.id,
            "scope": fields["scope"],
        }
        return send_back(fields, answer)


def _delegated(scope: str) -> set[str]:
    """The delegated scopes named one by one; `/.default` stands for what the app declares."""
    words = [word for word in scope.split() if not word.endswith("/.default")]
    for default in set(scope.split()) - set(words):
        application_resource(default)
    return delegated_scopes(" ".join(words))


def _wishes(app: App, scopes: set[str]) -> list[tuple[str, str]]:
    roles = [
        (role, "Use this right on every mailbox of your organization")
        for role in sorted(app.declared_roles)
    ]
    delegated = [(name, f"{wording(name)} (for everyone)") for name in sorted(scopes)]
    presence = ("service principal", "Be known in your organization, without any right of its own")
    return [*roles, *delegated] or [presence]
