"""The office tour: a day with working hours, an absence and a capacity, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from sandbox.teams.history import Activity
from sandbox.tenant import User
from sandbox.tour import office_records, records
from sandbox.tour.arriving import arrive
from sandbox.tour.cards import words
from sandbox.tour.closing import end
from sandbox.tour.first_sync import read_all
from sandbox.tour.office_figures import Moment, OfficeFigures
from sandbox.tour.office_plan import AFTER, CAPACITY, Shift, shifts
from sandbox.tour.office_policy import say_when, set_policy
from sandbox.tour.office_watch import Watch
from sandbox.tour.onboarding import onboard
from sandbox.tour.stage import Stage
from sandbox.tour.waiting import until

FINISHED = 3
"""Threads that each who is at work finishes at each moment of the day."""
PATIENCE = 90.0
"""Seconds until what changed with the clock has been given out."""
THREADS_A_SECOND = 20
"""Slower than this counts as stuck, where many are changed at once."""
BY_THEMSELVES = frozenset({"taken"})
"""Decisions of who has the thread: they know best whether they are at work."""


class Office:
    """The plays of one office tour, and what they remember from one to the next."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.moments: list[Moment] = []
        self._shifts: dict[str, Shift] = {}
        self._members: dict[str, int] = {}
        self._seen = 0

    async def install(self, stage: Stage) -> None:
        await arrive(stage)
        self._shifts, self._members = shifts(stage.people), await records.member_ids()

    async def hours(self, stage: Stage) -> None:
        await say_when(stage, self._shifts)

    async def onboard(self, stage: Stage) -> None:
        await onboard(stage, before_work=partial(set_policy, stage))

    async def first_sync(self, stage: Stage) -> None:
        await read_all(stage)
        await self._look(stage)

    async def refusals(self, stage: Stage) -> None:
        """By hand, too, nobody gets more than they may, and nobody absent gets anything."""
        checks, at_work = stage.checks, self._at_work(stage)
        free, loads = await office_records.some_waiting(), await records.open_threads()
        full = next((u for u in at_work if loads.get(self._members[u.id], 0) >= CAPACITY), None)
        absent = next((u for u in stage.people if u not in at_work), None)
        if free is None or full is None or absent is None:
            checks.left_out.append("refusals: nothing waits, or nobody is full or absent")
            return
        said = words(await stage.ask(full, "next"))
        checks.true("who is full is given no more by `next`", str(CAPACITY) in said, said)
        said = words(await stage.ask(full, f"take {free}"))
        checks.true("nor takes more", str(CAPACITY) in said, said)
        said = words(await stage.ask(stage.admin, f"assign {free} to {absent.name}"))
        checks.true("who is absent is assigned nothing", "not at work" in said, said)
        checks.equal("and it waits on", None, (await records.thread(free)).assignee_id)

    async def day(self, stage: Stage) -> None:
        """The clock is set on; mail arrives; people finish some; what waits finds somebody."""
        began = stage.clock()
        held = stage.box.loaded.held_back
        for number, after in enumerate(AFTER, 1):
            stage.clock.move_to(began + after)
            stage.transcript.happened(f"it is {stage.clock():%A %H:%M} UTC")
            arriving = held * number // len(AFTER) - held * (number - 1) // len(AFTER)
            await self._arrive(stage, arriving)
            await self._finish_some(stage)
            await self._look(stage)

    async def bulk(self, stage: Stage) -> None:
        """Many threads at once, within the same limits, and back again."""
        checks, lead = stage.checks, stage.admin
        stands = await office_records.standing()
        patience = 60 + sum(stands.waiting.values()) / THREADS_A_SECOND
        if not stands.waiting or not stands.loads.get(self._members[lead.id]):
            checks.left_out.append("bulk: the lead has no thread, or nothing waits")
            return
        card = await self._at_once(stage, f"assign all unassigned to {lead.name}", patience)
        left = "as many as they can take" in words(card)
        checks.true("those that would be too many are left, with the reason", left, words(card))
        card = await self._at_once(stage, "release all of me", patience)
        await stage.press(lead, card, "Undo")
        await until(lambda: _says(stage, lead, card, "Undone:"), "the end of undoing", patience)
        await self._look(stage)

    async def _at_once(self, stage: Stage, text: str, patience: float) -> Activity:
        """Counted, begun and waited for; the card as it is in the end."""
        card = await stage.ask(stage.admin, text)
        stage.checks.true(f"`{text}` is counted first", "would be" in words(card), words(card))
        await stage.press(stage.admin, card, "Do it")
        await until(partial(self._done, stage, card), f"the end of `{text}`", patience)
        return stage.standing(stage.admin, card)

    async def _done(self, stage: Stage, card: Activity) -> bool:
        shown = words(stage.standing(stage.admin, card))
        return "looked at" not in shown and "would be" not in shown

    async def closing(self, stage: Stage) -> None:
        await end(stage)
        await self._look(stage)
        most = self.watch.most
        stage.checks.true(
            f"in {self.watch.looks} looks nobody had over {CAPACITY}", most <= CAPACITY, str(most)
        )

    def steps(self) -> tuple[tuple[str, str, Callable[[Stage], Awaitable[None]]], ...]:
        """(name in the figures, heading, what is played)."""
        return (
            ("install", "People add Postroom in Teams", self.install),
            ("hours", "Each says when they work", self.hours),
            ("onboard", "The admin onboards the mailbox and sets its policy", self.onboard),
            ("first_sync", "First sync", self.first_sync),
            ("refusals", "More than is allowed is refused", self.refusals),
            ("day", "A day passes", self.day),
            ("bulk", "The lead changes many threads at once", self.bulk),
            ("closing", "Everything is told and counted", self.closing),
        )

    async def figures(
        self, stage: Stage, seconds: Mapping[str, float], *, ok: bool
    ) -> OfficeFigures:
        found, stands = await records.totals(), await office_records.standing()
        names = {self._members.get(user.id, 0): user.name for user in stage.people}
        return OfficeFigures(
            mailboxes=found.mailboxes,
            messages_synced=found.messages,
            threads=found.threads,
            open=found.open,
            assigned=stands.assigned,
            waiting=dict(sorted(stands.waiting.items())),
            done=found.done,
            capacity=CAPACITY,
            most_at_any_moment=self.watch.most,
            per_member={name: stands.loads.get(i, 0) for i, name in names.items()},
            moments=[one.as_facts() for one in self.moments],
            seconds={step: round(spent, 2) for step, spent in seconds.items()},
            ok=ok,
        )

    async def _look(self, stage: Stage) -> None:
        """Wait until what the clock has moved is given out, then hold it against the claims."""
        await until(partial(self._settled, stage), "what waits to be given out", PATIENCE)
        checks, at = stage.checks, stage.clock()
        found, stands = await records.totals(), await office_records.standing()
        when = f"{at:%a %H:%M}"
        checks.equal(
            f"{when}: assigned and waiting are all that is open",
            found.open,
            stands.assigned + sum(stands.waiting.values()),
        )
        checks.equal(f"{when}: all that waits has a reason", 0, stands.waiting.get("", 0))
        most = max(stands.loads.values(), default=0)
        checks.true(f"{when}: nobody has more than {CAPACITY}", most <= CAPACITY, str(most))
        await self._hold_decisions(stage, when)
        names = tuple(user.given_name for user in self._at_work(stage))
        waiting = dict(sorted(stands.waiting.items()))
        self.moments.append(Moment(at, names, found.open, stands.assigned, waiting, most))

    async def _hold_decisions(self, stage: Stage, when: str) -> None:
        """Each decision since the last look: to somebody at work then, who had room."""
        users = {member: user for user, member in self._members.items()}
        absent = over = 0
        for given in await office_records.given_since(self._seen):
            self._seen = given.decision_id
            shift = self._shifts[users[given.member_id]]
            absent += not shift.at_work(given.at) and given.code not in BY_THEMSELVES
            over += given.load is not None and given.load >= CAPACITY
        stage.checks.equal(f"{when}: nobody absent was given anything", 0, absent)
        stage.checks.equal(f"{when}: nobody who was full was given anything", 0, over)

    async def _settled(self, stage: Stage) -> bool:
        """Shifts that are over were handed back; nothing waits for who is at work and has room."""
        stands = await office_records.standing()
        if any(stands.loads.get(self._members[user.id]) for user in self._over(stage)):
            return False
        if not any(reason.startswith("nobody") for reason in stands.waiting):
            return "" not in stands.waiting
        loads = (stands.loads.get(self._members[u.id], 0) for u in self._at_work(stage))
        return all(load >= CAPACITY for load in loads)

    def _at_work(self, stage: Stage) -> list[User]:
        now = stage.clock()
        return [user for user in stage.people if self._shifts[user.id].at_work(now)]

    def _over(self, stage: Stage) -> list[User]:
        now = stage.clock()
        return [user for user in stage.people if self._shifts[user.id].is_over(now)]

    async def _open(self, user: User) -> int:
        return (await records.open_threads()).get(self._members[user.id], 0)

    async def _arrive(self, stage: Stage, count: int) -> None:
        box = stage.box
        if not count:
            return
        mails = box.mail.deliver_held(box.mailbox, count)
        stage.transcript.happened(f"{len(mails)} mails arrive")
        last = box.mail.mailboxes[box.mailbox].message_id(mails[-1], immutable=True)
        await until(partial(records.message, last), "mail that arrived", PATIENCE)

    async def _finish_some(self, stage: Stage) -> None:
        for user in self._at_work(stage):
            for thread in (await records.threads_of(self._members[user.id]))[:FINISHED]:
                await stage.ask(user, f"done {thread.id}")


async def _says(stage: Stage, user: User, card: Activity, wanted: str) -> bool:
    return wanted in words(stage.standing(user, card))
