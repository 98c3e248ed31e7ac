"""The card of one thread."""

from __future__ import annotations

from datetime import datetime

from core.mail.models import ThreadState
from core.mail.views import ThreadView
from core.mailboxes.views import MailboxPersonView
from core.people.views import Actor
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    age,
    card,
    choices,
    execute,
    labelled,
    moment,
    open_url,
    plain,
    rich,
    run,
    safe,
    text_block,
    warning,
)
from dialogs.cards.life import ERASED, life_lines
from dialogs.cards.reasons import reasons, waiting
from dialogs.moves import Card, Element

NO_SUBJECT = "(no subject)"
MOST_PEOPLE = 60
"""People offered in the list of whom to pass a thread on to."""


def thread_card(
    view: ThreadView,
    *,
    reader: Actor,
    now: datetime,
    outlook: str,
    say: str = "",
    explain: bool = False,
    colleagues: tuple[MailboxPersonView, ...] = (),
) -> Card:
    """`outlook` is the link that opens it there; `say` a sentence of ours on top.

    `explain` adds the reasons; `colleagues` the question whom to pass it on to.
    """
    subject = thread_subject(view.subject)
    body: list[Element] = [text_block(say, weight="Bolder")] if say else []
    body += [
        rich(
            run(f"#{view.thread_id} ", isSubtle=True),
            run(subject, weight="Bolder", size="Medium"),
        ),
        labelled("From", _sender(view)),
        labelled("In", safe(view.mailbox, SUBJECT)),
        text_block(_received(view, now), isSubtle=True, spacing="Small"),
        _state(view, reader, now),
        *life_lines(view, now),
    ]
    if explain:
        body += reasons(view, now)
    data = {"thread": view.thread_id, "version": view.version}
    if colleagues:
        body.append(_whom(colleagues, view.assignee_id))
        actions = [
            execute("Pass it on", "thread.assign", data),
            execute("Back", "thread.show", data),
        ]
    else:
        actions = _actions(view, reader, data, explain)
        if view.message_id is not None:
            actions.append(open_url("Open in Outlook", outlook))
    return card(
        body,
        actions,
        says=f"Thread {view.thread_id}",
        refresh=("thread.show", {"thread": view.thread_id}),
    )


def gone_card(thread_id: int) -> Card:
    """In place of a thread whose reader may no longer see it."""
    return card(
        [text_block(f"Thread #{thread_id} is no longer yours to see.", isSubtle=True)],
        says=f"Thread {thread_id}",
    )


def thread_subject(subject: str | None) -> str:
    return ERASED if subject is None else safe(subject, SUBJECT, NO_SUBJECT)


def _sender(view: ThreadView) -> str:
    name, address = safe(view.sender_name, NAME), safe(view.sender_address, SUBJECT)
    if name and address and name != address:
        return f"{name} <{address}>"
    return name or address or "unknown"


def _received(view: ThreadView, now: datetime) -> str:
    at = view.last_received_at or view.received_at
    words = f"Received {moment(at)} · {age(at, now)} old when shown"
    if view.has_attachments:
        words += " · has attachments"
    return words


def _state(view: ThreadView, reader: Actor, now: datetime) -> Element:
    if view.merged_into is not None:
        return text_block(f"Merged into #{view.merged_into}: later mail goes there, too.")
    if view.state is ThreadState.DONE:
        return text_block("✔ Done", color="Good")
    if view.is_history:
        return text_block("History: from before the day this mailbox began to be assigned.")
    if view.assignee_id is None:
        return warning(f"Unassigned. {waiting(view.waiting_reason)}")
    who = "Yours" if view.assignee_id == reader.member_id else safe(view.assignee, NAME, "somebody")
    runs = [run("Assigned to " if who != "Yours" else ""), run(who, weight="Bolder")]
    if view.assigned_at is not None:
        runs.append(run(f" for {age(view.assigned_at, now)}"))
    if view.answered_at is not None:
        runs.append(run(f" · answered {age(view.answered_at, now)} ago", color="Good"))
    if view.state is ThreadState.SNOOZED:
        runs.append(run(" · snoozed"))
    return rich(*(part for part in runs if part["text"]))


def _actions(view: ThreadView, reader: Actor, data: dict[str, int], explain: bool) -> list[Element]:
    """At most five: *Open in Outlook* is the sixth."""
    if view.merged_into is not None:
        into = {"thread": view.merged_into}
        return [execute(f"Show #{view.merged_into}", "thread.open", into)]
    mine = view.assignee_id == reader.member_id
    leads = view.mailbox_id in reader.leads
    actions: list[Element] = []
    if view.state is ThreadState.DONE:
        actions.append(execute("Reopen", "thread.reopen", data))
    else:
        asleep = mine and view.state is ThreadState.SNOOZED
        if view.assignee_id is None or asleep:
            actions.append(execute("Wake now" if asleep else "Take", "thread.take", data))
        if mine or view.assignee_id is None or leads:
            actions.append(execute("Done", "thread.done", data))
            actions.append(execute("Pass on…", "thread.pass", data))
        if view.assignee_id is not None and (mine or leads) and not asleep:
            actions.append(execute("Put back", "thread.release", data))
    if not explain:
        actions.append(execute("Why me?" if mine else "Why?", "thread.why", data))
    actions.append(execute("More…", "thread.more", data))
    return actions


def _whom(colleagues: tuple[MailboxPersonView, ...], assignee_id: int | None) -> Element:
    options = [
        (plain(person.name, NAME, "unnamed"), str(person.member_id))
        for person in colleagues[:MOST_PEOPLE]
        if person.is_ready and person.member_id != assignee_id
    ]
    return choices("to", options, label="Who takes it?")
