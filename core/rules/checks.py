"""What a rule asks for: which consents, whom it names, what it looks at. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from core.mailboxes.models import Mailbox
from core.rules.terms import (
    All,
    Any,
    AssignTo,
    Condition,
    Draft,
    Field,
    Not,
    NotifyPerson,
    PersonRef,
    Reply,
    TeamRef,
    Test,
)

BODIES, REPLIES = "bodies", "replies"


def tests_of(condition: Condition | None) -> Iterator[Test]:
    """Every test of it, however deep."""
    match condition:
        case Test():
            yield condition
        case All() | Any():
            for part in condition.parts:
                yield from tests_of(part)
        case Not():
            yield from tests_of(condition.part)


def fields_of(draft: Draft) -> frozenset[Field]:
    return frozenset(
        test.field for part in (draft.when, draft.unless) for test in tests_of(part)
    )


def missing_consent(draft: Draft, mailbox: Mailbox) -> str | None:
    """The code of the first consent that the rule needs and the mailbox has not given."""
    if Field.BODY in fields_of(draft) and not mailbox.reads_bodies:
        return BODIES
    if reply_texts(draft) and not mailbox.sends_replies:
        return REPLIES
    return None


def people_named(draft: Draft) -> frozenset[int]:
    named = set()
    for action in draft.then:
        match action:
            case AssignTo():
                named |= {to.member_id for to in action.targets if isinstance(to, PersonRef)}
            case NotifyPerson():
                named.add(action.member_id)
    return frozenset(named)


def teams_named(draft: Draft) -> frozenset[int]:
    return frozenset(
        to.team_id
        for action in draft.then
        if isinstance(action, AssignTo)
        for to in action.targets
        if isinstance(to, TeamRef)
    )


def reply_texts(draft: Draft) -> tuple[str, ...]:
    """Names of the texts that it answers with."""
    return tuple(action.text_name for action in draft.then if isinstance(action, Reply))
