"""Rules: the list of a mailbox, one rule, its history, a line that is not right yet."""

from __future__ import annotations

from datetime import datetime

from core.mailboxes.views import MailboxView
from core.rules.models import RuleState
from core.rules.views import DraftView, RulesPage, RuleView, VersionView
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    age,
    card,
    choices,
    execute,
    heading,
    note,
    plain,
    rich,
    run,
    safe,
    warning,
)
from dialogs.moves import Card, Element
from dialogs.paused_rules import paused

LINE = 2_000
"""Characters of a rule's line, as many as it may have."""
IN_LIST = 300
STATES = {
    RuleState.ON: ("on", "Good"),
    RuleState.OFF: ("off", "Default"),
    RuleState.PAUSED: ("paused", "Attention"),
}
CHANGES = {
    "created": "made",
    "changed": "changed",
    "rolled_back": "taken back to an earlier one",
    "imported": "imported",
    "on": "switched on",
    "off": "switched off",
    "moved": "moved",
    "paused": "paused by Postroom",
    "deleted": "deleted",
}
NEEDS = {
    "bodies": "It looks into bodies: an admin must say `allow bodies` for this mailbox first.",
    "replies": "It sends replies: an admin must say `allow replies` for this mailbox first.",
}


def rules_card(page: RulesPage, *, say: str = "") -> Card:
    title = f"Rules: {page.total:,}"
    body: list[Element] = [heading(title), rich(run(safe(page.mailbox, SUBJECT), weight="Bolder"))]
    if say:
        body.append(note(say))
    if not page.rules:
        body.append(
            note(
                "None yet. A line such as `when subject contains invoice then tag "
                "Invoice` makes one, or press New rule."
            )
        )
    body += [_row(rule) for rule in page.rules]
    actions: list[Element] = []
    if page.rules:
        numbers = [(f"Rule {rule.number}", str(rule.number)) for rule in page.rules]
        body.append(choices("rule", numbers, label="Pick a rule", value=numbers[0][1]))
        actions = [execute("Open", "rule.show"), execute("On / off", "rule.toggle")]
    actions.append(execute("New rule…", "rule.new", {"mailbox": page.mailbox_id}))
    if page.pages > 1:
        body.append(note(f"Page {page.page} of {page.pages}"))
    data = {"mailbox": page.mailbox_id}
    if page.page > 1:
        actions.append(execute("◀ Previous", "rule.list", {**data, "page": page.page - 1}))
    if page.page < page.pages:
        actions.append(execute("Next ▶", "rule.list", {**data, "page": page.page + 1}))
    return card(body, actions, says=title)


def which_card(
    mailboxes: tuple[MailboxView, ...], title: str, verb: str, line: str = "", period: str = ""
) -> Card:
    """Asks which mailbox is meant; a line and a period go on with the answer."""
    options = [(plain(one.address, SUBJECT), str(one.mailbox_id)) for one in mailboxes[:60]]
    body: list[Element] = [heading(title)]
    if line:
        body.append(_line_input(line))
    body.append(choices("mailbox", options, label="Which mailbox?", value=options[0][1]))
    data = {"period": safe(period, NAME)} if period else {}
    return card(body, [execute("Go on", verb, data)], says=title)


def rule_card(rule: RuleView, *, say: str = "") -> Card:
    title = f"Rule {rule.number}"
    state, color = STATES[rule.state]
    body: list[Element] = [
        heading(title),
        rich(
            run(safe(rule.mailbox, SUBJECT)),
            run(f" · {rule.place} of {rule.of} · "),
            run(state, color=color),
        ),
        rich(run(safe(rule.line, LINE), weight="Bolder")),
    ]
    if say:
        body.insert(1, note(say))
    if rule.state is RuleState.PAUSED:
        body.append(warning(paused(rule.pause_code)))
    data = {"rule": rule.number, "version": rule.version}
    switch = ("Switch off", "rule.off") if rule.state is RuleState.ON else ("Switch on", "rule.on")
    actions = [
        execute(*switch, data),
        execute("Edit…", "rule.edit", data),
        execute("Try on 30 days", "rule.try", data),
        execute("▲ Up", "rule.up", data),
        execute("▼ Down", "rule.down", data),
        execute("History…", "rule.history", data),
    ]
    return card(body, actions, says=title)


