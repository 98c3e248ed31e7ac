"""Lists of threads: a queue, what nobody has, a backlog, a digest. One page at a time."""

from __future__ import annotations

from datetime import datetime

from core.mail.models import Priority, ThreadState
from core.mail.views import ThreadPage, ThreadRow
from dialogs.cards.elements import (
    LINE,
    NAME,
    age,
    ahead,
    card,
    choices,
    execute,
    heading,
    note,
    run,
    safe,
)
from dialogs.cards.life import ERASED
from dialogs.cards.reasons import waiting
from dialogs.cards.thread import NO_SUBJECT
from dialogs.moves import Card, Element

PER_PAGE = 8


def queue_card(page: ThreadPage, *, now: datetime, title: str = "", say: str = "") -> Card:
    """A member's open threads, newest first or as the page has them."""
    return _list_card(
        page,
        title or f"Your queue: {page.total:,} open",
        "Nothing is assigned to you. `unassigned` shows what nobody has.",
        "queue",
        [
            ("Show", "thread.open"),
            ("Done", "queue.done"),
            ("Put back", "queue.release"),
            ("Why me?", "thread.reason"),
        ],
        now,
        say,
    )


def unassigned_card(page: ThreadPage, *, now: datetime, say: str = "") -> Card:
    """What nobody has, in the mailboxes of the reader."""
    return _list_card(
        page,
        f"Unassigned: {page.total:,}",
        "Everything is assigned.",
        "unassigned",
        [
            ("Show", "thread.open"),
            ("Take", "unassigned.take"),
            ("Done", "unassigned.done"),
            ("Why?", "thread.reason"),
        ],
        now,
        say,
    )


def snoozed_card(page: ThreadPage, *, now: datetime, say: str = "") -> Card:
    """What the reader snoozed, the next to wake first."""
    return _list_card(
        page,
        f"Snoozed: {page.total:,}",
        "Nothing of yours is snoozed.",
        "snoozed",
        [("Show", "thread.open"), ("Why?", "thread.reason")],
        now,
        say,
    )


def following_card(page: ThreadPage, *, now: datetime, say: str = "") -> Card:
    """What the reader follows or watches and is not done."""
    return _list_card(
        page,
        f"You follow: {page.total:,}",
        "You follow nothing that is not done.",
        "following",
        [("Show", "thread.open"), ("Why?", "thread.reason")],
        now,
        say,
    )


def overdue_card(page: ThreadPage, *, now: datetime, say: str = "") -> Card:
    """What is late in the reader's mailboxes."""
    return _list_card(
        page,
        f"Overdue: {page.total:,}",
        "Nothing is overdue.",
        "overdue",
        [("Show", "thread.open"), ("Why?", "thread.reason")],
        now,
        say,
    )


def _list_card(
    page: ThreadPage,
    title: str,
    empty: str,
    kind: str,
    verbs: list[tuple[str, str]],
    now: datetime,
    say: str,
) -> Card:
    """`verbs` act on the number that is picked; with paging there are at most six actions."""
    body = [heading(title)]
    if say:
        body.append(note(say))
    if not page.rows:
        body.append(note(empty))
    for row in page.rows:
        body.append(_line(row, now))
    data = {"page": page.page}
    actions: list[Element] = []
    if page.rows:
        numbers = [(f"#{row.thread_id}", str(row.thread_id)) for row in page.rows]
        body.append(choices("thread", numbers, label="Pick one"))
        actions += [execute(label, verb, data) for label, verb in verbs]
    if page.pages > 1:
        body.append(note(f"Page {page.page} of {page.pages}"))
    if page.page > 1:
        actions.append(execute("◀ Previous", f"{kind}.page", {"page": page.page - 1}))
    if page.page < page.pages:
        actions.append(execute("Next ▶", f"{kind}.page", {"page": page.page + 1}))
    return card(body, actions, says=title, refresh=(f"{kind}.page", data))


def _line(row: ThreadRow, now: datetime) -> Element:
    """Built by hand: a queue is the card that is drawn most."""
    subject = ERASED if row.subject is None else safe(row.subject, LINE, NO_SUBJECT)
    sender = safe(row.sender_name, NAME, "unknown sender")
    inlines: list[Element] = [
        {"type": "TextRun", "text": f"#{row.thread_id} ", "isSubtle": True},
        {"type": "TextRun", "text": subject, "weight": "Bolder"},
        {
            "type": "TextRun",
            "text": f" · {sender} · {age(row.last_received_at, now)}",
            "isSubtle": True,
        },
    ]
    if row.waiting_reason:
        inlines.append(
            {
                "type": "TextRun",
                "text": f" · {waiting(row.waiting_reason)}",
                "isSubtle": True,
                "color": "Attention",
            }
        )
    inlines += _urgency(row, now)
    return {"type": "RichTextBlock", "inlines": inlines, "separator": True}


def _urgency(row: ThreadRow, now: datetime) -> list[Element]:
    """Priority, the nearer deadline, and when it wakes; nothing for most rows."""
    runs: list[Element] = []
    if row.priority is not Priority.NORMAL:
        color = "Attention" if row.priority is Priority.URGENT else "Default"
        runs.append(run(f" · {row.priority}", color=color))
    if row.due_at is not None:
        late = row.due_at <= now
        words = f" · {'was due' if late else 'due'} {ahead(row.due_at, now)}"
        runs.append(run(words, color="Attention" if late else "Default"))
    if row.state is ThreadState.SNOOZED and row.snoozed_until is not None:
        runs.append(run(f" · wakes {ahead(row.snoozed_until, now)}", isSubtle=True))
    return runs
