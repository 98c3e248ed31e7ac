"""What people and administrators granted, and what was taken back; a restart remembers it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.certificates import write_private
from sandbox.tenant import App, RoleAssignment, Tenant


class Ledger:
    """Writes consents into the tenant and keeps them in `granted.json` in the folder.

    A person's *session* is a number that grows with each revocation: a refresh token of an
    earlier session is dead, as tokens older than Entra's TokensValidFrom are.
    """

    def __init__(self, tenant: Tenant, folder: Path) -> None:
        self._tenant = tenant
        self._file = folder / "granted.json"
        self._sessions: dict[str, int] = {}
        self._access_from: dict[str, int] = {}
        if self._file.exists():
            self._load(json.loads(self._file.read_text()))

    def consented(self, user_id: str, client_id: str) -> set[str]:
        return self._tenant.user_consents.get((user_id, client_id), set())

    def consent(self, user_id: str, client_id: str, scopes: Iterable[str]) -> None:
        """A person accepts: the scopes add up, and the app gets its service principal."""
        self._tenant.user_consents.setdefault((user_id, client_id), set()).update(scopes)
        self._tenant.service_principals.add(client_id)
        self.save()

    def consent_for_all(self, app: App, scopes: Iterable[str]) -> None:
        """An administrator accepts: declared roles, and delegated scopes for everyone."""
        self._tenant.service_principals.add(app.client_id)
        self._tenant.entra_roles.setdefault(app.client_id, set()).update(app.declared_roles)
        wanted = set(scopes)
        for user_id in self._tenant.users if wanted else ():
            self._tenant.user_consents.setdefault((user_id, app.client_id), set()).update(wanted)
        self.save()

    def assign_role(self, client_id: str, role: str, mailboxes: Iterable[str]) -> None:
        self._tenant.assign_role(client_id, role, mailboxes)
        self.save()

    def session(self, user_id: str) -> int:
        return self._sessions.get(user_id, 0)

    def access_allowed(self, user_id: str, session: int) -> bool:
        return session >= self._access_from.get(user_id, 0)

    def revoke(self, user_id: str, *, access_tokens: bool = False) -> None:
        """End a person's refresh tokens, as a password reset does.

        Access tokens live on until they expire, unless `access_tokens` ends them too, which is
        what continuous access evaluation does.
        """
        self._sessions[user_id] = self.session(user_id) + 1
        if access_tokens:
            self._access_from[user_id] = self._sessions[user_id]
        self.save()

    def save(self) -> None:
        tenant = self._tenant
        state = {
            "service_principals": sorted(tenant.service_principals),
            "entra_roles": {key: sorted(roles) for key, roles in tenant.entra_roles.items()},
            "role_assignments": [
                [given.client_id, given.role, sorted(given.mailboxes), str(given.effective_at)]
                for given in tenant.role_assignments
            ],
            "user_consents": [
                [user_id, client_id, sorted(scopes)]
                for (user_id, client_id), scopes in tenant.user_consents.items()
            ],
            "sessions": self._sessions,
            "access_from": self._access_from,
        }
        write_private(self._file, json.dumps(state, indent=1).encode())

    def _load(self, state: dict[str, Any]) -> None:
        tenant = self._tenant
        tenant.service_principals.update(state["service_principals"])
        for client_id, roles in state["entra_roles"].items():
            tenant.entra_roles.setdefault(client_id, set()).update(roles)
        for client_id, role, mailboxes, effective_at in state["role_assignments"]:
            given = RoleAssignment(
                client_id, role, frozenset(mailboxes), datetime.fromisoformat(effective_at)
            )
            if given not in tenant.role_assignments:
                tenant.role_assignments.append(given)
        for user_id, client_id, scopes in state["user_consents"]:
            tenant.user_consents.setdefault((user_id, client_id), set()).update(scopes)
        self._sessions = state["sessions"]
        self._access_from = state["access_from"]
