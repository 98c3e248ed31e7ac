"""Control routes: what a test in another process may do to the sandbox, behind a random token."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from sandbox.faults import Faults
from sandbox.identity.ledger import Ledger
from sandbox.tenant import Tenant

Order = Callable[[dict[str, Any]], None]


class Control:
    """POST a JSON object with `Authorization: Bearer <token>`; 204 when done, 400 when not.

    /faults            the arguments of Faults.add
    /revoke            user_id, and access_tokens: true to end those at once
    /rbac-delay        seconds
    /role-assignments  client_id, role, mailboxes
    /full-access       user_id, mailbox, granted
    DELETE /faults clears them; GET /stats counts hits and answers.
    """

    def __init__(self, tenant: Tenant, faults: Faults, ledger: Ledger) -> None:
        self.token = secrets.token_urlsafe(24)
        self._tenant = tenant
        self._faults = faults
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        orders: dict[str, Order] = {
            "faults": self._add_fault,
            "revoke": self._revoke,
            "rbac-delay": self._set_rbac_delay,
            "role-assignments": self._assign_role,
            "full-access": self._set_full_access,
        }
        return [
            *(web.post(f"/_sandbox/{name}", self.obeying(order)) for name, order in orders.items()),
            web.delete("/_sandbox/faults", self._clear_faults),
            web.get("/_sandbox/stats", self._stats),
        ]

    def _add_fault(self, wish: dict[str, Any]) -> None:
        self._faults.add(**wish)

    def _revoke(self, wish: dict[str, Any]) -> None:
        user = self._tenant.users[wish["user_id"]]
        self._ledger.revoke(user.id, access_tokens=wish.get("access_tokens", False))

    def _set_rbac_delay(self, wish: dict[str, Any]) -> None:
        self._tenant.rbac_delay = timedelta(seconds=wish["seconds"])

    def _assign_role(self, wish: dict[str, Any]) -> None:
        self._ledger.assign_role(wish["client_id"], wish["role"], wish["mailboxes"])

    def _set_full_access(self, wish: dict[str, Any]) -> None:
        mailboxes = self._tenant.users[wish["user_id"]].full_access
        change = mailboxes.add if wish["granted"] else mailboxes.discard
        change(wish["mailbox"].lower())

    def obeying(self, order: Order) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The route of an order."""

        async def obey(request: web.Request) -> web.Response:
            self.check(request)
            try:
                order(await request.json())
            except (re.error, AttributeError, KeyError, TypeError, ValueError) as reason:
                return web.json_response({"error": repr(reason)}, status=400)
            return web.Response(status=204)

        return obey

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self.check(request)
        self._faults.clear()
        return web.Response(status=204)

    async def _stats(self, request: web.Request) -> web.Response:
        self.check(request)
        answers = {f"{part} {status}": n for (part, status), n in self._faults.answers.items()}
        return web.json_response({"hits": dict(self._faults.hits), "answers": answers})

    def check(self, request: web.Request) -> None:
        """Raise a 401 without the token."""
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise web.HTTPUnauthorized
