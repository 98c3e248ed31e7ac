"""What a team keeps about a thread, on its card: urgency, tags, deadlines, people, notes."""

from __future__ import annotations

from datetime import datetime

from core.mail.models import Priority, ThreadState
from core.mail.views import ThreadView
from core.threads.views import NoteView, ThreadLife
from dialogs.cards.elements import (
    LINE,
    NAME,
    age,
    ahead,
    card,
    execute,
    first_name,
    heading,
    moment,
    note,
    plain,
    rich,
    run,
    safe,
    text_block,
)
from dialogs.moves import Card, Element

ERASED = "(erased)"
ON_THE_CARD, IN_FULL = 300, 1000
"""Characters of a note that are shown."""
MOST_TAGS = 8


def life_lines(view: ThreadView, now: datetime) -> list[Element]:
    """In the order in which a person wants to know."""
    lines: list[Element] = []
    if view.state is ThreadState.SNOOZED and view.snoozed_until is not None:
        lines.append(text_block(f"Snoozed until {moment(view.snoozed_until)}", spacing="Small"))
    marks = _marks(view)
    if marks:
        lines.append(rich(*marks, spacing="Small"))
    due = _due(view, now)
    if due:
        lines.append(rich(*due, spacing="Small"))
    lines += _people(view.life, now)
    lines += _notes(view.life, now)
    return lines


def notes_card(thread_id: int, life: ThreadLife, now: datetime, reader_id: int) -> Card:
    """The newest notes, each with its number for deleting one's own."""
    body: list[Element] = [heading(f"Notes on #{thread_id}: {life.notes_in_all}")]
    for one in life.notes:
        body += _note(one, now, IN_FULL, numbered=one.author_id == reader_id)
    if not life.notes:
        body.append(note(f"There are none. `note {thread_id} …` adds one."))
    elif life.notes_in_all > len(life.notes):
        body.append(note(f"The newest {len(life.notes)} are shown."))
    if any(one.author_id == reader_id for one in life.notes):
        body.append(note("`note delete` and its number deletes one of yours."))
    actions = [execute("Show the thread", "thread.open", {"thread": thread_id})]
    return card(body, actions, says=f"Notes on thread {thread_id}")


def _marks(view: ThreadView) -> list[Element]:
    runs: list[Element] = []
    if view.priority is not Priority.NORMAL:
        color = "Attention" if view.priority is Priority.URGENT else "Default"
        runs.append(run(f"{view.priority.capitalize()} priority", weight="Bolder", color=color))
    tags = [safe(name, LINE, "tag") for name in view.life.tags[:MOST_TAGS]]
    if tags:
        runs.append(run(f"{' · ' if runs else ''}{', '.join(tags)}"))
    return runs


def _due(view: ThreadView, now: datetime) -> list[Element]:
    runs: list[Element] = []
    for what, at in (("Answer", view.answer_due_at), ("Finish", view.finish_due_at)):
        if at is not None:
            late = at <= now
            words = f"{what} {'was due' if late else 'due'} {ahead(at, now)}"
            runs.append(
                run(f"{' · ' if runs else ''}{words}", color="Attention" if late else "Default")
            )
    return runs


def _people(life: ThreadLife, now: datetime) -> list[Element]:
    """Names stand as `plain`: the time beside them is written by Teams, in a TextBlock."""
    lines: list[Element] = []
    for one in life.present:
        name = plain(first_name(one.name), NAME, "Somebody")
        if one.answering_until is not None:
            words = f"✍ {name} is answering (until {_time(one.answering_until)})"
            lines.append(text_block(words, color="Warning", spacing="Small"))
    open_too = [
        plain(first_name(one.name), NAME, "Somebody")
        for one in life.present
        if one.answering_until is None
    ]
    if open_too:
        verb = "has" if len(open_too) == 1 else "have"
        lines.append(text_block(f"{', '.join(open_too)} {verb} it open", isSubtle=True))
    if life.answering_until is not None:
        words = f"✍ You are answering (until {_time(life.answering_until)})"
        lines.append(text_block(words, spacing="Small"))
    if life.follows is not None:
        how = "You follow it." if life.follows == "follow" else "You watch for the next mail."
        lines.append(note(how))
    return lines


def _notes(life: ThreadLife, now: datetime) -> list[Element]:
    lines = [line for one in life.notes for line in _note(one, now, ON_THE_CARD)]
    if life.notes_in_all > len(life.notes):
        lines.append(note(f"{life.notes_in_all} notes in all: `notes` shows more."))
    return lines


def _note(one: NoteView, now: datetime, longest: int, *, numbered: bool = False) -> list[Element]:
    number = f" · note {one.note_id}" if numbered else ""
    return [
        rich(
            run("🗒 "),
            run(safe(one.author, NAME, "Somebody who left"), weight="Bolder"),
            run(f" · {age(one.at, now)} ago{number}", isSubtle=True),
            separator=True,
        ),
        rich(run(ERASED if one.text is None else safe(one.text, longest, "–")), spacing="None"),
    ]


def _time(at: datetime) -> str:
    return f"{{{{TIME({at.strftime('%Y-%m-%dT%H:%M:%SZ')})}}}}"
