"""A rule tried on mail of the past: how far it is, and what it would have meant."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from core.rules.models import TrialState
from core.rules.views import TrialView
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    card,
    choices,
    execute,
    heading,
    note,
    plural,
    rich,
    run,
    safe,
    table,
    text_block,
    warning,
)
from dialogs.cards.rules import LINE
from dialogs.moves import Card, Element

MOST_PEOPLE = 20


def trial_card(view: TrialView) -> Card:
    title = "A rule tried" if view.number is None else f"Rule {view.number} tried"
    zone = ZoneInfo(view.timezone)
    first = view.starts_at.astimezone(zone)
    last = (view.ends_at - timedelta(seconds=1)).astimezone(zone)
    body: list[Element] = [
        heading(title),
        rich(
            run(safe(view.mailbox, SUBJECT)),
            run(f" · {first:%d %b %Y} to {last:%d %b %Y}", isSubtle=True),
        ),
        rich(run(safe(view.line, LINE), weight="Bolder")),
    ]
    if view.state is TrialState.FAILED:
        why = "I was stopped in the middle of it" if view.stopped else "It could not be tried"
        body.append(warning(f"{why}: please try it again."))
        return card(body, says=title)
    if view.state is not TrialState.DONE:
        body.append(_progress(view))
        body.append(note("This card changes by itself. Nothing else is changed."))
        return card(body, says=title, refresh=("trial.show", {"trial": view.trial_id}))
    body += _matches(view)
    body.append(_people(view))
    body += _notes(view)
    actions: list[Element] = []
    if view.examples:
        numbers = [(f"#{thread}", str(thread)) for thread in view.examples]
        body.append(choices("thread", numbers, label="It would match", value=numbers[0][1]))
        actions.append(execute("Show", "thread.open"))
    if view.number is not None:
        data = {"rule": view.number, "version": view.version, "trial": view.trial_id}
        if view.version is not None:
            actions.append(execute(f"Let rule {view.number} say so", "rule.change", data))
        actions.append(execute("Rule", "rule.show", {"rule": view.number}))
    else:
        actions.append(execute("Save", "rule.add", {"trial": view.trial_id}))
    actions.append(execute("Rules", "rule.list", {"mailbox": view.mailbox_id}))
    return card(body, actions, says=title)


def _progress(view: TrialView) -> Element:
    if view.state is TrialState.QUEUED:
        return text_block("It begins in a moment.")
    return text_block(f"{view.done:,} of {plural(view.messages, 'message')} gone through.")


def _matches(view: TrialView) -> list[Element]:
    found = [
        text_block(
            f"Of {plural(view.messages, 'message')}, {view.matched:,} match, "
            f"{view.unmatched:,} do not."
        )
    ]
    if view.unknown:
        found.append(
            warning(
                f"Of {view.unknown:,} it cannot be known: bodies and recipients are not kept, "
                "nor what was erased."
            )
        )
    return found


def _people(view: TrialView) -> Element:
    """Threads that each would have been given; the busiest under the draft come first."""
    draft, base, had = dict(view.draft.given), dict(view.base.given), dict(view.had)
    people = sorted(
        view.names, key=lambda i: (-draft.get(i, 0), -base.get(i, 0), view.names[i].casefold())
    )
    rows = [
        (
            safe(view.names[i], NAME, f"#{i}"),
            *(f"{side.get(i, 0):,}" for side in (draft, base, had)),
        )
        for i in people[:MOST_PEOPLE]
    ]
    rows.append(
        ("Had to wait", f"{view.draft.waited:,}", f"{view.base.waited:,}", f"{view.had_waited:,}")
    )
    rows.append(("Waited to the end", f"{view.draft.left:,}", f"{view.base.left:,}", ""))
    if view.draft.finished or view.base.finished:
        rows.append(
            ("Finished by a rule", f"{view.draft.finished:,}", f"{view.base.finished:,}", "")
        )
    beside = "Without it" if view.without else "Today's rules"
    return table(("Threads", "With it", beside, "Really"), rows)


def _notes(view: TrialView) -> list[Element]:
    notes = [
        "Everybody begins with nothing open and is at work in their hours; a thread stays open "
        "as long as it really did."
    ]
    if len(view.names) > MOST_PEOPLE:
        notes.insert(0, f"and {len(view.names) - MOST_PEOPLE} more people")
    return [note(words) for words in notes]
