"""Which threads have passed an age that a rule looks at, and what is known of them.

A thread waits from the oldest message that came in after the last answer. Bodies and
recipients are not kept, so a rule that also asks for those cannot know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.fold import ThreadFold
from core.mail.models import Automatic, Direction, ThreadState
from core.mail.moments import moment
from core.mail.rows import select, worded
from core.rules.at_work import IsOpen
from core.rules.engine import tests_of
from core.rules.facts import Facts
from core.rules.terms import Field, Rule
from core.sealing import DataKey, Vault

_HOUR = 3600.0
_DUE = """
SELECT t.id FROM mail_thread t
 WHERE t.mailbox_id = {} AND t.state = 'open' AND NOT t.is_history
   AND t.merged_into_id IS NULL
   AND (t.last_answered_at IS NULL OR t.last_answered_at < t.last_received_at)
   AND EXISTS (SELECT 1 FROM mail_message m
        WHERE m.thread_id = t.id AND m.direction = 'in' AND m.received_at <= {}
          AND (t.last_answered_at IS NULL OR m.received_at > t.last_answered_at))
   AND NOT EXISTS (SELECT 1 FROM age_look l
        WHERE l.thread_id = t.id AND l.rule_id = {} AND l.hours >= {}
          AND (t.last_answered_at IS NULL OR l.waiting_since > t.last_answered_at))
 ORDER BY t.id LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class Age:
    """An age that a rule looks at."""

    rule_id: int
    hours: int


@dataclass(frozen=True, slots=True)
class Look:
    """An age that a rule looked at before in the same wait."""

    age: Age
    acted: bool


@dataclass(frozen=True, slots=True)
class Aged:
    graph_id: str
    """Of the newest message."""
    facts: Facts
    waiting_since: datetime


def ages_of(rules: Iterable[Rule]) -> tuple[Age, ...]:
    found = {
        Age(rule.rule_id, int(hours)): None
        for rule in rules
        for test in tests_of(rule.draft)
        if test.field is Field.AGE
        for hours in test.values
    }
    return tuple(found)


async def threads_past(
    connection: BaseDBAsyncClient, mailbox_id: int, age: Age, now: datetime, most: int
) -> list[int]:
    """Open unanswered threads past that age, at which the rule has not looked in this wait."""
    before = now - timedelta(hours=age.hours)
    rows = await connection.execute_query_dict(
        worded(connection, _DUE),
        [mailbox_id, before, age.rule_id, age.hours, most],
    )
    return [row["id"] for row in rows]


async def looks_at(
    connection: BaseDBAsyncClient, threads: Mapping[int, ThreadFold]
) -> dict[int, list[Look]]:
    """Thread id → looks of the wait that goes on."""
    found: dict[int, list[Look]] = {}
    for row in await select(
        connection,
        "thread_id, rule_id, hours, acted, waiting_since",
        "age_look",
        "hours >= {}",
        [0],
        ("thread_id", sorted(threads)),
    ):
        answered = threads[row["thread_id"]].last_answered_at
        if answered is None or moment(row["waiting_since"]) > answered:
            look = Look(Age(row["rule_id"], row["hours"]), bool(row["acted"]))
            found.setdefault(row["thread_id"], []).append(look)
    return found


def is_waiting(thread: ThreadFold) -> bool:
    answered, received = thread.last_answered_at, thread.last_received_at
    is_work = thread.state is ThreadState.OPEN and not thread.is_history
    return is_work and received is not None and (answered is None or answered < received)


class AgedMail:
    """Reads the newest message of threads that wait, as rules look at it."""

    def __init__(
        self,
        connection: BaseDBAsyncClient,
        vault: Vault,
        key: DataKey | None,
        is_open: IsOpen | None,
        now: datetime,
    ) -> None:
        """`key` is the organization's."""
        self._connection = connection
        self._vault = vault
        self._key = key
        self._is_open = is_open
        self._now = now

    async def read(self, threads: Mapping[int, ThreadFold]) -> dict[int, Aged]:
        """By thread id; what has no unanswered message is left out."""
        rows = await self._incoming(sorted(threads))
        found = {}
        for thread_id, messages in rows.items():
            thread = threads[thread_id]
            answered = thread.last_answered_at
            times = [moment(row["received_at"]) for row in messages]
            waiting = [at for at in times if answered is None or at > answered]
            if waiting:
                newest = messages[times.index(max(times))]
                found[thread_id] = self._aged(thread, newest, min(waiting))
        return found

    async def _incoming(self, ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        rows = await select(
            self._connection,
            "thread_id, graph_id, correspondent_id, received_at, sealed_subject, sealed_categories,"
            " has_attachments, importance, automatic",
            "mail_message",
            "direction = {}",
            [Direction.IN],
            ("thread_id", list(ids)),
        )
        for row in rows:
            found.setdefault(row["thread_id"], []).append(row)
        people = {row["correspondent_id"] for row in rows if row["correspondent_id"] is not None}
        keys = {
            row["id"]: row
            for row in await select(
                self._connection,
                "id, wrapped_key, sealed_address",
                "correspondent",
                "id > {}",
                [0],
                ("id", sorted(people)),
            )
        }
        for row in rows:
            row |= {"person": keys.get(row["correspondent_id"])}
        return found

    def _aged(self, thread: ThreadFold, row: dict[str, Any], since: datetime) -> Aged:
        at = moment(row["received_at"])
        person = row["person"] or {"wrapped_key": None, "sealed_address": None}
        key = self._vault.key(person["wrapped_key"])
        subject = row["sealed_subject"]
        sender = person["sealed_address"]
        facts = Facts(
            sender=key.open(b"correspondent.address", bytes(sender)) if key and sender else None,
            recipients=None,
            subject=_subject(key, subject),
            body=None,
            has_attachments=bool(row["has_attachments"]),
            importance=row["importance"],
            categories=self._categories(row["sealed_categories"]),
            received_at=at,
            in_hours=self._is_open(at) if self._is_open else None,
            automatic=Automatic(row["automatic"]),
            is_first=at <= thread.received_at,
            unanswered_hours=(self._now - since).total_seconds() / _HOUR,
        )
        return Aged(row["graph_id"], facts, since)

    def _categories(self, sealed: bytes | None) -> tuple[str, ...] | None:
        if self._key is None:
            return None
        if sealed is None:
            return ()
        return tuple(orjson.loads(self._key.open(b"organization.categories", bytes(sealed))))


def _subject(key: DataKey | None, sealed: bytes | None) -> str | None:
    """An empty subject is not stored; one whose key was destroyed is not known."""
    if key is None:
        return None
    return "" if sealed is None else key.open(b"message.subject", bytes(sealed))
