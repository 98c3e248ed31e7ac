"""The rules of one mailbox, opened and compiled, and the mark by which a change shows.

They are compiled once a round and thrown away with it. Any change of a rule raises its
version, so the sum of all versions tells whether they still stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from core.errors import NotFound
from core.mail.rows import is_sqlite, worded
from core.rules.engine import RuleSet, compile_rules, fields_of
from core.rules.kept import RuleTexts, rows_of
from core.rules.mistakes import BadPattern, RuleMistake
from core.rules.models import RuleState
from core.rules.terms import Field, Rule

IsOpen = Callable[[datetime], bool]
"""Whether the mailbox's business hours are on at that moment."""

_MARK = "SELECT COUNT(*) + COALESCE(SUM(version), 0) AS mark FROM rule WHERE mailbox_id = {}"
_HOLD = "SELECT id FROM rule WHERE id = ANY($1::bigint[]) ORDER BY id FOR SHARE"


class RulesChanged(Exception):
    """A rule changed after the page was decided: it is decided again."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that is on and cannot do what it says."""

    rule_id: int
    version: int
    code: str


@dataclass(frozen=True, slots=True)
class RulesAtWork:
    """Those that are on, in their order."""

    mark: int
    rules: tuple[Rule, ...]
    ready: RuleSet
    by_body: frozenset[int]
    """Ids of the rules that look into bodies."""
    by_age: frozenset[int]
    """Ids of those that look at how long a thread has waited."""
    by_first: bool
    """One looks at whether a message is the first of its thread."""
    is_open: IsOpen | None
    """None: business hours are not known."""
    zone: ZoneInfo
    """The mailbox's."""


async def mark_of(connection: BaseDBAsyncClient, mailbox_id: int) -> int:
    rows = await connection.execute_query_dict(worded(connection, _MARK), [mailbox_id])
    return int(rows[0]["mark"])


async def must_stand(
    connection: BaseDBAsyncClient, mailbox_id: int, mark: int, acting: Collection[int]
) -> None:
    """Raise RulesChanged unless the rules are as they were when the mark was read.

    On PostgreSQL the rules that act are held until the commit, so that none of them is
    switched off before it; SQLite lets nobody else write meanwhile.
    """
    if acting and not is_sqlite(connection):
        await connection.execute_query(_HOLD, [sorted(acting)])
    if await mark_of(connection, mailbox_id) != mark:
        raise RulesChanged


async def open_rules(
    texts: RuleTexts, mailbox_id: int
) -> tuple[tuple[Rule, ...], tuple[Broken, ...]]:
    """The rules that are on, and those of them that cannot be read."""
    rules: list[Rule] = []
    broken: list[Broken] = []
    for row in await rows_of(mailbox_id):
        if row.state is not RuleState.ON:
            continue
        try:
            rules.append(texts.running(row))
        except BadPattern:
            broken.append(Broken(row.id, row.version, "bad_pattern"))
        except (RuleMistake, NotFound):
            broken.append(Broken(row.id, row.version, "unreadable"))
    return tuple(rules), tuple(broken)


def at_work(
    mark: int, rules: Sequence[Rule], is_open: IsOpen | None, zone: ZoneInfo
) -> tuple[RulesAtWork, tuple[Broken, ...]]:
    """Compile them; a rule whose pattern is refused stays out and holds up no other."""
    standing = list(rules)
    broken: list[Broken] = []
    while True:
        try:
            ready = compile_rules(standing)
            break
        except BadPattern as error:
            bad = next(rule for rule in standing if rule.rule_id == error.rule_id)
            standing.remove(bad)
            broken.append(Broken(bad.rule_id, bad.version, "bad_pattern"))
    return (
        RulesAtWork(
            mark,
            tuple(standing),
            ready,
            by_body=_looking_at(Field.BODY, standing),
            by_age=_looking_at(Field.AGE, standing),
            by_first=bool(_looking_at(Field.FIRST, standing)),
            is_open=is_open,
            zone=zone,
        ),
        tuple(broken),
    )


def without(rules: Iterable[Rule], broken: Iterable[Broken]) -> list[Rule]:
    out = {one.rule_id for one in broken}
    return [rule for rule in rules if rule.rule_id not in out]


def numbers(rules: RulesAtWork) -> Mapping[int, int]:
    """Rule id → the number that people know it by."""
    return {rule.rule_id: rule.number for rule in rules.rules}


def _looking_at(field: Field, rules: Iterable[Rule]) -> frozenset[int]:
    return frozenset(rule.rule_id for rule in rules if field in fields_of(rule.draft))
