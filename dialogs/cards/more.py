"""A thread card's second view: what is done less often, in one form."""

from __future__ import annotations

from core.mail.models import Priority, ThreadState
from core.mail.views import ThreadView
from core.threads.notes import LONGEST as LONGEST_NOTE
from core.threads.tags import LONGEST as LONGEST_TAG
from dialogs.cards.elements import (
    card,
    choices,
    date_input,
    execute,
    heading,
    safe,
    text_block,
    text_input,
)
from dialogs.moves import Card, Element

SNOOZES = (
    ("Not now", ""),
    ("1 hour", "1 h"),
    ("4 hours", "4 h"),
    ("Tomorrow 9:00", "tomorrow 9:00"),
    ("Next Monday 9:00", "monday 9:00"),
)
"""(title, what is said for it)."""


def more_card(view: ThreadView, *, say: str = "") -> Card:
    thread = {"thread": view.thread_id}
    tags = tag_text(view)
    body: list[Element] = [heading(f"Thread #{view.thread_id}")]
    if say:
        body.append(text_block(say, weight="Bolder"))
    body += [
        text_input(
            "note",
            label="Add a private note",
            hint="For the people of this mailbox alone",
            longest=LONGEST_NOTE,
            lines=True,
        ),
        choices(
            "priority",
            [(p.capitalize(), p.value) for p in reversed(Priority)],
            label="Priority",
            value=view.priority.value,
        ),
        text_input("tags", label="Tags, with commas between", value=tags, longest=4 * LONGEST_TAG),
    ]
    if view.state is not ThreadState.DONE:
        body += [
            choices("snooze", SNOOZES, label="Snooze until", value=""),
            date_input("snooze_date", label="or until 9:00 of"),
            text_input("into", label="Merge into thread", hint="Its number", longest=20),
        ]
    shown = thread | {"shown_priority": view.priority.value, "shown_tags": tags}
    actions = [execute("Save", "thread.save", shown)]
    if view.state is not ThreadState.DONE:
        answering = view.life.answering_until is not None
        label = "No longer answering" if answering else "I am answering"
        actions.append(execute(label, "thread.answering", thread))
    if view.life.follows != "follow":
        actions.append(execute("Follow", "thread.follow", thread))
    if view.life.follows is None:
        actions.append(execute("Watch for next mail", "thread.watch", thread))
    else:
        actions.append(execute("Unfollow", "thread.unfollow", thread))
    actions.append(execute("Back", "thread.show", thread))
    return card(body, actions, says=f"More about thread {view.thread_id}")


def tag_text(view: ThreadView) -> str:
    """The thread's tags as the form shows them."""
    return ", ".join(safe(name, LONGEST_TAG) for name in view.life.tags)
