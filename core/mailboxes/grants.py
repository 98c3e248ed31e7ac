"""What a grant means: two facts, each with who keeps it, and what must be asked for.

*Which mailboxes* and *what content* are kept either by Microsoft, which then refuses, or by
Postroom, which then promises. Words are codes; `dialogs` has the sentences.
"""

from __future__ import annotations

from enum import StrEnum

from core.graph.access import Right, rights_of
from core.mailboxes.models import Grant, GrantKind
from core.mailboxes.views import FactView

APPLICATION = "Mail.ReadBasic"
"""Exchange's role `Application Mail.ReadBasic` on named mailboxes. Entra grants nothing."""

NARROW = "Mail.ReadBasic.Shared"
"""Headers of mailboxes the person may open. Microsoft then withholds every body."""

WIDER = "Mail.Read.Shared"
"""Bodies too: asked for only after an admin has said yes to that."""


class Keeper(StrEnum):
    MICROSOFT = "microsoft"
    POSTROOM = "postroom"


def scopes_asked(kind: GrantKind, *, wider: bool = False) -> str:
    if kind is GrantKind.APPLICATION:
        return APPLICATION
    return WIDER if wider else NARROW


def reads_bodies(scopes: str) -> bool:
    return Right.BODIES in rights_of(scopes.split())


def goes_beyond(granted: str, asked: str) -> bool:
    """Whether a token can do what nobody said yes to."""
    return bool(rights_of(granted.split()) - rights_of(asked.split()))


def facts_promised(kind: GrantKind, *, wider: bool = False) -> tuple[FactView, FactView]:
    """The two facts as they are shown before consent; a probe has yet to prove the first kind."""
    return _facts(kind, kind is GrantKind.APPLICATION, not wider)


def facts_of(grant: Grant, *, in_flight: bool = False) -> tuple[FactView, FactView]:
    """The two facts as the probes found them; `in_flight`: rules may look into bodies."""
    return facts_with(
        grant.kind,
        mailboxes=grant.mailboxes_enforced,
        content=grant.content_enforced,
        in_flight=in_flight,
    )


def facts_with(
    kind: GrantKind, *, mailboxes: bool, content: bool, in_flight: bool
) -> tuple[FactView, FactView]:
    named, told = _facts(kind, mailboxes, content)
    if in_flight and not content:
        told = FactView("content", Keeper.POSTROOM, "bodies_in_flight")
    return named, told


def also_reaches(kind: GrantKind, *, enforced: bool) -> tuple[str, ...]:
    """What the token could open besides this mailbox, were it not for Postroom's promise."""
    if kind is GrantKind.DELEGATED:
        return ("own_mailbox", "mailboxes_shared_with_them")
    return () if enforced else ("all_mailboxes",)


def to_undo(kind: GrantKind) -> str:
    """What is left for a person to take back at Microsoft, where Postroom has no say."""
    return "remove_role_assignment" if kind is GrantKind.APPLICATION else "remove_app_consent"


def _facts(kind: GrantKind, mailboxes: bool, content: bool) -> tuple[FactView, FactView]:
    only = mailboxes and kind is GrantKind.APPLICATION
    return (
        FactView("mailboxes", _keeper(only), "only_named" if only else "all_the_token_opens"),
        FactView("content", _keeper(content), "headers_only" if content else "bodies_unread"),
    )


def _keeper(enforced: bool) -> str:
    return Keeper.MICROSOFT if enforced else Keeper.POSTROOM
