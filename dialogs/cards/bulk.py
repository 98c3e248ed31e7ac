"""The card of a bulk change: the count, then its progress, then how it ended and *Undo*."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.threads.bulk_reading import BulkVerb
from core.threads.bulk_views import BulkView
from core.threads.models import BulkState
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    card,
    execute,
    heading,
    moment,
    note,
    plural,
    rich,
    run,
    safe,
    text_block,
    warning,
)
from dialogs.cards.reasons import waiting
from dialogs.moves import Card, Element

_WILL = {
    BulkVerb.ASSIGN: "assigned",
    BulkVerb.DONE: "done",
    BulkVerb.RELEASE: "put back",
    BulkVerb.SNOOZE: "snoozed",
    BulkVerb.TAG: "tagged",
}
_WHY_NOT = {
    "full": "the person has as many as they can take",
    "absent": "the person is away or outside working hours",
    "away": "the person is away",
    "off_hours": "the person is outside working hours",
    "holiday": "the person is away",
    "gone": "no longer there, or no longer yours to change",
    "not_yours": "somebody else's",
    "taken": "somebody took it meanwhile",
    "done": "done already",
    "changed": "somebody changed it since",
    "same": "it was so already",
    "busy": "somebody was changing it",
    "not_in_mailbox": "the person does not work that mailbox",
    "opted_out": "the person asked not to be given work there",
    "past": "the moment has passed",
    "many_tags": "it has as many tags as it can",
    "not_ready": "the person has not added Postroom in Teams",
}


def why_not(code: str) -> str:
    """Why a thread was left as it was."""
    return _WHY_NOT.get(code, "it could not be changed")


def bulk_card(view: BulkView, *, now: datetime) -> Card:
    title = _title(view)
    body = [heading(title), *_what(view)]
    if view.is_cut:
        body.append(note("More matched: one change holds 10,000 at most. Say it again for more."))
    body += _outcome(view)
    return card(
        body,
        _actions(view),
        says=title,
        refresh=("bulk.show", {"bulk": view.bulk_id}),
    )


def _title(view: BulkView) -> str:
    threads, will = plural(view.total, "thread"), _WILL[view.verb]
    match view.state:
        case BulkState.PREVIEW if view.total == 0:
            return "No thread of yours to change matches that"
        case BulkState.PREVIEW:
            return f"{threads} would be {will}"
        case BulkState.RUNNING:
            return f"{view.handled:,} of {threads} looked at"
        case BulkState.DONE:
            return f"{view.changed:,} of {threads} {will}"
        case BulkState.UNDOING:
            return f"Undoing: {view.handled:,} of {plural(view.changed, 'thread')} looked at"
        case BulkState.UNDONE:
            return f"Undone: {view.undone:,} of {plural(view.changed, 'thread')}"


def _what(view: BulkView) -> list[Element]:
    """To whom, until when, which tag; the first numbers."""
    body: list[Element] = []
    if view.to_id is not None:
        body.append(_line("To", safe(view.to, NAME, "somebody")))
    if view.tag is not None:
        body.append(_line("Tag", safe(view.tag, SUBJECT, "?")))
    if view.until is not None:
        body.append(text_block(f"Until {moment(view.until)}"))
    if view.first:
        numbers = ", ".join(f"#{thread_id}" for thread_id in view.first)
        more = view.total - len(view.first)
        body.append(note(f"{numbers} and {more:,} more" if more > 0 else numbers))
    return body


def _outcome(view: BulkView) -> list[Element]:
    match view.state:
        case BulkState.PREVIEW:
            if view.total == 0:
                return []
            return [text_block("Nothing is changed until you press *Do it* or say `yes`.")]
        case BulkState.RUNNING | BulkState.UNDOING:
            return [note("This card changes as it goes on; there is nothing to wait for.")]
        case BulkState.DONE:
            body = _reasons("Left as they were", view.refused)
            if view.changed and view.undo_until is not None:
                body.append(note(f"Can be undone until {moment(view.undo_until)}."))
            return body
        case BulkState.UNDONE:
            return [*_became(view), *_reasons("Not undone", view.kept)]


def _became(view: BulkView) -> list[Element]:
    """Of what could not go back to whoever had it."""
    wait = sum(count for _, count in view.waiting)
    body: list[Element] = []
    if wait:
        reasons = " ".join(f"{count:,}: {waiting(code)}" for code, count in view.waiting)
        back = "reopened" if view.verb is BulkVerb.DONE else "put back"
        body.append(text_block(f"{view.undone:,} {back}; {wait:,} of them wait. {reasons}"))
    if view.to_another:
        body.append(
            text_block(
                f"{view.to_another:,} of them went to somebody else: whoever had them is away,"
                " or has as many as they can take."
            )
        )
    return body


def _reasons(title: str, counts: Iterable[tuple[str, int]]) -> list[Element]:
    """Codes that mean the same to people are counted together."""
    together: dict[str, int] = {}
    for code, count in counts:
        together[why_not(code)] = together.get(why_not(code), 0) + count
    if not together:
        return []
    lines = "; ".join(f"{count:,}: {words}" for words, count in together.items())
    return [warning(f"{title}: {lines}.")]


def _line(label: str, text: str) -> Element:
    return rich(run(f"{label}: ", isSubtle=True), run(text, weight="Bolder"))


def _actions(view: BulkView) -> list[Element]:
    data = {"bulk": view.bulk_id}
    match view.state:
        case BulkState.PREVIEW if view.total:
            return [execute("Do it", "bulk.do", data), execute("Leave it", "bulk.drop", data)]
        case BulkState.RUNNING | BulkState.UNDOING:
            return [execute("Refresh", "bulk.show", data)]
        case BulkState.DONE if view.changed and view.undo_until is not None:
            return [execute("Undo", "bulk.undo", data)]
        case _:
            return []
