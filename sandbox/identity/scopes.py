"""Delegated scopes of Microsoft Graph the sandbox knows, each with the words of its consent."""

from __future__ import annotations

import re

from sandbox.identity.errors import EntraError

GRAPH = "https://graph.microsoft.com"
BOT_FRAMEWORK = "https://api.botframework.com"
_LOOPBACK = re.compile(r"https://(localhost|127\.0\.0\.1)(:\d+)?")

OPENID = {
    "openid": "Sign you in",
    "profile": "View your basic profile",
    "email": "View your email address",
    "offline_access": "Maintain access to data you have given it access to",
}
DELEGATED = {
    "User.Read": "Sign you in and read your profile",
    "User.ReadBasic.All": "Read the basic profiles of all people in your organization",
    "Mail.ReadBasic": "Read your mail, without bodies and attachments",
    "Mail.Read": "Read your mail",
    "Mail.ReadWrite": "Read and write your mail",
    "Mail.Send": "Send mail as you",
    "Mail.ReadBasic.Shared": (
        "Read mail that you can access, your own and shared, without bodies and attachments"
    ),
    "Mail.Read.Shared": "Read mail that you can access, your own and shared, with its contents",
    "Mail.ReadWrite.Shared": "Read and write mail that you can access, your own and shared",
    "Mail.Send.Shared": "Send mail as you or on behalf of others",
    "MailboxSettings.Read": "Read your mailbox settings",
    "MailboxSettings.ReadWrite": "Read and write your mailbox settings",
}
_BY_LOWER_NAME = {name.lower(): name for name in DELEGATED}


def is_graph(resource: str) -> bool:
    """Graph by its own name, or by the loopback address it has here.

    Clients derive the resource from the address they call, as they must in national clouds;
    some leave the port out.
    """
    return resource == GRAPH or _LOOPBACK.fullmatch(resource) is not None


def wording(scope: str) -> str:
    return OPENID.get(scope) or DELEGATED[scope]


def delegated_scopes(text: str) -> set[str]:
    """Split a `scope` parameter into OpenID and Graph scopes, the latter by short name.

    Graph scopes are taken without regard to case, as Entra takes them. Raises EntraError for
    one that Graph does not have: application roles such as Mail.ReadBasic.All are not scopes.
    """
    names: set[str] = set()
    for word in text.split():
        resource, _, last = word.rpartition("/")
        short = last if resource and is_graph(resource) else word
        if word in OPENID:
            names.add(word)
        elif short.lower() in _BY_LOWER_NAME:
            names.add(_BY_LOWER_NAME[short.lower()])
        else:
            raise EntraError(
                650053,
                "invalid_client",
                f"The application asked for scope '{short}' that doesn't exist on the resource"
                " '00000003-0000-0000-c000-000000000000'. Contact the app vendor.",
            )
    return names


def application_resource(text: str) -> str:
    """The resource of a client-credentials `scope`, which is exactly one `{resource}/.default`."""
    resource, slash, rest = text.strip().rpartition("/")
    if not slash or rest != ".default":
        raise EntraError(
            1002012,
            "invalid_scope",
            f"The provided value for scope {text} is not valid. Client credential flows must"
            " have a scope value with /.default suffixed to the resource identifier"
            " (application ID URI).",
        )
    if is_graph(resource):
        return GRAPH
    if resource != BOT_FRAMEWORK:
        raise EntraError(
            500011,
            "invalid_resource",
            f"The resource principal named {resource} was not found in the tenant.",
        )
    return resource
