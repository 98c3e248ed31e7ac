"""Tags and assignee as Outlook categories, and back again. No I/O.

`Assigned: <name>` is Postroom's, and so is every category that bears the name of a tag of the
mailbox. All others are somebody else's and are left as they stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

ASSIGNED = "Assigned: "
LONGEST = 255
"""Characters of a category."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What somebody did to a message's categories in Outlook."""

    added: tuple[str, ...]
    """Names that may be tags."""
    removed: tuple[str, ...]
    assigned_to: str | None
    """The name in an `Assigned: …` that was not there before; the last of several."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.assigned_to is not None)


def assigned_category(name: str) -> str:
    """`Lovelace, Ada` is written `Ada Lovelace`: a comma parts two categories in Outlook."""
    last, _, first = name.partition(",")
    words = f"{first} {last}".replace(",", " ").replace(";", " ").split()
    return f"{ASSIGNED}{' '.join(words)}"[:LONGEST]


def merged(
    current: Sequence[str],
    *,
    assignee: str | None,
    tags: Iterable[str],
    known_tags: Collection[str],
) -> tuple[str, ...]:
    """The categories that a message is to have: others' first, in their order, then ours.

    `tags` are the thread's, `known_tags` all that the mailbox has.
    """
    wanted = list(tags)
    if assignee is not None:
        wanted.append(assigned_category(assignee))
    ours = {folded(name) for name in (*known_tags, *wanted)}
    kept = [name for name in current if folded(name) not in ours and not is_assigned(name)]
    return (*kept, *_once(wanted))


def differ(one: Iterable[str], other: Iterable[str]) -> bool:
    """In what they name; neither the order nor the case says anything."""
    return {folded(name) for name in one} != {folded(name) for name in other}


def changes(before: Iterable[str], after: Iterable[str]) -> Changes:
    was = {folded(name): name for name in before}
    now = {folded(name): name for name in after}
    added = [name for key, name in now.items() if key not in was]
    removed = [name for key, name in was.items() if key not in now]
    names = [name.strip()[len(ASSIGNED.strip()) :].strip() for name in added if is_assigned(name)]
    return Changes(
        added=tuple(name for name in added if not is_assigned(name)),
        removed=tuple(name for name in removed if not is_assigned(name)),
        assigned_to=next((name for name in reversed(names) if name), None),
    )


def both(one: Changes | None, other: Changes) -> Changes:
    """What was done to two messages of one thread."""
    if one is None:
        return other
    return Changes(
        _once((*one.added, *other.added)),
        _once((*one.removed, *other.removed)),
        other.assigned_to or one.assigned_to,
    )


def is_assigned(category: str) -> bool:
    return category.strip().casefold().startswith(ASSIGNED.strip().casefold())


def folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """The first of each spelling."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(folded(name), name)
    return tuple(first.values())
