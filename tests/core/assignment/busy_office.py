"""An office in which everything happens that moves threads, over the real service and sync."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from core.assignment.restoring import Before, Restoring
from core.assignment.service import Assignments
from core.errors import UserError
from core.mail.models import MailMessage, MailThread, ThreadState
from core.mailboxes.models import Mailbox, MailboxMember
from core.outbox.queue import Outbox
from core.people.models import Absence, Member, MemberState
from core.rules.ages import AgeRules
from core.sealing import Vault
from core.threads.merge import Merges
from tests import factories
from tests.clock import SettableClock
from tests.core.assignment.invariants import Watch
from tests.core.mail.feeds import header
from tests.core.mail.office import Office, an_office
from tests.core.rules.at_work.rows import a_rule

WEEKS = ("", "mon-fri 09:00-12:00 13:00-17:00", "mon-fri 12:00-20:00")

NAMES = ("Ada Lovelace", "Bo Diddley", "Cy", "Di")


class BusyOffice:
    """Two of its people work all hours, two by a week; the first is the lead."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._clock = office.clock
        self._work = Assignments(Outbox(office.jobs), office.clock)
        self._watch = Watch(office.mailbox.id)
        self._mails = 0
        self._ruled: set[str] = set()
        self.people = office.people

    @classmethod
    async def open(cls, vault: Vault, clock: SettableClock) -> BusyOffice:
        office = await an_office(vault, clock)
        organization = await office.mailbox.organization
        for name, week in (("Cy", WEEKS[1]), ("Di", WEEKS[2])):
            person = await factories.member(vault, organization, name, week=week)
            await factories.works(office.mailbox, person)
            office.people.append(person)
        lead = {"mailbox_id": office.mailbox.id, "member_id": office.people[0].id}
        await MailboxMember.filter(**lead).update(is_lead=True)
        await office.live()
        return cls(office)

    async def mail(self, conversation: str | None, count: int = 1) -> None:
        """New mail: to a conversation that is known, or in as many new ones."""
        for _ in range(count):
            self._mails += 1
            self._office.feed.give(
                self._office.inbox.graph_id,
                header(
                    f"m{self._mails}",
                    conversation,
                    at=self._clock() + timedelta(milliseconds=self._mails),
                    sender=f"p{self._mails % 3}@customer.example",
                ),
            )
            await self._office.sync()

    async def moved_in_outlook(self, thread: MailThread, *, back: bool) -> None:
        office = self._office
        messages = await MailMessage.filter(thread_id=thread.id)
        ids = [message.graph_id for message in messages]
        if back:
            again = [header(i, thread.conversation_id, at=thread.received_at) for i in ids]
            office.feed.give(office.inbox.graph_id, *again)
        else:
            office.feed.places.update(dict.fromkeys(ids, office.deleted.graph_id))
            office.feed.give(office.inbox.graph_id, removed=ids)
        await office.sync()

    async def mail_for_a_rule(self, who: int, conversation: str | None) -> None:
        """A rule names whom it is for, and the others after them in half of the cases."""
        name = NAMES[who]
        after = " else anyone" if who % 2 else ""
        await self._rule(f"when subject contains {name} then assign to {name}{after}")
        self._mails += 1
        at = self._clock() + timedelta(milliseconds=self._mails)
        mail = header(f"m{self._mails}", conversation, at=at, subject=f"For {name}")
        self._office.feed.give(self._office.inbox.graph_id, mail)
        await self._office.sync()

    async def too_old(self, who: int) -> None:
        """A rule moves what has waited for five hours, once."""
        await self._rule(f"when unanswered over 5 hours then assign to {NAMES[who]}")

    async def _rule(self, line: str) -> None:
        """Once, while the person is there to be named."""
        if line not in self._ruled:
            with suppress(UserError):
                await a_rule(self._office, line)
                self._ruled.add(line)

    async def merged(self, thread: MailThread, other: MailThread) -> None:
        """Of the same weight: what becomes heavier is another matter than who has it."""
        if thread.effort == other.effort:
            lead = await factories.actor(self.people[0])
            with suppress(UserError):
                await Merges(Outbox(self._office.jobs), self._clock).merge(
                    lead, thread.id, other.id
                )

    async def assigned_in_outlook(self, thread: MailThread, who: int) -> None:
        message = await MailMessage.filter(thread_id=thread.id).order_by("-id").first()
        if message is not None:
            names = (f"Assigned: {NAMES[who]}",)
            changed = header(
                message.graph_id,
                thread.conversation_id,
                at=message.received_at,
                categories=names,
                modified_at=self._clock() + timedelta(hours=1),
            )
            self._office.feed.give(self._office.inbox.graph_id, changed)
            await self._office.sync()

    async def threads(self) -> list[MailThread]:
        return await MailThread.filter(mailbox_id=self._office.mailbox.id).order_by("id")

    async def by_hand(self, verb: str, who: int, thread: MailThread, other: int = 0) -> None:
        """What somebody may be refused is refused without a trace."""
        actor = await factories.actor(self.people[who])
        work, until = self._work, self._clock() + timedelta(hours=1 + other)
        attempts: dict[str, Callable[[], Awaitable[object]]] = {
            "take": lambda: work.take(actor, thread.id),
            "assign": lambda: work.assign(actor, thread.id, self.people[other].id),
            "release": lambda: work.release(actor, thread.id),
            "finish": lambda: work.finish(actor, thread.id),
            "reopen": lambda: work.reopen(actor, thread.id),
            "snooze": lambda: work.snooze(actor, thread.id, until),
            "next": lambda: work.next(actor),
        }
        with suppress(UserError):
            await attempts[verb]()

    async def goes_and_comes_back(self, thread: MailThread, out: str, back: str) -> None:
        """It is put aside, others take its place, and then it returns to whoever had it."""
        owner = next((n for n, p in enumerate(self.people) if p.id == thread.assignee_id), 0)
        if out == "outlook":
            await self.moved_in_outlook(thread, back=False)
        else:
            await self.by_hand(out, owner, thread)
        await self.mail(None, 2)
        await self.passes(1)
        match back:
            case "mail":
                await self.mail(thread.conversation_id)
            case "outlook":
                await self.moved_in_outlook(thread, back=True)
            case "time":
                await self.passes(90)
            case verb:
                await self.by_hand(verb, owner, thread)

    async def does_and_undoes(self, verb: str, who: int, thread: MailThread, other: int) -> None:
        """As a bulk change that is undone, after others took the place."""
        before = Before.of(thread)
        await self.by_hand(verb, who, thread, other)
        await self.mail(None, 2)
        await self.look()
        now = await MailThread.get(id=thread.id)
        if now.version == thread.version + 1:
            with suppress(UserError):
                actor = await factories.actor(self.people[who])
                restoring = Restoring(Outbox(self._office.jobs), self._clock)
                await restoring.restore(actor, thread.id, before)

    async def away(self, who: int, hours: int | None) -> None:
        person, now = self.people[who], self._clock()
        ends = None if hours is None else now + timedelta(hours=hours)
        await Absence.create(
            organization_id=person.organization_id,
            member_id=person.id,
            starts_at=now,
            ends_at=ends,
            created_at=now,
        )
        await self._work.hand_back(now, person.id)

    async def leaves(self, who: int) -> None:
        person = self.people[who]
        place = {"mailbox_id": self._office.mailbox.id, "member_id": person.id}
        await MailboxMember.filter(**place).delete()
        await Member.filter(id=person.id).update(state=MemberState.LEFT)
        await self._work.put_back(person.id, "left")

    async def returns(self, who: int) -> None:
        """To work, to the mailbox and to the pool, wherever they are missing."""
        person = self.people[who]
        await Absence.filter(member_id=person.id).delete()
        await Member.filter(id=person.id).update(state=MemberState.READY)
        place = {"mailbox_id": self._office.mailbox.id, "member_id": person.id}
        await MailboxMember.get_or_create(**place, defaults={"is_lead": who == 0})
        await MailboxMember.filter(**place).update(opted_out=False)

    async def opts_out(self, who: int) -> None:
        place = {"mailbox_id": self._office.mailbox.id, "member_id": self.people[who].id}
        await MailboxMember.filter(**place).update(opted_out=True)

    async def weighs(self, thread: MailThread, effort: int) -> None:
        """Only where the cap does not mind: a tag may make an owner's thread heavier."""
        if thread.assignee_id is None or thread.state is not ThreadState.OPEN:
            await MailThread.filter(id=thread.id).update(effort=effort)

    async def policy(self, **settings: object) -> None:
        await Mailbox.filter(id=self._office.mailbox.id).update(**settings)

    async def passes(self, minutes: int) -> None:
        """Time passes, and the timers tick."""
        self._clock.advance(timedelta(minutes=minutes))
        await self._work.wake(self._clock())
        await self._work.hand_back(self._clock())
        await AgeRules(self._office.vault, Outbox(self._office.jobs), self._clock).run()
        await self._work.assign_waiting(self._office.mailbox.id)
        await self.look()
        await self._watch.nothing_waits_in_vain(self._clock())

    async def look(self) -> None:
        await self._watch.look(self._clock())
