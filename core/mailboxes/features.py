"""What a mailbox may be allowed beyond headers, and the rights that each takes. No I/O.

Bodies, automatic replies and write-back are consented to one by one, mailbox by mailbox.
What Microsoft granted and what is switched on are two things: Postroom uses of a grant no
more than the features that are on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum

from core.graph.access import Right, rights_of
from core.mailboxes.grants import APPLICATION, NARROW, WIDER
from core.mailboxes.models import GrantKind, Mailbox


class Feature(StrEnum):
    REPLIES = "replies"
    WRITE_BACK = "write_back"
    BODIES = "bodies"


RightLost = Callable[[int, Feature], Awaitable[bool]]
"""Told (mailbox id, feature) when Microsoft refuses; whether the feature is off now."""

FLAGS = {
    Feature.REPLIES: "sends_replies",
    Feature.WRITE_BACK: "writes_back",
    Feature.BODIES: "reads_bodies",
}
"""Columns of Mailbox."""

_PERMISSIONS = {
    Feature.REPLIES: ("Mail.ReadWrite", "Mail.Send"),
    Feature.WRITE_BACK: ("Mail.ReadWrite",),
    Feature.BODIES: ("Mail.Read",),
}
_RIGHTS = {
    Feature.REPLIES: frozenset({Right.WRITE, Right.SEND}),
    Feature.WRITE_BACK: frozenset({Right.WRITE}),
    Feature.BODIES: frozenset({Right.BODIES}),
}


def features_of(mailbox: Mailbox) -> frozenset[Feature]:
    """The ones that are on."""
    return frozenset(feature for feature, flag in FLAGS.items() if getattr(mailbox, flag))


def permissions_of(kind: GrantKind, feature: Feature) -> tuple[str, ...]:
    """Exchange roles (`Application …`) without that word, or delegated scopes."""
    suffix = "" if kind is GrantKind.APPLICATION else ".Shared"
    return tuple(name + suffix for name in _PERMISSIONS[feature])


def missing_permissions(kind: GrantKind, scopes: str, feature: Feature) -> tuple[str, ...]:
    """What the grant does not name yet."""
    held = set(scopes.split())
    return tuple(name for name in permissions_of(kind, feature) if name not in held)


def scopes_with(mailbox: Mailbox, kind: GrantKind, scopes: str, *wanted: Feature) -> str:
    """What reads headers in the mailbox's grant, and the scopes of the features wanted."""
    names = {name for feature in wanted for name in permissions_of(kind, feature)}
    for_headers = _for_headers(kind, scopes, bodies=mailbox.reads_bodies)
    return " ".join([for_headers, *sorted(names - {for_headers})])


def rights_with(features: Iterable[Feature]) -> frozenset[Right]:
    """What may be used of a grant with these features on."""
    return frozenset({Right.HEADERS}).union(*(_RIGHTS[feature] for feature in features))


def lets_read_bodies(scopes: str) -> bool:
    """Whether Microsoft would let a body be read, wanted or not."""
    return Right.BODIES in rights_of(scopes.split())


def _for_headers(kind: GrantKind, scopes: str, *, bodies: bool) -> str:
    """What the mailbox was onboarded with; `bodies`: a feature asked for the wider scope."""
    if kind is GrantKind.APPLICATION:
        return APPLICATION
    held = set(scopes.split())
    only_wider = WIDER in held and not (bodies and NARROW in held)
    return WIDER if only_wider else NARROW
