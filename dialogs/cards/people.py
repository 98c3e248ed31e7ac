"""Who works with Postroom, and whether they can be given work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from core.people.hour_views import PresenceView
from core.people.models import MemberState
from core.people.views import Actor, PersonView
from dialogs.cards.availability import presence_words
from dialogs.cards.elements import (
    NAME,
    card,
    choices,
    execute,
    heading,
    note,
    open_url,
    plain,
    plural,
    rich,
    run,
    safe,
)
from dialogs.moves import Card, Element

PER_PAGE = 15
NOBODY: Mapping[int, PresenceView] = MappingProxyType({})
_STATES = {
    MemberState.READY: ("ready", "Good"),
    MemberState.INVITED: ("invited: has not added Postroom yet", "Warning"),
    MemberState.UNREACHABLE: ("unreachable: blocked or removed Postroom", "Attention"),
    MemberState.LEFT: ("left", "Default"),
}


def people_card(
    people: tuple[PersonView, ...],
    *,
    reader: Actor,
    install_link: str,
    now: datetime,
    present: Mapping[int, PresenceView] = NOBODY,
    page: int = 1,
    say: str = "",
) -> Card:
    """A page of people; admins get the buttons that change roles and remove.

    `present`, by member id, tells of whom it is said whether they are at work.
    """
    pages = max(1, -(-len(people) // PER_PAGE))
    page = min(max(page, 1), pages)
    shown = people_on(people, page)
    title = f"People: {len(people)}"
    body: list[Element] = [heading(title)]
    if say:
        body.append(note(say))
    body += [_line(person, present.get(person.member_id), now) for person in shown]
    if any(person.state is MemberState.INVITED for person in people):
        body.append(note("Whoever is invited gets work once they have added Postroom in Teams."))
    actions: list[Element] = []
    if reader.is_admin and shown:
        options = [(plain(p.name, NAME, "unnamed"), str(p.member_id)) for p in shown]
        body.append(choices("member", options, label="Pick a person"))
        data = {"page": page}
        actions += [
            execute("Admin on/off", "people.admin", data),
            execute("Privacy officer on/off", "people.privacy", data),
            execute("Remove…", "people.remove", data),
        ]
    actions.append(open_url("Link to forward", install_link))
    if page > 1:
        actions.append(execute("◀ Previous", "people.page", {"page": page - 1}))
    if page < pages:
        actions.append(execute("Next ▶", "people.page", {"page": page + 1}))
    return card(body, actions, says=title)


def people_on(people: tuple[PersonView, ...], page: int) -> tuple[PersonView, ...]:
    return people[(page - 1) * PER_PAGE : page * PER_PAGE]


def remove_card(person: PersonView) -> Card:
    """Asks once more before somebody is removed."""
    return card(
        [
            rich(run("Remove "), run(safe(person.name, NAME), weight="Bolder"), run("?")),
            note(
                f"{plural(person.open_threads, 'open thread')} of theirs will be put back or "
                "given to others. They can be invited again later."
            ),
        ],
        [
            execute("Remove", "people.removed", {"member": person.member_id}),
            execute("Keep", "people.page", {"page": 1}),
        ],
        says="Remove a person?",
    )


def _line(person: PersonView, presence: PresenceView | None, now: datetime) -> Element:
    state, color = _STATES[person.state]
    if presence is not None:
        state += f" · {presence_words(presence, now)}"
        color = color if presence.is_here else "Warning"
    roles = ", ".join(
        role
        for role, held in (
            ("admin", person.is_admin),
            ("privacy officer", person.is_privacy_officer),
            (f"leads {plural(person.leads, 'mailbox', 'mailboxes')}", person.leads > 0),
        )
        if held
    )
    counts = f"{plural(person.mailboxes, 'mailbox', 'mailboxes')}, {person.open_threads} open"
    return rich(
        run(safe(person.name, NAME, "unnamed"), weight="Bolder"),
        run(f" · {state}", color=color),
        run(f" · {counts}" + (f" · {roles}" if roles else ""), isSubtle=True),
        separator=True,
    )
