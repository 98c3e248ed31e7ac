"""Why a thread is whose, in sentences."""

from __future__ import annotations

from core.mail.views import ThreadView, WhyView
from dialogs.cards.elements import NAME, note, rich, run, safe
from dialogs.moves import Element

_DECIDED = {
    "fewest_open": "has the fewest open threads of those who are free",
    "next_in_turn": "is next in turn",
    "same_thread": "had this thread before",
    "by_hand": "was chosen by hand",
    "in_outlook": "was chosen in Outlook, by a category",
    "assigned": "was chosen by hand",
    "taken": "took it",
    "released": "put it back",
    "reopened": "had it when it was finished, and it was reopened",
    "moved_back": "had it before it was moved away in Outlook",
    "merged": "had the thread that was merged into this one",
    "only_one": "is the only one who is free",
}
_NOBODY = {
    "nobody_ready": "Nobody who works this mailbox is ready.",
    "nobody_in_pool": "No person is given work in this mailbox yet.",
    "released": "It was put back.",
    "left": "Whoever had it has left.",
    "unreachable": "Whoever had it cannot be reached in Teams.",
    "handed_back": "It was put back.",
    "history": "It is from before the day this mailbox began to be assigned.",
    "paused": "The mailbox is paused.",
    "finished_by_rule": "It is done.",
    "snoozed_by_rule": "It is snoozed.",
}
_SKIPPED = {
    "invited": "has not added Postroom in Teams yet",
    "not_ready": "is not ready",
    "unreachable": "cannot be reached in Teams",
    "left": "has left",
    "away": "is away",
    "full": "has as many as they can take",
    "not_in_pool": "is not given work here",
}


def waiting(code: str | None) -> str:
    """Why nobody has it."""
    return _NOBODY.get(code or "", "Nobody has it yet.")


def reasons(view: ThreadView) -> list[Element]:
    """The newest decision: who, why, who was considered and who was passed over."""
    why = view.why
    if why is None:
        return [note(waiting(view.waiting_reason))]
    lines = [_decision(why)]
    if why.considered:
        lines.append(
            rich(
                run("Considered (open threads then): ", isSubtle=True),
                run(", ".join(f"{safe(n, NAME)} {count}" for n, count in why.considered[:12])),
            )
        )
    if why.skipped:
        passed_over = (
            f"{safe(name, NAME)} {_SKIPPED.get(code, 'was not free')}"
            for name, code in why.skipped[:12]
        )
        lines.append(rich(run("Passed over: ", isSubtle=True), run("; ".join(passed_over))))
    return lines


def _decision(why: WhyView) -> Element:
    if why.member is None:
        return note(waiting(why.code))
    runs = [
        run(safe(why.member, NAME), weight="Bolder"),
        run(f" {_DECIDED.get(why.code, 'was chosen')}"),
    ]
    if why.by:
        runs.append(run(f" (by {safe(why.by, NAME)})"))
    return rich(*runs, run("."))
