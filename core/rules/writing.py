"""Write a rule as the line it is read from. No I/O."""

from __future__ import annotations

from core.rules.conditions import CONDITIONS, Form, Takes, form_of
from core.rules.mistakes import RuleMistake
from core.rules.reading_actions import REPLY_STOPS, REPLY_WHEN, TARGET_STOPS
from core.rules.terms import (
    Action,
    AddTag,
    All,
    Any,
    AssignTo,
    Condition,
    Draft,
    Finish,
    NameBook,
    Not,
    NotifyChannel,
    NotifyPerson,
    PersonRef,
    Reply,
    ReplyWhen,
    SetPriority,
    Snooze,
    Target,
    TeamRef,
    Test,
)
from core.rules.tokens import RESERVED, spelled

_WHEN_WORDS = {when: words for words, when in REPLY_WHEN.items()}


def write_rule(draft: Draft, names: NameBook) -> str:
    """Raises what `names` raises where somebody it names is gone."""
    unless = f" unless {write_condition(draft.unless)}" if draft.unless is not None else ""
    then = ", ".join(write_action(action, names) for action in draft.then)
    return f"when {write_condition(draft.when)}{unless} then {then}"


def write_condition(condition: Condition) -> str:
    match condition:
        case Test():
            return _test(condition)
        case Not(part):
            return f"not {_within(part, All, Any)}"
        case All(()):
            return "always"
        case All(parts):
            return " and ".join(_within(part, All, Any) for part in parts)
        case Any(parts):
            return " or ".join(_within(part, Any) for part in parts)


def _within(part: Condition, *parenthesized: type) -> str:
    text = write_condition(part)
    joins = isinstance(part, All | Any) and part.parts
    return f"({text})" if joins and isinstance(part, parenthesized) else text


def _test(test: Test) -> str:
    form = form_of(test)
    if form is None:
        raise RuleMistake("unknown_condition")
    if form.takes is Takes.NOTHING:
        return form.words
    first_stops = _going_on(form)
    stops = RESERVED | {form.after} if form.after else RESERVED
    values = ", ".join(spelled(value, stops, first_stops) for value in test.values)
    return f"{form.words} {values} {form.after}".rstrip()


def _going_on(form: Form) -> set[str]:
    """Words that would make another form of it: `one`, after `subject is`."""
    begin = f"{form.words} "
    return {
        words.removeprefix(begin).split()[0]
        for kind in CONDITIONS.values()
        for other in kind.forms
        for words in (other.words, *other.also)
        if words.startswith(begin)
    }


def write_action(action: Action, names: NameBook) -> str:
    match action:
        case AssignTo(targets):
            return "assign to " + ", else ".join(_target(target, names) for target in targets)
        case AddTag(name):
            return f"tag {spelled(name)}"
        case SetPriority(priority):
            return f"set priority {priority}"
        case Reply(name, ReplyWhen.ALWAYS):
            return f"reply with {spelled(name, REPLY_STOPS)}"
        case Reply(name, when):
            return f"reply with {spelled(name, REPLY_STOPS)} {_WHEN_WORDS[when]}"
        case Snooze(None, until):
            return f"snooze until {until}"
        case Snooze(hours):
            return f"snooze {hours} {'hour' if hours == 1 else 'hours'}"
        case Finish():
            return "finish"
        case NotifyPerson(member_id):
            return f"notify {spelled(names.person_name(member_id), first_stops=('channel',))}"
        case NotifyChannel(""):
            return "notify channel"
        case NotifyChannel(key):
            return f"notify channel {spelled(key)}"
        case _:
            return "stop"


def _target(target: Target, names: NameBook) -> str:
    match target:
        case PersonRef(member_id):
            return spelled(names.person_name(member_id), TARGET_STOPS)
        case TeamRef(team_id):
            return f"{spelled(names.team_name(team_id), TARGET_STOPS)} pool"
        case _:
            return "anyone"
