"""A person's hours and times away, and who is at work now. No card says why somebody is away."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from core.people.hour_views import HoursView, PresenceView
from dialogs.cards.elements import (
    NAME,
    ahead,
    card,
    choices,
    execute,
    first_name,
    heading,
    labelled,
    moment,
    note,
    rich,
    run,
    safe,
    text_block,
)
from dialogs.cards.inputs import date_input, text_input
from dialogs.moves import Card, Element

MOST_SHOWN = 40
_WHY = {
    "away": "away",
    "holiday": "off: a public holiday",
    "off_hours": "off hours",
}


def hours_card(view: HoursView, *, is_own: bool, now: datetime, say: str = "") -> Card:
    """With a form to change them; the buttons carry whose they are."""
    zone = ZoneInfo(view.timezone)
    title = "Your hours" if is_own else "Hours"
    body: list[Element] = [heading(title)]
    if not is_own:
        body.append(rich(run(safe(view.name, NAME, "unnamed"), weight="Bolder")))
    if say:
        body.append(text_block(say, weight="Bolder"))
    body += [
        labelled("Now", _now(view, zone)),
        labelled("Hours", week_words(view.week)),
        labelled("Time zone", view.timezone),
        labelled("Days off", holiday_words(view.holidays)),
    ]
    if view.absences:
        body.append(text_block("Time away", weight="Bolder"))
        lines = [
            (absence_words(absence.starts_at, absence.ends_at, zone), str(absence.absence_id))
            for absence in view.absences[:MOST_SHOWN]
        ]
        body.append(choices("absence", lines, label="To take back, pick one", value=lines[0][1]))
    today = now.astimezone(zone).date()
    body += [
        text_input("week", label="Hours", value=view.week, placeholder="mon-fri 9:00-17:00"),
        text_input("timezone", label="Time zone", value=view.timezone, longest=64),
        text_input("holidays", label="Public holidays of", value=view.holidays, longest=16),
        date_input("first", label="Away from", first=today),
        date_input("last", label="Last day away", first=today),
        note("Postroom keeps when somebody is away, never why."),
    ]
    data = {"member": view.member_id}
    actions = [
        execute("Save hours", "hours.save", data),
        execute("Add time away", "hours.away", data),
    ]
    if view.why_not == "away":
        actions.append(execute("Back now", "hours.back", data))
    if view.absences:
        actions.append(execute("Take back", "hours.drop", data))
    return card(body, actions, says=title)


def availability_card(people: tuple[PresenceView, ...]) -> Card:
    here = [person for person in people if person.is_here]
    title = f"At work: {len(here)} of {len(people)}"
    body: list[Element] = [heading(title)]
    if not people:
        body.append(note("Nobody works a mailbox with you yet."))
    for person in [*here, *(p for p in people if not p.is_here)][:MOST_SHOWN]:
        body += _person(person)
    if len(people) > MOST_SHOWN:
        body.append(note(f"and {len(people) - MOST_SHOWN} more"))
    return card(body, [execute("My hours", "hours.show")], says=title)


def shown_in(people: tuple[PresenceView, ...]) -> tuple[int, ...]:
    """Ids of those whom the card names."""
    ordered = sorted(people, key=lambda person: not person.is_here)
    return tuple(person.member_id for person in ordered[:MOST_SHOWN])


def channel_availability(people: tuple[PresenceView, ...]) -> str:
    """First names alone."""
    here = ", ".join(first_name(p.name) for p in people if p.is_here) or "nobody"
    away = ", ".join(first_name(p.name) for p in people if not p.is_here) or "nobody"
    return f"At work: {here}. Not now: {away}."


def presence_words(person: PresenceView, now: datetime) -> str:
    """`at work`, or `away, back in 3 days`."""
    if person.is_here:
        return "at work"
    why = _WHY[person.why_not or "away"]
    return why if person.until is None else f"{why}, back {ahead(person.until, now)}"


def week_words(week: str) -> str:
    return week or "always"


def holiday_words(region: str) -> str:
    return f"public holidays of {region}" if region else "no public holidays"


def absence_words(starts_at: datetime, ends_at: datetime | None, zone: ZoneInfo) -> str:
    return f"from {_day(starts_at, zone)}, {back_words(ends_at, zone)}"


def back_words(ends_at: datetime | None, zone: ZoneInfo) -> str:
    return f"back on {_day(ends_at, zone)}" if ends_at else "until back"


def _day(at: datetime, zone: ZoneInfo) -> str:
    """`Fri 27 Nov 2026`, with the hour unless it is midnight."""
    here = at.astimezone(zone)
    words = f"{here:%a} {here.day} {here:%b %Y}"
    return words if (here.hour, here.minute) == (0, 0) else f"{words} at {here:%H:%M}"


def _now(view: HoursView, zone: ZoneInfo) -> str:
    if view.why_not is None:
        return "at work"
    if view.next_free is None:
        return f"{_WHY[view.why_not]}, until back"
    return f"{_WHY[view.why_not]}, {back_words(view.next_free, zone)}"


def _person(person: PresenceView) -> list[Element]:
    name = run(safe(person.name, NAME, "unnamed"), weight="Bolder")
    if person.is_here:
        return [rich(name, run(" · at work", color="Good"), separator=True)]
    why = _WHY[person.why_not or "away"]
    line = rich(name, run(f" · {why}", color="Warning"), separator=True)
    if person.until is None:
        return [line]
    return [line, text_block(f"Back {moment(person.until)}", isSubtle=True, size="Small")]