def history_card(
    rule: RuleView, versions: tuple[VersionView, ...], *, now: datetime, say: str = ""
) -> Card:
    """The newest first; what it says now can be deleted, an older one taken back."""
    title = f"Rule {rule.number}: history"
    body: list[Element] = [heading(title)]
    if say:
        body.append(note(say))
    for version in versions[:12]:
        by = safe(version.by, NAME, "Postroom" if version.by_id is None else "somebody")
        what = CHANGES.get(version.change, "changed")
        body.append(
            rich(
                run(f"{version.version} · ", isSubtle=True),
                run(safe(version.line, IN_LIST), weight="Bolder"),
                run(f" · {what} by {by}, {age(version.at, now)} ago", isSubtle=True),
                separator=True,
            )
        )
    if len(versions) > 12:
        body.append(note(f"and {len(versions) - 12} older"))
    data = {"rule": rule.number, "version": rule.version}
    actions: list[Element] = []
    older = [(f"Version {one.version}", str(one.version)) for one in versions[1:50]]
    if older:
        body.append(choices("to", older, label="Go back to", value=older[0][1]))
        actions.append(execute("Go back", "rule.back", data))
    actions += [
        execute("Rule", "rule.show", data),
        execute("Delete…", "rule.delete", data),
    ]
    return card(body, actions, says=title)


def delete_card(rule: RuleView) -> Card:
    data = {"rule": rule.number, "version": rule.version}
    return card(
        [
            heading(f"Delete rule {rule.number}?"),
            rich(run(safe(rule.line, LINE))),
            note("Its number is not used again. Switched off, it would stay to be looked at."),
        ],
        [execute("Delete", "rule.deleted", data), execute("Keep", "rule.show", data)],
        says="Delete a rule?",
    )


def preview_card(draft: DraftView, *, number: int | None = None, version: int = 0) -> Card:
    """A rule in our own words, before it is kept: a new one, or what rule `number` shall say.

    The buttons take what stands in the input, so that it can be changed once more.
    """
    title = "A new rule" if number is None else f"Rule {number}, changed"
    body: list[Element] = [
        heading(title),
        rich(run(safe(draft.mailbox, SUBJECT))),
        rich(run(safe(draft.line, LINE), weight="Bolder")),
        _line_input(draft.line),
    ]
    data: dict[str, object] = {"mailbox": draft.mailbox_id}
    actions: list[Element] = []
    if draft.needs is not None:
        body.append(warning(NEEDS[draft.needs]))
    elif number is None:
        actions.append(execute("Save", "rule.add", data))
        actions.append(execute("Save, switched off", "rule.add", {**data, "off": "yes"}))
    if number is not None:
        data |= {"rule": number, "version": version}
        if draft.needs is None:
            actions.append(execute("Save", "rule.change", data))
    actions += [
        execute("Look again", "rule.preview", data),
        execute("Try on 30 days", "rule.try", data),
        execute("Rules", "rule.list", {"mailbox": draft.mailbox_id}),
    ]
    return card(body, actions, says=title)


def edit_card(
    line: str,
    *,
    mailbox_id: int,
    number: int | None = None,
    version: int = 0,
    say: str = "",
    at: int = 0,
    length: int = 0,
    whole: bool = False,
) -> Card:
    """The line to be changed; what is wrong is marked in it unless it is the whole."""
    title = "A new rule" if number is None else f"Rule {number}"
    body: list[Element] = [heading(title)]
    if say:
        body.append(warning(say))
    if say and not whole:
        body.append(rich(*_marked(line, at, length)))
    body.append(_line_input(line))
    data: dict[str, object] = {"mailbox": mailbox_id}
    if number is not None:
        data |= {"rule": number, "version": version}
    actions = [
        execute("Look", "rule.preview", data),
        execute("Rules", "rule.list", {"mailbox": mailbox_id}),
    ]
    return card(body, actions, says=title)


def _line_input(line: str) -> Element:
    return {
        "type": "Input.Text",
        "id": "text",
        "label": "The rule",
        "isMultiline": True,
        "maxLength": LINE,
        "value": line[:LINE],
    }


def _marked(line: str, at: int, length: int) -> list[Element]:
    """The line around the word that is wrong, which stands out; at the end, an arrow does."""
    before, word = line[max(0, at - 120) : at], line[at : at + length]
    after = line[at + length : at + length + 80]
    runs = [run(safe(before, 120) + " ", isSubtle=True)] if before.strip() else []
    marked = safe(word, 120)
    runs.append(run(marked or "◀ here", weight="Bolder", color="Attention"))
    if after.strip():
        runs.append(run(" " + safe(after, 80), isSubtle=True))
    return runs


def _row(rule: RuleView) -> Element:
    state, color = STATES[rule.state]
    return rich(
        run(f"{rule.number} ", weight="Bolder"),
        run(f"{state} ", color=color),
        run(safe(rule.line, IN_LIST)),
        separator=True,
    )
