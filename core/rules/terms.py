"""The words of a rule: tests and how they join, actions, drafts. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.mail.models import Priority


class Field(StrEnum):
    """What a condition looks at."""

    FROM = "from"
    TO = "to"
    SUBJECT = "subject"
    BODY = "body"
    ATTACHMENT = "attachment"
    IMPORTANCE = "importance"
    CATEGORY = "category"
    TIME = "time"
    AUTOMATIC = "automatic"
    FIRST = "first"
    AGE = "age"


class Operator(StrEnum):
    """How it compares. Text is compared without case (`core.rules.matching.fold`)."""

    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    ONE_OF = "one_of"
    MATCHES = "matches"
    """A linear-time pattern found anywhere in the text."""
    DOMAIN = "domain"
    """An address at exactly one of these domains."""
    IS = "is"
    """For text the same as `EQUALS`; each is shown back as it was written."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Test:
    """One condition; which operators and values a field takes: `core.rules.conditions`."""

    __test__ = False

    field: Field
    operator: Operator
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts it always does. Never a single part."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of two or more parts holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Test | All | Any | Not

ALWAYS = All(())


@dataclass(frozen=True, slots=True)
class PersonRef:
    member_id: int


@dataclass(frozen=True, slots=True)
class TeamRef:
    team_id: int


@dataclass(frozen=True, slots=True)
class Anyone:
    """Whoever the mailbox's strategy chooses."""


Target = PersonRef | TeamRef | Anyone


class ReplyWhen(StrEnum):
    ALWAYS = "always"
    IN_HOURS = "in_hours"
    OUT_OF_HOURS = "out_of_hours"


@dataclass(frozen=True, slots=True)
class AssignTo:
    """To the first of these who may be given it."""

    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class AddTag:
    name: str


@dataclass(frozen=True, slots=True)
class SetPriority:
    priority: Priority


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer with the mailbox's reply text of that name."""

    text_name: str
    when: ReplyWhen = ReplyWhen.ALWAYS


@dataclass(frozen=True, slots=True)
class Snooze:
    """For so many hours, or until the next such moment: `monday 9:00` or `tomorrow 9:00`."""

    hours: int | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    pass


@dataclass(frozen=True, slots=True)
class NotifyPerson:
    member_id: int


@dataclass(frozen=True, slots=True)
class NotifyChannel:
    """The channel of that key; without one, the mailbox's own."""

    key: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """No later rule is tried."""


Action = (
    AssignTo | AddTag | SetPriority | Reply | Snooze | Finish | NotifyPerson | NotifyChannel | Stop
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person writes."""

    when: Condition
    unless: Condition | None
    then: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What the engine runs."""

    rule_id: int
    version: int
    number: int
    draft: Draft
    on: bool = True


class NameBook(Protocol):
    """Names of a mailbox's people and teams, loaded beforehand.

    From text to id raises `InvalidInput(kind, code)` where there is none or several; from id
    to text raises it where the id is gone. A team's name is without the word `pool`, which
    the text form adds.
    """

    def person(self, text: str) -> int: ...

    def person_name(self, member_id: int) -> str: ...

    def team(self, text: str) -> int: ...

    def team_name(self, team_id: int) -> str: ...
