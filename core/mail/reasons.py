"""Why a thread is whose: its decisions, with the people and rules they name by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tortoise.connection import get_connection

from core.assignment.models import Decision
from core.mail.views import EarlierView, WhyView
from core.people.availability_rows import load_availability
from core.people.models import Member
from core.rules.models import Rule, Team
from core.sealing import Vault

EARLIER = 5
"""Decisions shown before the newest."""
GONE = "someone who left"
ABSENT = frozenset({"away", "holiday", "off_hours"})


async def why(thread_id: int, vault: Vault, now: datetime) -> WhyView | None:
    """The newest decision and some before it; None where none was made."""
    found = Decision.filter(thread_id=thread_id).order_by("-at", "-id")
    decisions = await found.limit(EARLIER + 1)
    if not decisions:
        return None
    newest, earlier = decisions[0], decisions[1:]
    reason = newest.reason
    considered = [(int(i), int(n)) for i, n in reason.get("considered") or ()]
    skipped = [(int(i), str(code)) for i, code in reason.get("skipped") or ()]
    waits_for = _id(reason.get("waits_for"))
    ids = {waits_for, *(i for i, _ in considered + skipped)}
    for decision in decisions:
        ids |= {decision.member_id, decision.by_id}
    names = await _names({i for i in ids if i is not None}, vault)
    numbers = await _numbers(decisions)
    return WhyView(
        code=newest.code,
        member=names.get(newest.member_id or 0),
        by=names.get(newest.by_id or 0),
        at=newest.at,
        considered=tuple((names.get(i, GONE), n) for i, n in considered),
        skipped=tuple((names.get(i, GONE), code) for i, code in skipped),
        people=tuple(sorted(names)),
        counts_effort=bool(reason.get("effort")),
        rule=_rule(newest, numbers),
        team=await _team(_id(reason.get("team"))),
        strategy=reason.get("strategy"),
        waits_for=None if waits_for is None else names.get(waits_for, GONE),
        waits_until=await _until(newest, waits_for, skipped, now),
        earlier=tuple(
            EarlierView(
                code=decision.code,
                member=names.get(decision.member_id or 0),
                by=names.get(decision.by_id or 0),
                at=decision.at,
                rule=_rule(decision, numbers),
            )
            for decision in earlier
        ),
    )


async def _until(
    decision: Decision, waits_for: int | None, skipped: Sequence[tuple[int, str]], now: datetime
) -> datetime | None:
    """When the first of those who were absent is at work again; None: unknown, or not waited for.

    Reckoned now: hours and absences may have changed since it was decided.
    """
    if decision.member_id is not None:
        return None
    absent = {i for i, code in skipped if code in ABSENT}
    wanted = absent if waits_for is None else absent & {waits_for}
    if not wanted:
        return None
    found = await load_availability(get_connection("default"), wanted)
    moments = [who.next_free(now) for who in found.values()]
    return min((at for at in moments if at is not None and at > now), default=None)


async def _names(ids: Iterable[int], vault: Vault) -> dict[int, str]:
    return {
        member.id: vault.open(member.wrapped_key, b"member.name", member.sealed_name) or GONE
        for member in await Member.filter(id__in=sorted(ids))
    }


async def _numbers(decisions: Iterable[Decision]) -> dict[int, int]:
    """Rule id to the number that people say."""
    ids = [rule[0] for decision in decisions if (rule := _pair(decision.reason)) is not None]
    if not ids:
        return {}
    rows = await Rule.filter(id__in=ids).values_list("id", "number")
    return {int(str(rule_id)): int(str(number)) for rule_id, number in rows}


def _rule(decision: Decision, numbers: Mapping[int, int]) -> tuple[int, int] | None:
    pair = _pair(decision.reason)
    return None if pair is None or pair[0] not in numbers else (numbers[pair[0]], pair[1])


def _pair(reason: Mapping[str, Any]) -> tuple[int, int] | None:
    """(rule id, version) as stored."""
    rule = reason.get("rule")
    return (int(rule[0]), int(rule[1])) if rule else None


async def _team(team_id: int | None) -> str | None:
    team = None if team_id is None else await Team.get_or_none(id=team_id)
    return None if team is None else team.name


def _id(value: Any) -> int | None:
    return None if value is None else int(value)
