"""The form for a rule: its inputs → the draft that they mean, shown as a line before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from core.mail.models import Priority
from core.rules.conditions import CONDITIONS, hours
from core.rules.mistakes import RuleMistake
from core.rules.terms import (
    ALWAYS,
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
from dialogs.cards.rule_form import EXCEPTIONS, ROWS, SAID_ALONE, form_card
from dialogs.cards.rules import preview_card
from dialogs.inputs import Inputs, number_in, number_of, texts_of
from dialogs.moves import Reply as Answer
from dialogs.rule_wording import mistake_words
from dialogs.services import Services
from dialogs.turns import Turn

Kind = TypeVar("Kind", Priority, ReplyWhen)
_SEVERAL = (Operator.ONE_OF, Operator.DOMAIN)


async def new_button(services: Services, turn: Turn, inputs: Inputs) -> Answer:
    choices = await services.rules.book.choices(turn.actor, number_of(inputs, "mailbox"))
    return Answer(card=form_card(choices, {}), kind="rule", people=_offered(turn, choices.people))


async def form_button(services: Services, turn: Turn, inputs: Inputs) -> Answer:
    """What was filled in, as the line that it means; or the form again, with what is wrong."""
    mailbox_id, entered = number_of(inputs, "mailbox"), texts_of(inputs)
    choices = await services.rules.book.choices(turn.actor, mailbox_id)
    try:
        draft = await services.rules.book.word(turn.actor, mailbox_id, draft_of(entered))
    except RuleMistake as mistake:
        made = form_card(choices, entered, say=mistake_words(mistake))
        return Answer(card=made, kind="rule", people=_offered(turn, choices.people))
    return Answer(card=preview_card(draft), kind="rule")


def draft_of(entered: Mapping[str, str]) -> Draft:
    """Raises RuleMistake for what is missing or makes no sense."""
    tests = _tests(entered, ROWS)
    join: type[All] | type[Any] = Any if entered.get("join") == "any" else All
    exceptions = _tests(entered, EXCEPTIONS)
    return Draft(_joined(join, tests) or ALWAYS, _joined(Any, exceptions), tuple(_actions(entered)))


def _tests(entered: Mapping[str, str], rows: tuple[str, ...]) -> list[Test]:
    return [
        _test(field, entered.get(f"operator{row}", ""), entered.get(f"value{row}", "").strip())
        for row in rows
        if (field := entered.get(f"field{row}", ""))
    ]


def _test(named: str, operator_named: str, text: str) -> Test:
    if named in SAID_ALONE:
        return SAID_ALONE[named]
    try:
        field = Field(named)
        operator = Operator.OVER if field is Field.AGE else Operator(operator_named)
    except ValueError:
        raise RuleMistake("unknown_condition") from None
    several = operator in _SEVERAL
    parts = [part.strip() for part in text.split(",")] if several else [text]
    values = [CONDITIONS[field].canonical(operator, part) for part in parts if part]
    if not values:
        raise RuleMistake("expected_value")
    if None in values:
        raise RuleMistake("bad_value", expected=CONDITIONS[field].choices)
    return Test(field, operator, tuple(filter(None, values)))


def _joined(join: type[All] | type[Any], tests: list[Test]) -> Condition | None:
    if len(tests) > 1:
        return join(tuple(tests))
    return tests[0] if tests else None


def _actions(entered: Mapping[str, str]) -> list[Action]:
    found: list[Action] = []
    targets = [_target(code) for name in ("assign", "else") if (code := entered.get(name, ""))]
    if targets:
        found.append(AssignTo(tuple(targets)))
    if tag := entered.get("tag", "").strip():
        found.append(AddTag(tag))
    if priority := entered.get("priority", ""):
        found.append(SetPriority(_one_of(Priority, priority)))
    if text := entered.get("reply", ""):
        found.append(Reply(text, _one_of(ReplyWhen, entered.get("reply_when") or "always")))
    if snooze := entered.get("snooze", "").strip():
        count = hours(snooze)
        if count is None:
            raise RuleMistake("bad_snooze")
        found.append(Snooze(hours=int(count)))
    if person := entered.get("notify", ""):
        found.append(NotifyPerson(number_in(person, "person")))
    also = entered.get("also", "").split(",")
    if "finish" in also:
        found.append(Finish())
    if "stop" in also:
        found.append(Stop())
    return found


def _one_of(kind: type[Kind], code: str) -> Kind:
    try:
        return kind(code)
    except ValueError:
        raise RuleMistake("bad_value") from None


def _target(code: str) -> Target:
    kind, _, number = code.partition(":")
    match kind:
        case "person":
            return PersonRef(number_in(number, "person"))
        case "team":
            return TeamRef(number_in(number, "team"))
        case _:
            return Anyone()


def _offered(turn: Turn, people: tuple[tuple[int, str], ...]) -> tuple[int, ...]:
    return tuple(sorted({member_id for member_id, _ in people} - {turn.actor.member_id}))
