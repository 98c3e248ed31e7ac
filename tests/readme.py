"""The documents' tables that are made from the code; `python -m tests.readme` renews them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from bot.command_table import command_table
from bot.commands import Who
from core.outbox.kinds import KINDS, Guarantee
from core.rules.conditions import CONDITIONS, Form, Takes
from core.rules.reading_actions import ACTIONS
from core.rules.terms import Field
from core.settings import markdown_table
from dialogs.runner import DialogRunner
from dialogs.talks import Talks
from tests.house import ROOT

README = ROOT / "README.md"
RULES = ROOT / "docs" / "rules.md"

_WHO = {
    Who.MEMBER: "member",
    Who.ADMIN: "admin",
    Who.ADMIN_OR_PRIVACY_OFFICER: "admin or privacy officer",
}
_GUARANTEES = {
    Guarantee.AT_LEAST_ONCE: "at least once",
    Guarantee.REPEATED_HARMLESSLY: "repeated harmlessly",
    Guarantee.AT_MOST_ONCE: "at most once",
}


def commands_table() -> str:
    rows = ["| Say | What it does | Who | Where |", "|---|---|---|---|"]
    for command in command_table(Talks(DialogRunner(()))):
        also = [f"`{words}`" for words in command.words[1:]]
        said = f"`{command.usage}`" + (f" (also {', '.join(also)})" if also else "")
        where = "1:1" if command.private else "1:1, channel"
        rows.append(f"| {said} | {command.help} | {_WHO[command.who]} | {where} |")
    return "\n".join(rows)


def outbox_table() -> str:
    rows = ["| Kind | Guarantee | Tried |", "|---|---|---|"]
    for kind in KINDS.values():
        guarantee = _GUARANTEES[kind.guarantee]
        rows.append(f"| `{kind.name}` | {guarantee} | {kind.retry.attempts} times |")
    return "\n".join(rows)


_CONDITIONS = {
    Field.FROM: "the sender's address, as in From",
    Field.TO: "any address in To or Cc",
    Field.SUBJECT: "the subject",
    Field.BODY: "the text, in flight: `allow bodies` first",
    Field.ATTACHMENT: "whether anything is attached",
    Field.IMPORTANCE: "the importance the sender gave it",
    Field.CATEGORY: "any Outlook category it has",
    Field.TIME: "whether it came within the mailbox's business hours",
    Field.AUTOMATIC: "what its headers say of how it was sent",
    Field.FIRST: "whether it begins a thread",
    Field.AGE: "how long a thread has waited for an answer",
}
_ACTIONS = {
    "assign to": ("assign to Finance pool, else Ada, else anyone", "gives it, with fallbacks"),
    "tag": ("tag Invoice", "puts a tag on, an Outlook category where it is written back"),
    "set priority": ("set priority high", "`low`, `normal`, `high` or `urgent`"),
    "reply with": ('reply with "Out of office" out of hours', "or `in hours`, or always"),
    "snooze until": ("snooze until monday 9:00", "lets it rest until then, in the mailbox's zone"),
    "snooze": ("snooze 4 hours", "lets it rest"),
    "finish": ("finish", "calls it done"),
    "notify channel": ("notify channel", "tells the mailbox's channel, with number and first name"),
    "notify": ("notify Ada", "shows it to somebody of the mailbox"),
    "stop": ("stop", "no later rule is asked"),
}


def conditions_table() -> str:
    rows = ["| Say | It looks at |", "|---|---|"]
    for field, kind in CONDITIONS.items():
        said = ", ".join(f"`{_spoken(form, kind.choices)}`" for form in kind.forms)
        rows.append(f"| {said} | {_CONDITIONS[field]} |")
    return "\n".join(rows)


def _spoken(form: Form, choices: tuple[str, ...]) -> str:
    if form.takes is Takes.NOTHING:
        return form.words
    if choices:
        values = " / ".join(choices) if form.takes is Takes.ONE else ", ".join(choices[1:3])
    else:
        values = "…" if form.takes is Takes.ONE else "…, …"
    return f"{form.words} {values} {form.after}".strip()


def actions_table() -> str:
    rows = ["| Say | It does |", "|---|---|"]
    rows += [f"| `{_ACTIONS[words][0]}` | {_ACTIONS[words][1]} |" for words in ACTIONS]
    return "\n".join(rows)


TABLES = {
    README: {"settings": markdown_table, "commands": commands_table, "outbox": outbox_table},
    RULES: {"conditions": conditions_table, "actions": actions_table},
}
"""By the name in the marks around each: `<!-- NAME begin -->` and `<!-- NAME end -->`."""


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} begin -->", f"<!-- {name} end -->"


def renewed(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """A document's text with every table as the code has it now."""
    for name, table in tables.items():
        begin, end = marks(name)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    for document, tables in TABLES.items():
        text = renewed(document.read_text(encoding="utf-8"), tables)
        document.write_text(text, encoding="utf-8")
    sys.stdout.write("the documents hold the tables of the code\n")
