"""What a rule asks for: which consents, whom it names, what it looks at. No I/O."""

from __future__ import annotations

from core.errors import InvalidInput
from core.mailboxes.models import Mailbox
from core.rules.engine import fields_of
from core.rules.terms import (
    AddTag,
    AssignTo,
    Draft,
    Field,
    NotifyPerson,
    PersonRef,
    Reply,
    TeamRef,
)
from core.threads.tags import tidy

BODIES, REPLIES = "bodies", "replies"


def missing_consent(draft: Draft, mailbox: Mailbox) -> str | None:
    """The code of the first consent that the rule needs and the mailbox has not given."""
    if Field.BODY in fields_of(draft) and not mailbox.reads_bodies:
        return BODIES
    if reply_texts(draft) and not mailbox.sends_replies:
        return REPLIES
    return None


def impossible_tag(draft: Draft) -> bool:
    """It puts on a tag that can be none: Outlook's categories have no comma."""
    for action in draft.then:
        if isinstance(action, AddTag):
            try:
                tidy(action.name)
            except InvalidInput:
                return True
    return False


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
