"""The README's tables that are made from the code; `python -m tests.readme` renews them there."""

from __future__ import annotations

import sys

from bot.command_table import command_table
from bot.commands import Who
from core.outbox.kinds import KINDS, Guarantee
from core.settings import markdown_table
from dialogs.runner import DialogRunner
from dialogs.talks import Talks
from tests.house import ROOT

README = ROOT / "README.md"

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


TABLES = {"settings": markdown_table, "commands": commands_table, "outbox": outbox_table}
"""By the name in the marks around each: `<!-- NAME begin -->` and `<!-- NAME end -->`."""


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} begin -->", f"<!-- {name} end -->"


def renewed(text: str) -> str:
    """The README's text with every table as the code has it now."""
    for name, table in TABLES.items():
        begin, end = marks(name)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write("README.md holds the tables of the code\n")
