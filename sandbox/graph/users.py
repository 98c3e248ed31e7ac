"""People and mailboxes of the directory: `/me`, `/users/{id}`, `/users?$filter=mail eq …`."""

from __future__ import annotations

import re

from sandbox.graph.access import Access
from sandbox.graph.protocol import (
    GraphAnswer,
    GraphFailure,
    GraphRequest,
    Json,
    Routes,
    bad_request,
)
from sandbox.graph.shapes import chosen
from sandbox.mail.store import MailStore
from sandbox.tenant import Tenant, User

_BY_ADDRESS = re.compile(
    r"^\s*(?:mail|userPrincipalName)\s+eq\s+'((?:[^']|'')*)'\s*$", re.IGNORECASE
)


class UsersApi:
    def __init__(self, tenant: Tenant, access: Access, mail: MailStore) -> None:
        self._tenant = tenant
        self._access = access
        self._mail = mail

    def add_to(self, routes: Routes) -> None:
        routes.add("GET", "users", self.list)
        routes.add("GET", "users/{name}", self.get)

    async def get(self, request: GraphRequest, name: str) -> GraphAnswer:
        """By object id or address, shared mailboxes included."""
        found = self._find(name)
        self._access.may_see_user(request, found["id"] if found else None)
        if found is None:
            message = f"Resource '{name}' does not exist or one of its queried reference-property"
            raise GraphFailure(
                404, "Request_ResourceNotFound", f"{message} objects are not present."
            )
        context = f"{request.root}/$metadata#users/$entity"
        return GraphAnswer(body={"@odata.context": context, **chosen(found, _select(request))})

    async def list(self, request: GraphRequest) -> GraphAnswer:
        """Only with a filter by address."""
        self._access.may_see_user(request, None)
        wanted = _BY_ADDRESS.match(request.query.get("filter", ""))
        if wanted is None:
            raise bad_request("Unsupported or invalid query filter.", "Request_UnsupportedQuery")
        found = self._find(wanted.group(1).replace("''", "'"))
        rows = [chosen(found, _select(request))] if found else []
        context = f"{request.root}/$metadata#users"
        return GraphAnswer(body={"@odata.context": context, "value": rows})

    def _find(self, name: str) -> Json | None:
        user = self._tenant.users.get(name) or self._tenant.user_by_email(name)
        if user:
            return _user_json(user)
        address = name.lower()
        for known, object_id in self._tenant.shared_mailboxes.items():
            if address == known or name == object_id:
                mailbox = self._mail.mailbox(known)
                shown = mailbox.name if mailbox else known
                return _json(object_id, shown, None, None, known)
        return None


def _user_json(user: User) -> Json:
    surname = user.name.removeprefix(user.given_name).strip() or None
    return _json(user.id, user.name, user.given_name, surname, user.email)


def _json(id_: str, name: str, given: str | None, surname: str | None, address: str) -> Json:
    return {
        "id": id_,
        "displayName": name,
        "givenName": given,
        "surname": surname,
        "mail": address,
        "userPrincipalName": address,
        "jobTitle": None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "businessPhones": [],
    }


def _select(request: GraphRequest) -> tuple[str, ...] | None:
    names = tuple(one.strip() for one in request.query.get("select", "").split(",") if one.strip())
    return names or None
