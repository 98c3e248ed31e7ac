"""Read what a rule does from a line of text. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import InvalidInput
from core.mail.models import Priority
from core.rules.checking import LONGEST_NAME, LONGEST_VALUE, UNTIL, is_text
from core.rules.conditions import hours
from core.rules.mistakes import RuleMistake
from core.rules.terms import (
    Action,
    AddTag,
    Anyone,
    AssignTo,
    Finish,
    NameBook,
    NotifyChannel,
    NotifyPerson,
    PersonRef,
    Reply,
    ReplyWhen,
    SetPriority,
    Snooze,
    Stop,
    Target,
    TeamRef,
)
from core.rules.tokens import RESERVED, Cursor

TARGET_STOPS = RESERVED | {"else", "pool", "anyone"}
REPLY_STOPS = RESERVED | {"in", "out", "always"}
REPLY_WHEN = {
    "in hours": ReplyWhen.IN_HOURS,
    "out of hours": ReplyWhen.OUT_OF_HOURS,
    "always": ReplyWhen.ALWAYS,
}


def actions(cursor: Cursor, names: NameBook) -> tuple[Action, ...]:
    """All to the end of the line, by commas or `and`."""
    found = [_action(cursor, names)]
    while cursor.accept(",") or cursor.accept("and"):
        found.append(_action(cursor, names))
    if not cursor.at_end:
        raise cursor.mistake("expected", (",",))
    return tuple(found)


def _action(cursor: Cursor, names: NameBook) -> Action:
    for words, read in ACTIONS.items():
        if cursor.accept(words):
            return read(cursor, names)
    raise cursor.mistake("expected", tuple(ACTIONS))


def _assign(cursor: Cursor, names: NameBook) -> Action:
    targets = [_target(cursor, names)]
    while cursor.accept(", else") or cursor.accept("else"):
        targets.append(_target(cursor, names))
    return AssignTo(tuple(targets))


def _target(cursor: Cursor, names: NameBook) -> Target:
    if cursor.accept("anyone"):
        return Anyone()
    name, at, length = cursor.phrase("expected_name", TARGET_STOPS)
    if cursor.accept("pool"):
        return TeamRef(_known(names.team, name, at, length))
    return PersonRef(_known(names.person, name, at, length))


def _known(ask: Callable[[str], int], name: str, at: int, length: int) -> int:
    try:
        return ask(name)
    except InvalidInput as error:
        raise RuleMistake(error.hint, at, length) from error


def _name(cursor: Cursor, stops: frozenset[str] = RESERVED, longest: int = LONGEST_NAME) -> str:
    name, at, length = cursor.phrase("expected_name", stops)
    if not is_text(name, longest):
        raise RuleMistake("bad_name", at, length)
    return name


def _tag(cursor: Cursor, names: NameBook) -> Action:
    return AddTag(_name(cursor))


def _priority(cursor: Cursor, names: NameBook) -> Action:
    for priority in Priority:
        if cursor.accept(priority.value):
            return SetPriority(priority)
    raise cursor.mistake("expected", tuple(Priority))


def _reply(cursor: Cursor, names: NameBook) -> Action:
    name = _name(cursor, REPLY_STOPS)
    for words, when in REPLY_WHEN.items():
        if cursor.accept(words):
            return Reply(name, when)
    return Reply(name)


def _snooze(cursor: Cursor, names: NameBook) -> Action:
    number, at, length = cursor.phrase("expected_hours", RESERVED | {"hours", "hour"})
    count = hours(number)
    if count is None:
        raise RuleMistake("bad_value", at, length)
    if not cursor.accept("hours") and not cursor.accept("hour"):
        raise cursor.mistake("expected", ("hours",))
    return Snooze(hours=int(count))


def _snooze_until(cursor: Cursor, names: NameBook) -> Action:
    text, at, length = cursor.phrase("expected_moment")
    until = UNTIL.fullmatch(text.lower())
    if until is None:
        raise RuleMistake("bad_moment", at, length)
    return Snooze(until=until[0])


def _notify(cursor: Cursor, names: NameBook) -> Action:
    name, at, length = cursor.phrase("expected_name")
    return NotifyPerson(_known(names.person, name, at, length))


def _notify_channel(cursor: Cursor, names: NameBook) -> Action:
    ends = cursor.at_end or cursor.ahead([","]) or cursor.ahead(["and"])
    return NotifyChannel() if ends else NotifyChannel(_name(cursor, longest=LONGEST_VALUE))


ACTIONS: dict[str, Callable[[Cursor, NameBook], Action]] = {
    "assign to": _assign,
    "tag": _tag,
    "set priority": _priority,
    "reply with": _reply,
    "snooze until": _snooze_until,
    "snooze": _snooze,
    "finish": lambda cursor, names: Finish(),
    "notify channel": _notify_channel,
    "notify": _notify,
    "stop": lambda cursor, names: Stop(),
}
"""The longer words before those they begin with."""
