"""A working day of a team, over the real sync and service, on its own clock.

Two shifts with breaks, one person on leave, one away for two hours, one who goes home early;
mail comes in waves; people finish what they have at about the same pace. Every five minutes
the timers tick and the invariants are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tortoise.connection import get_connection

from core.assignment.service import Assignments
from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import HandBack, Mailbox, Strategy
from core.outbox.queue import Outbox
from core.people.availability_rows import load_availability
from core.people.models import Absence, Member
from core.people.views import Actor
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock
from tests.core.assignment.given import load_given
from tests.core.assignment.invariants import Watch
from tests.core.mail.feeds import header
from tests.core.mail.office import Office, an_office

WEEKS = ("mon-fri 08:00-12:00 13:00-17:00", "mon-fri 09:00-13:00 14:00-18:00")
WAVES = (2, 5, 6, 5, 3, 4, 5, 4, 3, 1)
"""How the day's mail is spread over its ten hours."""
TICK = timedelta(minutes=5)
TICKS = 12 * len(WAVES)
AT_WORK = 0.8
"""Eight hours of ten."""
ROOM = 1.15
"""What people could finish in a day, in days' mail."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    loads: dict[int, int]
    """Threads that each was given, of those who were at work at all."""
    at_work: dict[int, float]
    """Ticks that each was at work."""
    fullest: int
    """The most that anybody ever had open."""
    threads: int
    done: int
    open_with_somebody: int
    waiting: dict[str, int]
    """By reason."""


class Day:
    def __init__(self, office: Office, messages: int) -> None:
        self._office = office
        self._clock = office.clock
        self._messages = messages
        self._chance = Random(7)
        self._work = Assignments(Outbox(office.jobs), office.clock)
        self._watch = Watch(office.mailbox.id)
        self._actors: dict[int, Actor] = {}
        self._at_work: dict[int, float] = {}
        self._fullest = 0
        self._sent = 0

    @classmethod
    async def open(
        cls, vault: Vault, strategy: Strategy, members: int, messages: int, capacity: int
    ) -> Day:
        monday = datetime.fromisoformat("2026-03-02T08:00+00:00")
        office = await an_office(vault, SettableClock(monday))
        organization = await office.mailbox.organization
        for _ in range(members - len(office.people)):
            person = await factories.member(vault, organization)
            await factories.works(office.mailbox, person)
            office.people.append(person)
        for number, person in enumerate(office.people):
            await Member.filter(id=person.id).update(week=WEEKS[number % 2])
        for person, start, end in zip(office.people, (-24, 2, 7), (48, 4, None), strict=False):
            await Absence.create(
                organization_id=organization.id,
                member_id=person.id,
                starts_at=monday + timedelta(hours=start),
                ends_at=None if end is None else monday + timedelta(hours=end),
                created_at=monday,
            )
        settings = {"strategy": strategy, "capacity": capacity, "hand_back": HandBack.POOL}
        await Mailbox.filter(id=office.mailbox.id).update(**settings)
        await office.live()
        return cls(office, messages)

    async def run(self) -> DayFigures:
        """Raises AssertionError when anything happens that never may."""
        start = self._clock()
        self._actors = {who.id: await factories.actor(who) for who in self._office.people}
        for tick in range(TICKS):
            await self._mail_comes(tick)
            await self._tick()
            await self._people_work()
            self._clock.advance(TICK)
        await self._tick()
        return await self._figures(start)

    async def _mail_comes(self, tick: int) -> None:
        hours = sum(WAVES[: tick // 12]) + WAVES[tick // 12] * (tick % 12 + 1) / 12
        due = round(self._messages * hours / sum(WAVES))
        new = range(self._sent, due)
        self._sent = due
        self._office.feed.give(
            self._office.inbox.graph_id,
            *(header(f"m{number}", at=self._clock()) for number in new),
        )
        await self._office.sync()

    async def _tick(self) -> None:
        now = self._clock()
        await self._work.hand_back(now)
        await self._work.assign_waiting(self._office.mailbox.id)
        await self._watch.look(now)
        await self._watch.nothing_waits_in_vain(now)

    async def _people_work(self) -> None:
        """Together they could finish a little more than comes in a day, at an even pace."""
        pace = ROOM * self._messages / (len(self._actors) * TICKS * AT_WORK)
        available = await load_availability(get_connection("default"), self._actors)
        for member_id, actor in self._actors.items():
            theirs = MailThread.filter(assignee_id=member_id, state=ThreadState.OPEN)
            threads = await theirs.order_by("received_at", "id").values_list("id", flat=True)
            self._fullest = max(self._fullest, len(threads))
            if available[member_id].why_not(self._clock()) is not None:
                continue
            self._at_work[member_id] = self._at_work.get(member_id, 0) + 1
            count = int(pace + self._chance.random())
            for thread_id in threads[:count]:
                await self._work.finish(actor, int(str(thread_id)))

    async def _figures(self, start: datetime) -> DayFigures:
        given = await load_given(
            get_connection("default"), self._office.mailbox.id, start, self._clock()
        )
        waiting: dict[str, int] = {}
        threads = await MailThread.filter(mailbox_id=self._office.mailbox.id)
        for thread in threads:
            if thread.state is ThreadState.OPEN and thread.assignee_id is None:
                reason = thread.waiting_reason or ""
                waiting[reason] = waiting.get(reason, 0) + 1
        states = [thread.state for thread in threads]
        return DayFigures(
            loads={who: load for who, load in given.items() if who in self._at_work},
            at_work=self._at_work,
            fullest=self._fullest,
            threads=len(threads),
            done=states.count(ThreadState.DONE),
            open_with_somebody=states.count(ThreadState.OPEN) - sum(waiting.values()),
            waiting=waiting,
        )
