"""Which caller may do what in which mailbox, as Entra and Exchange decide it together."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.graph.protocol import GraphFailure, GraphRequest
from sandbox.mail.mailbox import Mailbox
from sandbox.mail.store import MailStore
from sandbox.tenant import Tenant, User

_READ_BASIC = frozenset({"basic"})
_READ = _READ_BASIC | {"read"}
_WRITE = _READ | {"write"}
RIGHTS: dict[str, frozenset[str]] = {
    "Mail.ReadBasic": _READ_BASIC,
    "Mail.ReadBasic.All": _READ_BASIC,
    "Mail.Read": _READ,
    "Mail.ReadWrite": _WRITE,
    "Mail.Send": frozenset({"send"}),
    "Mail Full Access": _WRITE | {"send"},
    "MailboxSettings.Read": frozenset({"settings"}),
    "MailboxSettings.ReadWrite": frozenset({"settings", "settings_write"}),
}
"""What a permission lets one do: `basic` (all but contents), `read`, `write`, `send`, settings.

Delegated scopes on another's mailbox bear `.Shared`; MailboxSettings has no such form.
"""
_ALL_USERS = {"User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Directory.Read.All"}
_OWN_PROFILE = {"User.Read", "User.ReadBasic", "User.ReadWrite"}


@dataclass(frozen=True, slots=True)
class OpenMailbox:
    """A mailbox with what this caller may do there."""

    mailbox: Mailbox
    rights: frozenset[str]

    @property
    def basic_only(self) -> bool:
        """Contents are left out, and refused when they are asked for by name."""
        return "read" not in self.rights


class Access:
    """`revoked` holds addresses to which nobody but Exchange itself has access any more."""

    def __init__(self, tenant: Tenant, mail: MailStore) -> None:
        self._tenant = tenant
        self._mail = mail
        self.revoked: set[str] = set()

    def open(self, request: GraphRequest, name: str, need: str) -> OpenMailbox:
        """The mailbox of that address or id. Raises a 403 or 404 GraphFailure."""
        mailbox = self._mail.mailbox(name)
        if mailbox is None:
            raise self._no_mailbox(name)
        rights = self._rights(request, mailbox)
        if need not in rights:
            raise access_denied()
        return OpenMailbox(mailbox, rights)

    def may_see_user(self, request: GraphRequest, user_id: str | None) -> None:
        """Raise a 403 unless the caller may read that person's profile (None: anybody's)."""
        caller = request.caller
        held = caller.scopes if caller.user_id else self._tenant.entra_roles.get(caller.client_id)
        wanted = _ALL_USERS
        if user_id is not None and user_id == caller.user_id:
            wanted = _ALL_USERS | _OWN_PROFILE
        if not wanted & set(held or ()):
            message = "Insufficient privileges to complete the operation."
            raise GraphFailure(403, "Authorization_RequestDenied", message)

    def caller_user(self, request: GraphRequest) -> User | None:
        """The person a delegated token speaks for."""
        user_id = request.caller.user_id
        return self._tenant.users.get(user_id) if user_id else None

    def _rights(self, request: GraphRequest, mailbox: Mailbox) -> frozenset[str]:
        if mailbox.address in self.revoked:
            return frozenset()
        caller = request.caller
        if caller.user_id is None:
            return _add_up(self._tenant.application_roles(caller.client_id, mailbox.address))
        if mailbox.id == caller.user_id:
            return _add_up({scope.removesuffix(".Shared") for scope in caller.scopes})
        user = self._tenant.users.get(caller.user_id)
        if user is None or mailbox.address not in user.full_access:
            return frozenset()
        shared = {scope for scope in caller.scopes if scope.endswith(".Shared")}
        return _add_up({scope.removesuffix(".Shared") for scope in shared})

    def _no_mailbox(self, name: str) -> GraphFailure:
        user = self._tenant.users.get(name) or self._tenant.user_by_email(name)
        if user is not None:
            message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
            return GraphFailure(404, "MailboxNotEnabledForRESTAPI", message)
        return GraphFailure(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")


def access_denied() -> GraphFailure:
    message = "Access is denied. Check credentials and try again."
    return GraphFailure(403, "ErrorAccessDenied", message)


def _add_up(permissions: set[str]) -> frozenset[str]:
    return frozenset().union(*(RIGHTS.get(name, frozenset()) for name in permissions))
