"""Working hours, time away, and who is at work now."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from core.errors import InvalidInput
from core.people.hour_views import HoursView
from core.people.spoken_dates import read_absence
from core.people.spoken_hours import HoursSaid, read_hours
from dialogs.cards.availability import (
    absence_words,
    availability_card,
    back_words,
    channel_availability,
    holiday_words,
    hours_card,
    shown_in,
)
from dialogs.inputs import Inputs, number_of, texts_of
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day)?s?"
_HOURS_BEGIN = re.compile(
    rf":\s|(?:^|\s)(?={_DAY}\b|(?:mo|tu|we|th|fr|sa|su)\s?[-–,&]"
    r"|(?:always|daily|every|weekdays|workdays|weekends?|utc)\b|24/7|\w+/\w"
    r"|no (?:public )?holidays|[a-z]{2}-[a-z0-9]+$)",
    re.IGNORECASE,
)
_DATES_BEGIN = re.compile(
    r":\s|(?:^|\s)(?=(?:until|till|through|thru|for|from|on|back|next|now|today|tomorrow)\b"
    rf"|{_DAY}\b|\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d)",
    re.IGNORECASE,
)


async def hours(services: Services, turn: Turn, rest: str) -> Reply:
    """`hours` shows them, `hours mon-fri 9:00-17:00 Europe/Berlin DE-BY` sets them."""
    member_id = turn.actor.member_id
    if not rest:
        return await _hours(services, turn, member_id)
    return await _set_hours(services, turn, member_id, read_hours(rest))


async def hours_of(services: Services, turn: Turn, rest: str) -> Reply:
    """`hours of Ada`, `hours of Ada mon-fri 9:00-17:00`."""
    name, said = _apart(_HOURS_BEGIN, rest)
    member_id = await _person(services, turn, name)
    if not said:
        return await _hours(services, turn, member_id)
    return await _set_hours(services, turn, member_id, read_hours(said))


async def away(services: Services, turn: Turn, rest: str) -> Reply:
    """`away`, `away until friday`, `vacation 1 Dec to 12 Dec`; `away Ada until friday`."""
    name, said = _apart(_DATES_BEGIN, rest)
    member_id = await _person(services, turn, name) if name else turn.actor.member_id
    return await _away(services, turn, member_id, said)


async def day_off(services: Services, turn: Turn, rest: str) -> Reply:
    if not rest:
        raise InvalidInput("date", "unread")
    try:  # `tomorow` reads like a person's name
        return await away(services, turn, rest)
    except InvalidInput as error:
        is_no_person = (error.field, error.hint) == ("member", "0")
        if is_no_person and not _apart(_DATES_BEGIN, rest)[1]:
            raise InvalidInput("date", "unread") from None
        raise


async def back(services: Services, turn: Turn, rest: str) -> Reply:
    """`I am back`; `I am back Ada` for somebody else."""
    member_id = await _person(services, turn, rest) if rest else turn.actor.member_id
    return await _back(services, turn, member_id)


async def availability(services: Services, turn: Turn, rest: str) -> Reply:
    people = await services.hours.availability(turn.actor)
    return Reply(
        card=availability_card(people),
        public=channel_availability(people),
        kind="availability",
        people=tuple(i for i in shown_in(people) if i != turn.actor.member_id),
    )


async def time_zone(services: Services, turn: Turn, rest: str) -> Reply:
    """`time zone` tells the organization's, `time zone Europe/Berlin DE-BY` sets it."""
    if rest:
        await services.hours.set_home(turn.actor, read_hours(rest))
    home = await services.hours.home(turn.actor)
    where = f"{home.timezone}, {holiday_words(home.holidays or '')}"
    return Reply(text=f"Where nothing else is said: {where}.")


async def hours_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _hours(services, turn, turn.actor.member_id)


async def save_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    member_id, typed = number_of(inputs, "member"), texts_of(inputs)
    shown = await services.hours.hours(turn.actor, member_id)
    said = HoursSaid(
        *(
            typed[field].strip()
            if field in typed and typed[field].strip() != getattr(shown, field)
            else None
            for field in ("week", "timezone", "holidays")
        )
    )
    if said == HoursSaid():
        return _card(turn, shown, "Nothing was changed.")
    return await _set_hours(services, turn, member_id, said)


async def away_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """From the form's two days, each of which may be left out."""
    typed = texts_of(inputs)
    first, last = typed.get("first", "").strip(), typed.get("last", "").strip()
    said = f"from {first}" if first else ""
    if last:
        said = f"{first} to {last}" if first else f"through {last}"
    return await _away(services, turn, number_of(inputs, "member"), said)


async def back_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _back(services, turn, number_of(inputs, "member"))


async def drop_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    member_id = number_of(inputs, "member")
    await services.hours.drop_absence(turn.actor, member_id, number_of(inputs, "absence"))
    return await _hours(services, turn, member_id, "Taken back.")


async def _set_hours(services: Services, turn: Turn, member_id: int, said: HoursSaid) -> Reply:
    await services.hours.set_hours(turn.actor, member_id, said)
    return await _hours(services, turn, member_id, "Saved.")


async def _away(services: Services, turn: Turn, member_id: int, said: str) -> Reply:
    zone = ZoneInfo((await services.hours.hours(turn.actor, member_id)).timezone)
    starts_at, ends_at = read_absence(said, turn.now, zone)
    await services.hours.away(turn.actor, member_id, starts_at, ends_at)
    words = f"Away, {back_words(ends_at, zone)}."
    if starts_at > turn.now:
        words = f"Noted: away {absence_words(starts_at, ends_at, zone)}."
    elif ends_at is None:
        words = "Away. Say `back` when you are here again."
    return await _hours(services, turn, member_id, words)


async def _back(services: Services, turn: Turn, member_id: int) -> Reply:
    await services.hours.back(turn.actor, member_id)
    return await _hours(services, turn, member_id, "Welcome back. What waits is handed out now.")


async def _hours(services: Services, turn: Turn, member_id: int, say: str = "") -> Reply:
    return _card(turn, await services.hours.hours(turn.actor, member_id), say)


def _card(turn: Turn, view: HoursView, say: str) -> Reply:
    is_own = view.member_id == turn.actor.member_id
    return Reply(
        card=hours_card(view, is_own=is_own, now=turn.now, say=say),
        kind="hours",
        people=() if is_own else (view.member_id,),
    )


async def _person(services: Services, turn: Turn, name: str) -> int:
    if not name:
        raise InvalidInput("person")
    return (await services.people.find(turn.actor, name)).member_id


def _apart(begins: re.Pattern[str], text: str) -> tuple[str, str]:
    """What stands before the first hours or dates, and from there on; `Ada: …` says where."""
    found = begins.search(text[:500])
    if found is None:
        return text.strip(), ""
    return text[: found.start()].strip(" :"), text[found.end() :].strip()
