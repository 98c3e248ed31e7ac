"""What people may do by hand: the cap and the absence hold for them too.

Whoever takes a thread is at work, whatever their week says; only who said `away` takes none.
A lead may give a thread to somebody outside the pool, but to nobody who opted out.
"""

from __future__ import annotations

from core.assignment.changing import Change
from core.assignment.pools import PoolBook
from core.errors import Absent, Full, InvalidInput, NotAllowed
from core.mail.fold import ThreadFold
from core.people.models import MemberState
from core.people.views import Actor


def must_be_own_or_free(actor: Actor, mailbox_id: int, thread: ThreadFold) -> None:
    """Somebody else's is for a lead to change. Raises NotAllowed("lead")."""
    mine = thread.assignee_id in (None, actor.member_id)
    if not mine and mailbox_id not in actor.leads:
        raise NotAllowed("lead")


async def must_be_able(change: Change, member_id: int, *, own: bool) -> None:
    """Look at the person with the mailbox locked until the commit.

    `own`: they take it themselves. Raises InvalidInput("member", "not_in_mailbox" |
    "not_ready" | "opted_out"), Absent and Full.
    """
    pool = await PoolBook(change.connection, change.mailbox_id, change.now).open()
    who = pool.find(member_id)
    if who is None:
        raise InvalidInput("member", "not_in_mailbox")
    if who.state is not MemberState.READY:
        raise InvalidInput("member", "not_ready")
    if who.absent == "away" or (who.absent is not None and not own):
        raise Absent(member_id, who.next_free)
    if who.opted_out and not own:
        raise InvalidInput("member", "opted_out")
    if who.cap is not None and who.is_full(pool.load_of(change.thread.effort)):
        raise Full(member_id, who.cap)
