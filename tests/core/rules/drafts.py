"""Rules to test with: a name book, a few short ways to say things, and every draft there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any as Anything

from hypothesis import strategies as st

from core.errors import InvalidInput
from core.mail.models import Automatic, Priority
from core.rules.checking import LONGEST_NAME, LONGEST_VALUE, is_text
from core.rules.conditions import CONDITIONS, Form, Kind, Takes
from core.rules.facts import Facts
from core.rules.mistakes import BadPattern
from core.rules.terms import (
    ALWAYS,
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
    Rule,
    SetPriority,
    Snooze,
    Stop,
    TeamRef,
    Test,
)

PEOPLE = (
    "Ada",
    "Lovelace, Ada",
    "Finance pool",
    "pool",
    "anyone",
    "channel",
    'Jim "JJ" Jones',
    "Then or else",
    "Zoë  Åström",
    "“Curly”",
    "'Sam' O'Neil",
    "always (maybe)",
)
TEAMS = ("Finance", "Car pool", "in or out", "else", 'The "A" team', "anyone")


class Names:
    """People and teams whose ids are their places above."""

    def person(self, text: str) -> int:
        return self._id(PEOPLE, text, "person")

    def person_name(self, member_id: int) -> str:
        return PEOPLE[member_id]

    def team(self, text: str) -> int:
        return self._id(TEAMS, text, "team")

    def team_name(self, team_id: int) -> str:
        return TEAMS[team_id]

    def _id(self, names: tuple[str, ...], text: str, kind: str) -> int:
        if text not in names:
            raise InvalidInput(kind, f"unknown_{kind}")
        return names.index(text)


def a_rule(
    when: Condition = ALWAYS,
    *then: Anything,
    unless: Condition | None = None,
    rule_id: int = 1,
    version: int = 1,
    on: bool = True,
) -> Rule:
    return Rule(rule_id, version, rule_id, Draft(when, unless, then or (Finish(),)), on)


def some_facts(**changes: Anything) -> Facts:
    values: dict[str, Anything] = {
        "sender": "ada@contoso.com",
        "recipients": ("help@fabrikam.com",),
        "subject": "Invoice 42",
        "body": None,
        "has_attachments": False,
        "importance": "normal",
        "categories": (),
        "received_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
        "in_hours": True,
        "automatic": Automatic.NONE,
        "is_first": True,
        "unanswered_hours": 0.0,
    }
    return Facts(**(values | changes))


WORDS = (
    "and", "or", "not", "then", "unless", "else", "one", "of", "hours", "pool", "with", "is",
    "in", "out", "always", "when", "AND", "Straße", "STRASSE", "a", "b", "@contoso.com",
    "ada@contoso.com", "contoso.com", "x@y@z", "ﬁne", "fine", "İ", '"', '""', "“", "”", ",", "(",
    ")", "\\d+", "'", ":", "#", "- ", "\u00a0", "ſtop", "5",
)  # fmt: skip

letters = st.sampled_from(WORDS) | st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8
)
phrases = st.lists(letters, min_size=1, max_size=4).flatmap(
    lambda words: st.sampled_from([" ".join(words), "".join(words)])
)


def texts(longest: int) -> st.SearchStrategy[str]:
    return phrases.filter(lambda text: is_text(text, longest))


patterns = st.sampled_from(
    ("inv.*", r"\d{4,}", "^(re|fw):", 'say "hi"', "a|b", "(a+)+$", "[(,)]", "Straße", ".")
)


def _values(field: Field, kind: Kind, form: Form) -> st.SearchStrategy[tuple[str, ...]]:
    if form.takes is Takes.NOTHING:
        return st.just(form.says)
    if kind.choices:
        value: st.SearchStrategy[str] = st.sampled_from(kind.choices)
    elif field is Field.AGE:
        value = st.integers(1, 9_999).map(str)
    elif form.operator is Operator.MATCHES:
        value = patterns
    else:
        value = texts(LONGEST_VALUE)
    fitting = value.filter(lambda text: _fits(kind, form, text))
    most = 3 if form.takes is Takes.SEVERAL else 1
    return st.lists(fitting, min_size=1, max_size=most).map(tuple)


def _fits(kind: Kind, form: Form, text: str) -> bool:
    try:
        return kind.canonical(form.operator, text) == text
    except BadPattern:
        return False


@st.composite
def every_test(draw: st.DrawFn) -> Test:
    field = draw(st.sampled_from(sorted(CONDITIONS)))
    kind = CONDITIONS[field]
    form = draw(st.sampled_from(kind.forms))
    return Test(field, form.operator, draw(_values(field, kind, form)))


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return several.map(All) | several.map(Any) | parts.map(Not)


conditions = st.recursive(st.just(ALWAYS) | every_test(), _joined, max_leaves=6)

targets = st.integers(0, len(PEOPLE) - 1).map(PersonRef) | st.integers(0, len(TEAMS) - 1).map(
    TeamRef
)
assignments = st.builds(
    lambda first, rest, last: AssignTo((first, *rest, *last)),
    targets,
    st.lists(targets, max_size=2),
    st.sampled_from([(), (Anyone(),)]),
)
moments = st.builds(
    "{} {}:{:02}".format,
    st.sampled_from(("tomorrow", "monday", "sunday")),
    st.integers(0, 23),
    st.integers(0, 59),
)
actions = st.one_of(
    assignments,
    texts(LONGEST_NAME).map(AddTag),
    st.sampled_from(Priority).map(SetPriority),
    st.builds(Reply, texts(LONGEST_NAME), st.sampled_from(ReplyWhen)),
    st.integers(1, 9_999).map(lambda hours: Snooze(hours=hours)),
    moments.map(lambda until: Snooze(until=until)),
    st.just(Finish()),
    st.integers(0, len(PEOPLE) - 1).map(NotifyPerson),
    st.builds(NotifyChannel, st.just("") | texts(LONGEST_NAME)),
    st.just(Stop()),
    st.just(AssignTo((Anyone(),))),
)
drafts = st.builds(
    Draft, conditions, st.none() | conditions, st.lists(actions, min_size=1, max_size=4).map(tuple)
)
