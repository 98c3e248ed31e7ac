"""Set up a trial: both sets of rules, the people of the mailbox, what must be read of its mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.assignment.candidates import Candidate
from core.assignment.pool import Pool
from core.assignment.pools import PoolBook
from core.assignment.quick import QuickPool
from core.errors import NotFound
from core.mailboxes.business_hours import load_business_clock
from core.mailboxes.models import Mailbox
from core.people.availability import Availability
from core.people.availability_rows import load_availability
from core.people.models import MemberState, Organization
from core.rules.attendance import Attendance
from core.rules.desk import PoolDesk, TagWeight
from core.rules.engine import compile_rules, fields_of
from core.rules.kept import RuleTexts, rows_of
from core.rules.models import RuleTrial
from core.rules.names import load_names
from core.rules.replay import Replay, Side
from core.rules.terms import Draft, Field, Rule
from core.sealing import DataKey, Vault
from core.threads.models import Tag
from core.threads.tags import TAG_NAME, folded
from core.transactions import transaction

UNNUMBERED = 0
"""Rule id, version and number of a draft that has no rule yet."""


@dataclass(frozen=True, slots=True)
class Cast:
    mailbox: Mailbox
    key: DataKey | None
    """The organization's."""
    draft: tuple[Rule, ...]
    base: tuple[Rule, ...]
    tried: Rule
    replaced: Rule | None
    """What stands in the draft's place today, and is at work."""
    without: bool
    """`base` is today's rules without the tried one, which is at work as it stands."""
    fields: frozenset[Field]
    """That any of the rules looks at."""
    pool: Pool
    """As it stands now."""
    hours: Mapping[int, Availability]
    """Of its people."""
    tags: Mapping[str, TagWeight]
    teams: Mapping[int, Sequence[int]]
    is_open: Callable[[datetime], bool]
    """Whether the mailbox's business hours are on."""
    zone: ZoneInfo
    """The mailbox's."""


async def cast_of(vault: Vault, trial: RuleTrial) -> Cast:
    """Raises NotFound where the mailbox, its key or the tried rule is gone."""
    mailbox = await Mailbox.get_or_none(id=trial.mailbox_id)
    if mailbox is None:
        raise NotFound("mailbox")
    organization = await Organization.get(id=mailbox.organization_id)
    texts = await RuleTexts.of(vault, mailbox.organization_id)
    tried_draft = texts.open(trial.sealed_text)
    rows = await rows_of(mailbox.id)
    today = [texts.running(row) for row in rows]
    draft, base, tried, replaced, without = _in_place(today, trial.rule_id, tried_draft)
    names = await load_names(vault, mailbox)
    async with transaction() as connection:
        pool = await PoolBook(connection, mailbox.id, trial.created_at).open()
        hours = await load_availability(connection, [who.member_id for who in pool.candidates])
        clock = await load_business_clock(connection, mailbox.id)
    key = vault.key(organization.wrapped_key)
    return Cast(
        mailbox=mailbox,
        key=key,
        draft=tuple(draft),
        base=tuple(base),
        tried=tried,
        replaced=replaced,
        without=without,
        fields=frozenset().union(*(fields_of(rule.draft) for rule in (*draft, *base))),
        pool=pool,
        hours=hours,
        tags=await _tags(mailbox.id, key),
        teams=names.team_people,
        is_open=clock.is_open,
        zone=clock.zone,
    )


def replay_of(cast: Cast) -> Replay:
    attendance = Attendance(cast.hours)
    return Replay(
        compile_rules(cast.draft),
        compile_rules(cast.base),
        tried=(cast.tried.rule_id, cast.tried.version),
        tried_alone=compile_rules([cast.tried]),
        replaced_alone=None if cast.replaced is None else compile_rules([cast.replaced]),
        draft=Side(desk_of(cast, attendance), zone=cast.zone),
        base=Side(desk_of(cast, attendance), zone=cast.zone),
    )


def _in_place(
    today: Sequence[Rule], rule_id: int | None, draft: Draft
) -> tuple[list[Rule], list[Rule], Rule, Rule | None, bool]:
    """(rules with the draft, rules beside it, the draft, what it replaces, without it)."""
    standing = next((rule for rule in today if rule.rule_id == rule_id), None)
    at_work = [rule for rule in today if rule.on]
    if standing is None:
        tried = Rule(UNNUMBERED, UNNUMBERED, UNNUMBERED, draft)
        return [*at_work, tried], at_work, tried, None, False
    tried = Rule(standing.rule_id, standing.version, standing.number, draft)
    with_draft = [
        tried if rule is standing else rule for rule in today if rule.on or rule is standing
    ]
    others = [rule for rule in at_work if rule is not standing]
    if not standing.on or standing.draft == draft:
        return with_draft, others, tried, None, standing.on
    return with_draft, at_work, tried, standing, False


async def _tags(mailbox_id: int, key: DataKey | None) -> dict[str, TagWeight]:
    tags = await Tag.filter(mailbox_id=mailbox_id)
    return {
        folded(key.open(TAG_NAME, bytes(tag.sealed_name))): TagWeight(tag.id, tag.weight)
        for tag in tags
        if key is not None and tag.sealed_name is not None
    }


def desk_of(cast: Cast, attendance: Attendance) -> PoolDesk:
    """Everybody ready and with nothing open; caps, shares and skills are those of now."""
    people = [_at_the_start(who) for who in cast.pool.candidates]
    return PoolDesk(QuickPool(cast.pool.policy, people), attendance, cast.teams, cast.tags)


def _at_the_start(who: Candidate) -> Candidate:
    state = who.state if who.state is MemberState.LEFT else MemberState.READY
    return Candidate(
        member_id=who.member_id,
        state=state,
        in_pool=who.in_pool,
        opted_out=who.opted_out,
        cap=who.cap,
        weight=who.weight,
        skills=who.skills,
    )
