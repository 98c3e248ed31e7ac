"""A draft as it is stored: JSON with the number of its form. No I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any as Json

from core.mail.models import Priority
from core.rules.checking import checked
from core.rules.mistakes import RuleMistake
from core.rules.terms import (
    Action,
    AddTag,
    All,
    Any,
    Anyone,
    AssignTo,
    Condition,
    Draft,
    Field,
    Finish,
    Not,
    NotifyChannel,
    NotifyPerson,
    Operator,
    PersonRef,
    Reply,
    ReplyWhen,
    SetPriority,
    Snooze,
    Stop,
    Target,
    TeamRef,
    Test,
)

FORM = 1
"""Raised when a stored rule is read otherwise than before; older forms stay readable."""


def dump(draft: Draft) -> str:
    return json.dumps(
        {
            "form": FORM,
            "when": _condition(draft.when),
            "unless": None if draft.unless is None else _condition(draft.unless),
            "then": [_action(action) for action in draft.then],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def load(text: str) -> Draft:
    """Raises `RuleMistake("unreadable")` for what `dump` did not write."""
    try:
        raw = json.loads(text)
        if raw["form"] != FORM:
            raise RuleMistake("unreadable")
        unless = None if raw["unless"] is None else _load_condition(raw["unless"])
        then = tuple(_load_action(action) for action in raw["then"])
        draft = Draft(_load_condition(raw["when"]), unless, then)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RuleMistake("unreadable") from error
    return checked(draft)


def _condition(condition: Condition) -> dict[str, Json]:
    match condition:
        case Test(field, operator, values):
            return {"field": field, "operator": operator, "values": values}
        case All(parts):
            return {"all": [_condition(part) for part in parts]}
        case Any(parts):
            return {"any": [_condition(part) for part in parts]}
        case Not(part):
            return {"not": _condition(part)}


def _load_condition(raw: Mapping[str, Json]) -> Condition:
    match raw:
        case {"all": parts}:
            return All(tuple(map(_load_condition, parts)))
        case {"any": parts}:
            return Any(tuple(map(_load_condition, parts)))
        case {"not": part}:
            return Not(_load_condition(part))
        case _:
            values = tuple(map(_text, raw["values"]))
            return Test(Field(raw["field"]), Operator(raw["operator"]), values)


def _action(action: Action) -> dict[str, Json]:
    match action:
        case AssignTo(targets):
            return {"do": "assign", "to": [_target(target) for target in targets]}
        case AddTag(name):
            return {"do": "tag", "name": name}
        case SetPriority(priority):
            return {"do": "priority", "priority": priority}
        case Reply(name, when):
            return {"do": "reply", "text": name, "when": when}
        case Snooze(hours, until):
            return {"do": "snooze", "hours": hours, "until": until}
        case Finish():
            return {"do": "finish"}
        case NotifyPerson(member_id):
            return {"do": "notify", "person": member_id}
        case NotifyChannel(key):
            return {"do": "notify_channel", "channel": key}
        case Stop():
            return {"do": "stop"}


def _target(target: Target) -> dict[str, Json]:
    match target:
        case PersonRef(member_id):
            return {"person": member_id}
        case TeamRef(team_id):
            return {"team": team_id}
        case Anyone():
            return {"anyone": True}


def _load_action(raw: Mapping[str, Json]) -> Action:
    match raw:
        case {"do": "assign", "to": targets}:
            return AssignTo(tuple(map(_load_target, targets)))
        case {"do": "tag", "name": str(name)}:
            return AddTag(name)
        case {"do": "priority", "priority": priority}:
            return SetPriority(Priority(priority))
        case {"do": "reply", "text": str(name), "when": when}:
            return Reply(name, ReplyWhen(when))
        case {"do": "snooze", "hours": int() | None as hours, "until": str() | None as until}:
            return Snooze(hours, until)
        case {"do": "finish"}:
            return Finish()
        case {"do": "notify", "person": int(member_id)}:
            return NotifyPerson(member_id)
        case {"do": "notify_channel", "channel": str(key)}:
            return NotifyChannel(key)
        case {"do": "stop"}:
            return Stop()
    raise RuleMistake("unreadable")


def _load_target(raw: Mapping[str, Json]) -> Target:
    match raw:
        case {"person": int(member_id)}:
            return PersonRef(member_id)
        case {"team": int(team_id)}:
            return TeamRef(team_id)
        case {"anyone": True}:
            return Anyone()
    raise RuleMistake("unreadable")


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise RuleMistake("unreadable")
    return value
