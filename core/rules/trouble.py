"""Whether a rule can still do what it says: what it names is there, what it needs is allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from core.errors import InvalidInput
from core.mailboxes.models import Mailbox, MailboxChannel, MailboxMember
from core.people.models import MemberState
from core.rules.at_work import Broken
from core.rules.checks import BODIES, missing_consent, people_named, reply_texts, teams_named
from core.rules.models import Team, TeamMember
from core.rules.reply_texts import find_text
from core.rules.terms import Action, AddTag, Draft, NotifyChannel, Rule
from core.threads.tags import tidy

CODES = (
    "person_gone",
    "team_gone",
    "team_empty",
    "text_gone",
    "bodies_off",
    "replies_off",
    "bodies_refused",
    "no_channel",
    "bad_tag",
    "bad_pattern",
    "unreadable",
)
"""Of everything that a rule is paused for."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules of a mailbox may name as things stand."""

    mailbox: Mailbox
    people: Collection[int]
    """Who works the mailbox and has not left."""
    teams: Mapping[int, Collection[int]]
    """Of those people, the ones of each team."""
    texts: Collection[str]
    """Of the names of reply texts that the rules use, those that are there."""
    has_channel: bool = False
    """The mailbox has a channel of its own."""


async def standing_of(mailbox: Mailbox, rules: Iterable[Rule]) -> Standing:
    works = MailboxMember.filter(mailbox_id=mailbox.id).exclude(member__state=MemberState.LEFT)
    people = {int(str(i)) for i in await works.values_list("member_id", flat=True)}
    teams: dict[int, set[int]] = {
        int(str(i)): set()
        for i in await Team.filter(mailbox_id=mailbox.id).values_list("id", flat=True)
    }
    for row in await TeamMember.filter(team_id__in=list(teams)):
        teams[row.team_id] |= {row.member_id} & people
    named = {name for rule in rules for name in reply_texts(rule.draft)}
    texts = {name for name in named if await find_text(mailbox.id, name) is not None}
    has_channel = await MailboxChannel.exists(mailbox_id=mailbox.id)
    return Standing(mailbox, people, teams, texts, has_channel)


def troubled(rules: Iterable[Rule], standing: Standing) -> tuple[Broken, ...]:
    return tuple(
        Broken(rule.rule_id, rule.version, code)
        for rule in rules
        if (code := trouble_of(rule.draft, standing)) is not None
    )


def trouble_of(draft: Draft, standing: Standing) -> str | None:
    """The code of the first thing in its way, or None. No I/O.

    One that names somebody who is gone stops as a whole, even where others are named after
    them: who wrote it meant that person, and is told.
    """
    if not people_named(draft) <= set(standing.people):
        return "person_gone"
    for team in sorted(teams_named(draft)):
        if team not in standing.teams:
            return "team_gone"
        if not standing.teams[team]:
            return "team_empty"
    if not set(reply_texts(draft)) <= set(standing.texts):
        return "text_gone"
    missing = missing_consent(draft, standing.mailbox)
    if missing is not None:
        return "bodies_off" if missing == BODIES else "replies_off"
    if not all(_has_channel(action, standing) for action in draft.then):
        return "no_channel"
    return "bad_tag" if any(map(_is_no_tag, _tags(draft))) else None


def _has_channel(action: Action, standing: Standing) -> bool:
    """No channel is known by a name of its own."""
    return not isinstance(action, NotifyChannel) or (standing.has_channel and not action.key)


def _tags(draft: Draft) -> list[str]:
    return [action.name for action in draft.then if isinstance(action, AddTag)]


def _is_no_tag(name: str) -> bool:
    try:
        tidy(name)
    except InvalidInput:
        return True
    return False
