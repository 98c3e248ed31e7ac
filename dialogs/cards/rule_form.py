"""The form for a rule: rows of conditions, exceptions, what it does."""

from __future__ import annotations

from collections.abc import Mapping

from core.mail.models import Priority
from core.rules.terms import Field, Operator, Test
from core.rules.views import RuleChoices
from dialogs.cards.elements import (
    SUBJECT,
    card,
    choices,
    execute,
    heading,
    note,
    plain,
    rich,
    run,
    safe,
    text_block,
    warning,
)
from dialogs.moves import Card, Element

ROWS = ("1", "2", "3")
EXCEPTIONS = ("4", "5")
MOST_OFFERED = 25
"""People, and teams, in a choice; more are named in the line itself."""
MOST_TEXTS = 10
SHORT = 30
"""Characters of a name in a choice."""

SAID_ALONE = {
    "attachment": Test(Field.ATTACHMENT, Operator.IS, ("yes",)),
    "no_attachment": Test(Field.ATTACHMENT, Operator.IS, ("no",)),
    "in_hours": Test(Field.TIME, Operator.IS, ("in",)),
    "out_of_hours": Test(Field.TIME, Operator.IS, ("out",)),
    "first": Test(Field.FIRST, Operator.IS, ("yes",)),
    "later": Test(Field.FIRST, Operator.IS, ("no",)),
}
"""Conditions that need neither operator nor value."""
_FIELDS = [
    ("–", ""),
    ("From", Field.FROM.value),
    ("To", Field.TO.value),
    ("Subject", Field.SUBJECT.value),
    ("Body", Field.BODY.value),
    ("Category", Field.CATEGORY.value),
    ("Importance (low, normal, high)", Field.IMPORTANCE.value),
    ("Automatic (none, reply, list, bulk)", Field.AUTOMATIC.value),
    ("Unanswered over … hours", Field.AGE.value),
    ("Has attachment", "attachment"),
    ("Has no attachment", "no_attachment"),
    ("In business hours", "in_hours"),
    ("Out of business hours", "out_of_hours"),
    ("First message of a thread", "first"),
    ("Later message of a thread", "later"),
]
_OPERATORS = [
    ("is", Operator.IS.value),
    ("contains", Operator.CONTAINS.value),
    ("starts with", Operator.STARTS.value),
    ("ends with", Operator.ENDS.value),
    ("one of (commas between)", Operator.ONE_OF.value),
    ("domain", Operator.DOMAIN.value),
    ("matches a pattern", Operator.MATCHES.value),
]
_NOTHING = ("–", "")


def form_card(offered: RuleChoices, entered: Mapping[str, str], *, say: str = "") -> Card:
    """`entered` is what the person has filled in so far."""
    title = "A new rule"
    body: list[Element] = [heading(title), rich(run(safe(offered.mailbox, SUBJECT)))]
    if say:
        body.append(warning(say))
    join = [("all of these", "all"), ("any of these", "any")]
    body.append(choices("join", join, label="When", value=entered.get("join") or "all"))
    body += [_row(row, entered) for row in ROWS]
    body.append(text_block("Unless any of these"))
    body += [_row(row, entered) for row in EXCEPTIONS]
    body.append(text_block("Then"))
    body += _actions(offered, entered)
    if max(len(offered.people), len(offered.teams)) > MOST_OFFERED:
        body.append(note("Others than those offered are named in the line itself."))
    body.append(note("You see the rule in words before it is saved."))
    data = {"mailbox": offered.mailbox_id}
    return card(
        body,
        [
            execute("Look", "rule.form", data),
            execute("Type it instead", "rule.edit", data),
            execute("Rules", "rule.list", data),
        ],
        says=title,
    )


def _row(row: str, entered: Mapping[str, str]) -> Element:
    """Field, operator and value side by side."""
    operator = entered.get(f"operator{row}") or Operator.CONTAINS.value
    parts = (
        choices(f"field{row}", _FIELDS, label="What", value=entered.get(f"field{row}", "")),
        choices(f"operator{row}", _OPERATORS, label="How", value=operator),
        _text(f"value{row}", "Value", entered),
    )
    return {
        "type": "ColumnSet",
        "columns": [{"type": "Column", "width": "stretch", "items": [part]} for part in parts],
    }


def _actions(offered: RuleChoices, entered: Mapping[str, str]) -> list[Element]:
    people = [(plain(name, SHORT), str(i)) for i, name in offered.people[:MOST_OFFERED]]
    targets = [
        _NOTHING,
        ("anyone", "anyone"),
        *((f"{plain(name, SHORT)} pool", f"team:{i}") for i, name in offered.teams[:MOST_OFFERED]),
        *((name, f"person:{i}") for name, i in people),
    ]
    priorities = [_NOTHING, *((one.value, one.value) for one in Priority)]
    also = [("finish it", "finish"), ("stop: try no later rule", "stop")]
    parts = [
        _choice("assign", "Assign to", targets, entered),
        _choice("else", "or else to", targets, entered),
        _text("tag", "Tag", entered),
        _choice("priority", "Priority", priorities, entered),
    ]
    if offered.texts:
        texts = [_NOTHING, *((plain(name, SHORT), name) for name in offered.texts[:MOST_TEXTS])]
        when = [("always", "always"), ("in hours", "in_hours"), ("out of hours", "out_of_hours")]
        parts.append(_choice("reply", "Reply with", texts, entered))
        parts.append(_choice("reply_when", "Reply when", when, entered))
    parts += [
        _text("snooze", "Snooze for hours", entered),
        _choice("notify", "Tell", [_NOTHING, *people], entered),
    ]
    done = choices("also", also, label="And", value=entered.get("also", ""), several=True)
    return [*parts, done]


def _choice(
    name: str, label: str, options: list[tuple[str, str]], entered: Mapping[str, str]
) -> Element:
    return choices(name, options, label=label, value=entered.get(name, ""))


def _text(name: str, label: str, entered: Mapping[str, str]) -> Element:
    return {
        "type": "Input.Text",
        "id": name,
        "label": label,
        "maxLength": 200,
        "value": entered.get(name, "")[:200],
    }
