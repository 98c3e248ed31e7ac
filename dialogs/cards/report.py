"""The report: figures, a native Teams chart, and facts where charts cannot be drawn.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/charts-in-adaptive-cards
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from core.reports.views import Answers, Gap, LedFigures, NoFairness, ReportView
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    age,
    card,
    execute,
    heading,
    note,
    rich,
    run,
    safe,
    table,
    text_block,
)
from dialogs.cards.reasons import waiting
from dialogs.moves import Card, Element

MOST_MEMBERS, MOST_LED = 25, 8
SHORT = 40
"""Characters of a name in a table: with all it may show, the card must stay under 28 KB."""
_ANSWERS = {
    Answers.UNSEEN: "No answer has been seen in Sent Items yet, so answers have no figure.",
    Answers.PARTLY: "In some of these mailboxes no answer has been seen in Sent Items yet: the "
    "figures about answers are those of the others.",
}
_GAPS = {
    Gap.PAUSED: "is paused",
    Gap.NEEDS_CONSENT: "waits for consent",
    Gap.ONBOARDING: "is being onboarded",
    Gap.FIRST_SYNC: "is in its first sync: there is more to come",
    Gap.OFFBOARDED: "was offboarded",
}
_NO_FAIRNESS = {
    NoFairness.ONE_PERSON: "one person",
    NoFairness.TOO_LITTLE: "too little given",
}
_HANDLING = "Handling time is from taken to answered or done, snoozes taken out."
_FAIRNESS = (
    "Fairness is Jain's index of what Postroom itself gave to each person: 1 is even, 0.5 is as if "
    "half of them had it all. What people took counts for nobody."
)


def report_card(view: ReportView, *, now: datetime) -> Card:
    title = f"Report: {view.begins:%d %b %Y} to {view.ends:%d %b %Y}"
    body: list[Element] = [
        heading(title),
        rich(run(safe(view.mailbox, SUBJECT, "All your mailboxes"), isSubtle=True)),
        table(("Figure", "Value"), _figures(view, now)),
        *(note(line) for line in _waiting(view)),
        _chart(view),
    ]
    if view.members:
        rows = [
            (safe(figures.name, SHORT), f"{figures.open:,}", f"{figures.finished:,}")
            for figures in view.members[:MOST_MEMBERS]
        ]
        body.append(table(("Person", "Open", "Finished"), rows))
        if len(view.members) > MOST_MEMBERS:
            body.append(note(f"and {len(view.members) - MOST_MEMBERS} more people"))
    body += _led(view.led)
    body += [rich(run(text, isSubtle=True)) for text in _caveats(view)]
    actions = [execute(label, "report.show", {"period": p}) for label, p in _PERIODS]
    return card(body, actions, says=title)


_PERIODS = (("This week", "this week"), ("Last week", "last week"), ("Last month", "last month"))


def channel_report(view: ReportView) -> str:
    """Numbers alone, for a channel."""
    answered = "" if view.answered is None else f"{view.answered:,} answered, "
    return (
        f"{view.begins:%d %b} to {view.ends:%d %b}: {view.received:,} received, {answered}"
        f"{view.finished:,} finished. Open now: {view.open:,}, unassigned: {view.unassigned:,}."
    )


def _figures(view: ReportView, now: datetime) -> list[tuple[str, str]]:
    oldest = age(view.oldest_open_at, now) if view.oldest_open_at else "–"
    return [
        ("Messages received", f"{view.received:,}"),
        ("Threads answered", "not seen" if view.answered is None else f"{view.answered:,}"),
        ("Threads finished", f"{view.finished:,}"),
        ("Open now", f"{view.open:,}"),
        ("Assigned now", f"{view.assigned:,}"),
        ("Waiting now", f"{view.unassigned:,}"),
        ("Snoozed now", f"{view.snoozed:,}"),
        ("Oldest open", oldest),
        ("First answer (median)", _span(view.first_answer)),
        ("Handling time (median)", _span(view.handling_time)),
    ]


def _waiting(view: ReportView) -> list[str]:
    """How many wait for which reason, the most first."""
    counts: Counter[str] = Counter()
    for code, count in view.waiting:
        counts[waiting(code)] += count
    return [f"{count:,} waiting: {why}" for why, count in counts.most_common()]


def _led(led: tuple[LedFigures, ...]) -> list[Element]:
    """For leads: each mailbox by itself."""
    if not led:
        return []
    rows = [
        (safe(box.address, SHORT, "A mailbox"), _fairness(box), _handling(box))
        for box in led[:MOST_LED]
    ]
    lines = [
        text_block("Mailboxes you lead", weight="Bolder"),
        table(("Mailbox", "Fairness", "Handling time"), rows),
    ]
    if len(led) > MOST_LED:
        lines.append(note(f"and {len(led) - MOST_LED} more"))
    if any(box.fairness is not None for box in led):
        lines.append(note(_FAIRNESS))
    return lines


def _fairness(box: LedFigures) -> str:
    if box.fairness is None:
        return _NO_FAIRNESS.get(box.no_fairness or NoFairness.TOO_LITTLE, "–")
    by_share = " by share" if box.is_weighted else ""
    return f"{box.fairness:.2f} of {box.people} people{by_share}"


def _handling(box: LedFigures) -> str:
    if not box.answers_seen:
        return "not seen"
    return f"{_span(box.handling_time)}{' (few)' if box.is_small_sample else ''}"


def _caveats(view: ReportView) -> list[str]:
    """What is missing from the figures, and how old they are."""
    said = [_ANSWERS[view.answers]] if view.answers in _ANSWERS else []
    if view.is_small_sample:
        said.append("Few answers: the median says little.")
    if view.handling_time is not None:
        said.append(_HANDLING + (" Few: it says little." if view.is_small_handling_sample else ""))
    automatic = view.automatic
    if automatic.received:
        said.append(f"{automatic.received:,} received are automatic mail (lists, bulk, replies).")
    for mailbox in view.mailboxes:
        if mailbox.gap in _GAPS:
            said.append(f"{safe(mailbox.address, NAME, 'A mailbox')} {_GAPS[mailbox.gap]}.")
    ages = [mailbox.age for mailbox in view.mailboxes if mailbox.age is not None]
    if ages:
        said.append(f"As of {_span(max(ages))} ago. Days are those of {view.timezone}.")
    return said


def _span(span: timedelta | None) -> str:
    if span is None:
        return "–"
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours < 48 else f"{hours // 24} days"


def _chart(view: ReportView) -> Element:
    """Received and finished each day; facts for clients that draw no charts."""
    days = view.days[-31:]
    if not days:
        return note("Nothing was received or finished in this time.")
    series = (("Received", "received"), ("Finished", "finished"))
    return {
        "type": "Chart.VerticalBar.Grouped",
        "title": "Messages received and threads finished each day",
        "showTitle": True,
        "xAxisTitle": "Day",
        "yAxisTitle": "Number",
        "data": [
            {
                "legend": legend,
                "values": [{"x": f"{day.day:%d %b}", "y": getattr(day, name)} for day in days],
            }
            for legend, name in series
        ],
        "fallback": {
            "type": "FactSet",
            "facts": [
                {
                    "title": f"{day.day:%d %b}",
                    "value": f"{day.received:,} received, {day.finished:,} finished",
                }
                for day in days
            ],
        },
    }
