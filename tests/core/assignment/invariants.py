"""What holds whatever happens, stated once. Read from the rows alone, by other means than
the service's own.

1. Nobody's open load in a mailbox grows beyond its cap.
2. Nobody is given an open thread unless they are of its mailbox, ready, at work, not opted out
   and in its pool. What people do themselves is looser in three points: who takes a thread may
   be out of hours or opted out, never `away`; a person chooses, and a rule or a hand-back
   names, also whom the pool leaves out. What two threads that are merged had, stays as it was.
3. An open thread has an assignee, or waits with its reason: one of the two. It waits for
   somebody if and only if the reason is that it waits for its owner.
4. The newest decision about an open thread says who has it, or why nobody has.
5. What is snoozed says until when; nothing else does.
6. After a tick nothing waits that somebody could be given.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tortoise.connection import get_connection

from core.assignment.models import Decision
from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import Mailbox, MailboxMember, Strategy
from core.people.availability_rows import load_availability
from core.people.models import MemberState

BY_THEMSELVES = {"taken"}
CHOSEN = {"taken", "by_hand", "by_rule", "colleague", "in_outlook"}


class Watch:
    """Looks at one mailbox after each change."""

    def __init__(self, mailbox_id: int) -> None:
        self._mailbox_id = mailbox_id
        self._seen = 0
        self._loads: Counter[int] = Counter()

    async def look(self, now: datetime) -> None:
        """Raises AssertionError. `now`: when everything since the last look happened."""
        mailbox = await Mailbox.get(id=self._mailbox_id)
        here = MailThread.filter(mailbox_id=self._mailbox_id)
        assert not await here.filter(state=ThreadState.DONE, snoozed_until__isnull=False).exists()
        threads = await here.filter(is_history=False, last_received_at__isnull=False).exclude(
            state=ThreadState.DONE
        )
        self._caps_hold(mailbox, threads)
        await self._given_only_to_whom_may_have_it(now)
        await self._told_as_it_is(threads)

    async def nothing_waits_in_vain(self, now: datetime) -> None:
        mailbox = await Mailbox.get(id=self._mailbox_id)
        waiting = await MailThread.filter(
            mailbox_id=self._mailbox_id, state=ThreadState.OPEN, assignee_id=None
        ).values_list("id", "waiting_reason", "effort")
        if mailbox.strategy is Strategy.SKILLS:
            return
        absent = await self._absent(now)
        people = await MailboxMember.filter(mailbox_id=self._mailbox_id).select_related("member")
        named = await self._named_by_rules([thread_id for thread_id, _, _ in waiting])
        for thread_id, reason, effort in waiting:
            if not str(reason).startswith("nobody"):
                continue
            for place in people:
                if place.member_id not in named.get(thread_id, {place.member_id}):
                    continue  # it waits for somebody else, whom its rule names
                load = self._loads[place.member_id] + _weight(mailbox, effort)
                full = mailbox.capacity is not None and load > mailbox.capacity
                kept_out = place.opted_out or not place.in_pool
                hindered = full or kept_out or absent.get(place.member_id) is not None
                assert hindered or place.member.state is not MemberState.READY

    async def _named_by_rules(self, thread_ids: list[int]) -> dict[int, set[int]]:
        """Whom alone a thread waits for, where a rule named them and nobody else."""
        named: dict[int, set[int]] = {}
        for decision in await Decision.filter(thread_id__in=thread_ids).order_by("id"):
            named.pop(decision.thread_id, None)
            if targets := decision.reason.get("targets"):
                named[decision.thread_id] = {who for people, *_ in targets for who in people}
        return named

    def _caps_hold(self, mailbox: Mailbox, threads: list[MailThread]) -> None:
        loads: Counter[int] = Counter()
        for thread in threads:
            if thread.state is ThreadState.OPEN and thread.assignee_id is not None:
                loads[thread.assignee_id] += _weight(mailbox, thread.effort)
        for member_id, load in loads.items():
            if mailbox.capacity is not None and load > self._loads[member_id]:
                assert load <= mailbox.capacity, f"{load} of {mailbox.capacity}"
        self._loads = loads

    async def _given_only_to_whom_may_have_it(self, now: datetime) -> None:
        new = (
            await Decision.filter(id__gt=self._seen, thread__mailbox_id=self._mailbox_id)
            .order_by("id")
            .select_related("thread")
        )
        if new:
            self._seen = new[-1].id
        absent = await self._absent(now)
        places = {
            place.member_id: place
            for place in await MailboxMember.filter(mailbox_id=self._mailbox_id).select_related(
                "member"
            )
        }
        for decision in new:
            rests = decision.code == "restored" and decision.thread.state is not ThreadState.OPEN
            if decision.member_id is None or decision.code == "merged" or rests:
                continue
            place = places[decision.member_id]
            who = place.member
            assert who.state is MemberState.READY
            own = decision.code in BY_THEMSELVES or decision.by_id == who.id
            assert absent.get(who.id) != "away"
            assert own or absent.get(who.id) is None, decision.code
            assert own or not place.opted_out
            assert place.in_pool or decision.code in CHOSEN

    async def _told_as_it_is(self, threads: list[MailThread]) -> None:
        decided = Decision.filter(thread_id__in=[thread.id for thread in threads])
        newest = {decision.thread_id: decision for decision in await decided.order_by("id")}
        for thread in threads:
            assert (thread.state is ThreadState.SNOOZED) == (thread.snoozed_until is not None)
            if thread.state is not ThreadState.OPEN:
                continue
            assert (thread.assignee_id is None) == (thread.waiting_reason is not None)
            for_owner = thread.waiting_reason == "waits_for_owner"
            assert for_owner == (thread.waits_for_id is not None)
            decision = newest[thread.id]
            assert decision.member_id == thread.assignee_id
            assert thread.assignee_id is not None or decision.code == thread.waiting_reason

    async def _absent(self, now: datetime) -> dict[int, str | None]:
        ids = await MailboxMember.filter(mailbox_id=self._mailbox_id).values_list(
            "member_id", flat=True
        )
        available = await load_availability(get_connection("default"), [int(str(i)) for i in ids])
        return {member_id: hours.why_not(now) for member_id, hours in available.items()}


def _weight(mailbox: Mailbox, effort: int) -> int:
    if not mailbox.counts_effort:
        return 1
    return effort if mailbox.capacity is None else min(effort, mailbox.capacity)
