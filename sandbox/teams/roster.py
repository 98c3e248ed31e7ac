"""People as the connector names them: accounts, pages of members, recipients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.teams.refusals import ConnectorRefusal
from sandbox.tenant import Tenant, User

SMALLEST_PAGE, USUAL_PAGE, LARGEST_PAGE = 50, 200, 500


def account(tenant: Tenant, user: User) -> dict[str, Any]:
    """A TeamsChannelAccount. Teams spells the Entra object id both ways."""
    return {
        "id": user.teams_id,
        "aadObjectId": user.id,
        "objectId": user.id,
        "name": user.name,
        "givenName": user.given_name,
        "surname": user.name.removeprefix(user.given_name).strip(),
        "email": user.email,
        "userPrincipalName": user.email,
        "tenantId": tenant.id,
        "userRole": "user",
    }


def member_page(tenant: Tenant, users: list[User], query: Mapping[str, str]) -> dict[str, Any]:
    """One page and, while there is more, a `continuationToken`; sizes are moved into bounds."""
    try:
        size = int(query.get("pageSize", USUAL_PAGE))
        start = int(query.get("continuationToken", "0"), 16)
    except ValueError:
        raise ConnectorRefusal(
            "BadArgument", "pageSize or continuationToken is malformed"
        ) from None
    size = min(max(size, SMALLEST_PAGE), LARGEST_PAGE)
    end = start + size
    page: dict[str, Any] = {"members": [account(tenant, user) for user in users[start:end]]}
    if end < len(users):
        page["continuationToken"] = f"{end:x}"
    return page


def recipient_of(tenant: Tenant, member: Any) -> User:
    """The person a 1:1 chat is asked for: by `29:…` or Entra object id, never by address."""
    wanted = member.get("id") if isinstance(member, dict) else None
    wanted = wanted or (member.get("aadObjectId") if isinstance(member, dict) else None)
    if not isinstance(wanted, str) or "@" in wanted:
        raise ConnectorRefusal("BadSyntax", "Bad format of the member's id")
    for user in tenant.users.values():
        if wanted in (user.id, user.teams_id):
            return user
    raise ConnectorRefusal("MemberNotFoundInConversation", status=400)
