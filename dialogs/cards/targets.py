"""The targets of a mailbox, and whether anybody is warned of them."""

from __future__ import annotations

from core.mailboxes.views import MailboxView
from core.threads.models import TargetKind
from core.threads.targets import TargetsView, TargetView
from dialogs.cards.elements import LINE, SUBJECT, card, heading, note, rich, run, safe, warning
from dialogs.moves import Card, Element

DAY = 8 * 60
"""Minutes that a day of business time is said to have."""
_KINDS = {TargetKind.ANSWER: "first answer", TargetKind.FINISH: "finish"}


def targets_card(mailbox: MailboxView, view: TargetsView) -> Card:
    body: list[Element] = [heading("Targets"), rich(run(safe(mailbox.address, SUBJECT)))]
    for target in view.targets:
        body.append(
            rich(
                run(_whose(target), weight="Bolder"),
                run(f": {_KINDS[target.kind]} within {duration(target.minutes)}"),
            )
        )
    if not view.targets:
        body.append(note("There are none. A lead sets them: `targets help@… answer 4h finish 2d`."))
    else:
        body.append(
            note(
                "Of business time; a day is 8 hours. A tag's target goes before a priority's, and "
                "that before the mailbox's own; of several tags the shortest. A snooze stops the "
                "time to finish, not the time to answer."
            )
        )
    if view.targets and not view.warns:
        body.append(
            warning(
                "Nobody is warned yet: no answer has been seen in Sent Items. Where Exchange keeps "
                "no copies of what is sent as the mailbox, every thread looks unanswered."
            )
        )
    return card(body, says="Targets")


def duration(minutes: int) -> str:
    """`30 min`, `4 h`, `1 h 30 min`, `2 days`."""
    if minutes >= DAY and minutes % DAY == 0:
        days = minutes // DAY
        return f"{days} day{'s' if days > 1 else ''}"
    hours, left = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{left} min" if left else ""]
    return " ".join(part for part in parts if part)


def _whose(target: TargetView) -> str:
    if target.tag is not None:
        return f"Tag {safe(target.tag, LINE)}"
    if target.priority is not None:
        return f"{target.priority.capitalize()} priority"
    return "All threads"
