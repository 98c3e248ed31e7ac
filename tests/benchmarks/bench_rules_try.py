"""A rule tried on 100,000 kept messages, against the pure engine with the facts in memory.

The pure engine is all of the replay that needs no database: each message decided under the
rules with the draft and its thread given to one of 50 members, and the same for today's rules.
The trial also reads and decrypts the mail, and says how far it is, while turns go on.

Two stricter readings are printed and not promised: against one of the two sets of rules alone,
and against deciding alone, where nobody is given anything.

Run: `python tests/benchmarks/bench_rules_try.py [messages]`.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from figures import Figure, report

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tortoise.connection import get_connection

from core.database import database
from core.keyring import KeyRing
from core.mail.rows import insert
from core.migrate import migrate
from core.outbox.queue import Outbox
from core.people.views import Actor
from core.rules.attendance import Attendance
from core.rules.casting import Cast, cast_of, desk_of, replay_of
from core.rules.engine import compile_rules
from core.rules.models import RuleTrial
from core.rules.replay import Arrival, Asked, Side
from core.rules.service import Rulebook
from core.rules.stored_mail import StoredMail
from core.rules.trials import BATCH, Simulations
from core.sealing import Vault
from core.transactions import transaction
from tests import factories
from tests.postgres import admin_connection, postgres_server

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
RULES = 100
MEMBERS = 50
WANTED = 2.0
LATE = 0.05
"""Seconds after which a turn is said to have been kept waiting."""
WORDS = ("order", "invoice", "printer", "refund", "contract", "password", "meeting", "offer")


class Jobs:
    async def defer(self, *_: Any, **__: Any) -> None: ...


def _line(number: int) -> str:
    """Of ten rules six ask for a sender or a domain, four look into the subject."""
    word = WORDS[number % len(WORDS)]
    match number % 10:
        case 0 | 1 | 2:
            return f"when from is person{number}@customer{number}.example then tag T{number}"
        case 3 | 4 | 5:
            who = f"Ada{number % MEMBERS}"
            return f"when from domain customer{number}.example then assign to {who}"
        case 6 | 7:
            return f"when subject contains {word}{number} and has attachment then tag T{number}"
        case 8:
            return f"when subject starts with {word} and importance is high then set priority high"
        case _:
            return f"when subject matches {word}s?{number} unless automatic is list then tag T"


async def _mail(vault: Vault, mailbox: Any, inbox: Any, count: int) -> None:
    """1.6 messages a thread, 1.25 threads a person; most threads are finished within a day."""
    chosen = random.Random(7)
    people, threads, messages = [], [], []
    organization = mailbox.organization_id
    keys: dict[int, Any] = {}
    for number in range(count):
        thread = number * 5 // 8
        person = thread * 4 // 5
        at = START + timedelta(seconds=number * 25)
        if person not in keys:
            wrapped, key = vault.new_key()
            keys[person] = key
            address = f"person{person}@customer{person % 997}.example"
            sealed = key.seal(b"correspondent.address", address)
            people.append(
                (person + 1, organization, f"{person:032}", "d" * 32, wrapped, sealed, START)
            )
        key = keys[person]
        subject = f"About {chosen.choice(WORDS)} {thread}: when will it come to our office?"
        if len(threads) <= thread:
            done = (
                at + timedelta(hours=chosen.expovariate(1 / 8)) if chosen.random() < 0.95 else None
            )
            threads.append(
                (
                    thread + 1, organization, mailbox.id, f"c{thread}", person + 1,
                    key.seal(b"thread.subject", subject), "done" if done else "open", False, at,
                    done, False, "none", 1,
                )
            )  # fmt: skip
        messages.append(
            (
                organization, mailbox.id, thread + 1, inbox.id, f"m{number}", "in", person + 1,
                key.seal(b"message.subject", subject), at, False, number % 7 == 0,
                "high" if number % 11 == 0 else "normal", "none", 1,
            )
        )  # fmt: skip
    async with transaction() as connection:
        await insert(connection, "correspondent", _PERSON, people)
        await insert(connection, "mail_thread", _THREAD, threads)
        await insert(connection, "mail_message", _MESSAGE, messages)


_PERSON = (
    "id", "organization_id", "address_hash", "domain_hash", "wrapped_key", "sealed_address",
    "created_at",
)  # fmt: skip
_THREAD = (
    "id", "organization_id", "mailbox_id", "conversation_id", "correspondent_id",
    "sealed_subject", "state", "is_history", "received_at", "finished_at",
    "finished_in_outlook", "automatic", "version",
)  # fmt: skip
_MESSAGE = (
    "organization_id", "mailbox_id", "thread_id", "folder_id", "graph_id", "direction",
    "correspondent_id", "sealed_subject", "received_at", "is_read", "has_attachments",
    "importance", "automatic", "generation",
)  # fmt: skip


async def _house(vault: Vault, count: int) -> tuple[Actor, int]:
    organization = await factories.organization(vault)
    mailbox = await factories.mailbox(vault, organization)
    people = [await factories.member(vault, organization, f"Ada{i}") for i in range(MEMBERS)]
    for place, person in enumerate(people):
        await factories.works(mailbox, person, is_lead=place == 0)
    inbox = await factories.folder(vault, mailbox)
    await _mail(vault, mailbox, inbox, count)
    lead = await factories.actor(people[0])
    book = Rulebook(vault, lambda: START)
    for number in range(RULES):
        await book.add(lead, mailbox.id, _line(number))
    return lead, mailbox.id


async def _facts(vault: Vault, row: RuleTrial) -> list[Arrival]:
    cast = await cast_of(vault, row)
    mail = StoredMail(vault, cast.mailbox.id, cast.key, cast.fields, cast.is_open, row.created_at)
    ids = await mail.ids(row.starts_at, row.ends_at)
    found: list[Arrival] = []
    for start in range(0, len(ids), BATCH):
        found += await mail.read(ids[start : start + BATCH])
    return found


def _replayed(cast: Cast, arrivals: Sequence[Arrival]) -> float:
    """Seconds of the replay alone."""
    replay = replay_of(cast)
    begun = time.perf_counter()
    replay.take(arrivals)
    return time.perf_counter() - begun


def _decided(cast: Cast, arrivals: Sequence[Arrival]) -> tuple[float, float]:
    """For comparison: seconds of deciding and giving under the draft alone, and of deciding."""
    rules, side = compile_rules(cast.draft), Side(desk_of(cast, Attendance(cast.hours)))
    begun = time.perf_counter()
    for arrival in arrivals:
        outcome = rules.decide(arrival.facts)
        asked = Asked(outcome.actions, arrival.sender_id)
        side.arrive(arrival.thread_id, asked, arrival.facts.received_at)
    whole = time.perf_counter() - begun
    begun = time.perf_counter()
    for arrival in arrivals:
        rules.decide(arrival.facts)
    return whole, time.perf_counter() - begun


async def _turns(waits: list[float], over: asyncio.Event) -> None:
    """What a turn asks of the database, again and again; how long each one took."""
    while not over.is_set():
        begun = time.perf_counter()
        await get_connection("default").execute_query("SELECT id FROM member LIMIT 1")
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(0.02)


async def measure(engine: str, url: str, count: int) -> list[Figure]:
    vault = Vault(KeyRing({"k1": b"1" * 32}, b"2" * 32))
    await migrate(url)
    now = START + timedelta(seconds=count * 25)
    async with database(url):
        lead, mailbox_id = await _house(vault, count)
        trials = Simulations(vault, lambda: now, jobs=Jobs(), outbox=Outbox(Jobs()))
        line = "when subject contains invoice then assign to Ada1 else anyone"
        trial = await trials.try_line(lead, mailbox_id, line, "last 60 days")
        row = await RuleTrial.get(id=trial.trial_id)
        arrivals = await _facts(vault, row)
        cast = await cast_of(vault, row)
        pure = _replayed(cast, arrivals)
        one_side, deciding = _decided(cast, arrivals)
        del arrivals
        waits: list[float] = []
        over = asyncio.Event()
        turns = asyncio.create_task(_turns(waits, over))
        begun, worked = time.perf_counter(), time.process_time()
        await trials.run(trial.trial_id)
        seconds, worked = time.perf_counter() - begun, time.process_time() - worked
        over.set()
        await turns
        found = await trials.trial(lead, trial.trial_id)
    print(
        f"{engine:<12}{seconds:>8.2f} s ({worked:.2f} s of the processor, turns and all)"
        f" for {found.messages:,} messages, {found.matched:,} match;"
        f" {len(waits)} turns meanwhile,"
        f" {sum(wait > LATE for wait in waits)} over {LATE * 1000:.0f} ms,"
        f" longest {max(waits) * 1000:.0f} ms",
        flush=True,
    )
    for reading, memory in (
        ("the whole replay in memory", pure),
        ("one set of rules in memory, decided and given", one_side),
        ("deciding alone", deciding),
    ):
        print(f"{'':12}{seconds / memory:8.2f}x {reading}: {memory:.2f} s", flush=True)
    ratio = seconds / pure
    what = f"rules try over {count:,} messages, against its replay in memory, {engine}"
    return [Figure(what, f"≤ {WANTED:g}×", f"{ratio:.2f}×", ratio <= WANTED)]


async def run(count: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        figures = await measure("sqlite", f"sqlite://{folder}/try.db", count)
    with postgres_server() as where:
        with admin_connection(where) as connection:
            connection.execute("CREATE DATABASE trial")
        figures += await measure("postgresql", f"postgres://postroom@/trial?host={where}", count)
    return figures


if __name__ == "__main__":
    report(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
