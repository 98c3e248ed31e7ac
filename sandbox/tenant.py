"""The directory of the sandbox's one Microsoft 365 tenant: people, mailboxes, apps and rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class User:
    """A person of the tenant. `full_access` names the shared mailboxes they may open."""

    id: str
    """Entra object id."""
    name: str
    given_name: str
    email: str
    teams_id: str
    """The bot-scoped Teams id, `29:…`."""
    is_tenant_admin: bool = False
    full_access: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """An Exchange RBAC-for-Applications assignment: a role on named mailboxes, from a moment on."""

    client_id: str
    role: str
    """For example `Application Mail.ReadBasic`."""
    mailboxes: frozenset[str]
    effective_at: datetime


@dataclass(slots=True)
class App:
    """An app registration and, once consented, its service principal."""

    client_id: str
    secret: str
    redirect_uris: set[str] = field(default_factory=set)
    """Empty means any loopback redirect is taken."""
    declared_roles: set[str] = field(default_factory=set)
    """Application roles that admin consent would grant tenant-wide in Entra."""


@dataclass(slots=True)
class Tenant:
    """All the rights that sign-in hands out and Graph checks. Addresses are lower case."""

    id: str
    domain: str
    users: dict[str, User] = field(default_factory=dict)
    """By Entra object id."""
    shared_mailboxes: dict[str, str] = field(default_factory=dict)
    """Address to Entra object id of the mailbox."""
    apps: dict[str, App] = field(default_factory=dict)
    service_principals: set[str] = field(default_factory=set)
    """Client ids that an administrator has consented to."""
    entra_roles: dict[str, set[str]] = field(default_factory=dict)
    """Client id to application roles granted tenant-wide; they add up with RBAC."""
    role_assignments: list[RoleAssignment] = field(default_factory=list)
    user_consents: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """(user id, client id) to delegated scopes."""
    rbac_delay: timedelta = timedelta(0)
    """How long a new role assignment takes to spread (30 minutes to 2 hours in reality)."""
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def user_by_email(self, email: str) -> User | None:
        wanted = email.lower()
        return next((user for user in self.users.values() if user.email == wanted), None)

    def assign_role(self, client_id: str, role: str, mailboxes: Iterable[str]) -> None:
        """What `New-ManagementRoleAssignment` does: takes effect after `rbac_delay`."""
        names = frozenset(address.lower() for address in mailboxes)
        at = self.now() + self.rbac_delay
        self.role_assignments.append(RoleAssignment(client_id, role, names, at))

    def application_roles(self, client_id: str, mailbox: str) -> set[str]:
        """The roles an app has on a mailbox now: Entra's and Exchange's, added up."""
        granted = set(self.entra_roles.get(client_id, ()))
        for assignment in self.role_assignments:
            if (
                assignment.client_id == client_id
                and mailbox.lower() in assignment.mailboxes
                and assignment.effective_at <= self.now()
            ):
                granted.add(assignment.role.removeprefix("Application "))
        return granted


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a Graph access token speaks for. Without `user_id` it is the application itself."""

    client_id: str
    tenant_id: str
    user_id: str | None
    scopes: frozenset[str]


class InvalidToken(Exception):
    """A bearer token that cannot be honoured; the message is what Graph would say of it."""
