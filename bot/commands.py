"""Commands: how one is found in what a person typed, and who may say it.

Parsing is tolerant: case, spaces, invisible characters, `/take`, `#42`. The longest phrase of
the table that begins the text is the command.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import Enum

from core.errors import NotAllowed
from core.people.views import Actor
from dialogs.cards.welcome import Help
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

Run = Callable[[Services, Turn, str], Awaitable[Reply]]
"""Gets the rest of the line after the command's words."""

LONGEST_TEXT = 4000
"""Characters read of a message."""
_LONGEST_WORD = 24


class Who(Enum):
    MEMBER = "member"
    ADMIN = "admin"
    ADMIN_OR_PRIVACY_OFFICER = "privacy_officer"

    def may(self, actor: Actor) -> bool:
        match self:
            case Who.MEMBER:
                return True
            case Who.ADMIN:
                return actor.is_admin
            case Who.ADMIN_OR_PRIVACY_OFFICER:
                return actor.is_admin or actor.is_privacy_officer


@dataclass(frozen=True, slots=True)
class Command:
    words: tuple[str, ...]
    """The phrase, and others that mean the same."""
    usage: str
    """As help shows it, with an example of what follows."""
    help: str
    who: Who
    run: Run
    private: bool = False
    """Only in 1:1: it asks things, or changes who may see what."""
    in_manifest: bool = False
    """Offered by Teams as the person types; ten at most."""
    by_lead: bool = False
    """Help tells it to leads and admins; the service decides who may, mailbox by mailbox."""
    subject: str = ""
    """Heading in help."""

    def is_for(self, actor: Actor) -> bool:
        """Whether help tells of it."""
        leads = actor.is_admin or bool(actor.leads)
        return self.who.may(actor) and (leads or not self.by_lead)

    def is_about(self, words: str) -> bool:
        """Whether the words name its subject, or it."""
        titles = self.subject.casefold().replace(",", "").split()
        return words in self.words or any(title.startswith(words) for title in titles)

    async def __call__(self, services: Services, turn: Turn, rest: str) -> Reply:
        if not self.who.may(turn.actor):
            raise NotAllowed(self.who.value if self.who is not Who.MEMBER else "")
        return await self.run(services, turn, rest)


def under(subject: str, rows: tuple[Command, ...]) -> tuple[Command, ...]:
    """The rows with their heading in help."""
    return tuple(replace(row, subject=subject) for row in rows)


class Commands:
    def __init__(self, table: tuple[Command, ...]) -> None:
        self.table = table
        self._by_phrase = {phrase: command for command in table for phrase in command.words}
        if len(self._by_phrase) < sum(len(command.words) for command in table):
            raise ValueError("two commands share a phrase")
        self._longest = max(phrase.count(" ") + 1 for phrase in self._by_phrase)

    def parse(self, text: str) -> tuple[Command, str] | None:
        """The command and the rest of the line; None if the text begins with no command."""
        words = _clean(text).split()
        for count in range(min(self._longest, len(words)), 0, -1):
            phrase = " ".join(words[:count]).casefold()
            command = self._by_phrase.get(phrase.strip("/!.,:?") or phrase)
            if command is not None:
                return command, " ".join(words[count:])
        return None

    def near(self, text: str) -> list[str]:
        """Up to two commands that the text may have meant."""
        word = " ".join(_clean(text[:200]).split()[:2]).casefold()[:_LONGEST_WORD]
        first = word.split(" ")[0]
        close = difflib.get_close_matches(word, self._by_phrase, n=2, cutoff=0.7)
        close += difflib.get_close_matches(first, self._by_phrase, n=2, cutoff=0.7)
        return list(dict.fromkeys(close))[:2]

    def help(self, actor: Actor, about: str = "") -> Help:
        """What the actor may say, by subject in the order of the table.

        `about` names a subject, or a command of it; nothing comes where there is none such.
        """
        words = " ".join(_clean(about).split()).casefold()
        wanted = {c.subject for c in self.table if not words or c.is_about(words)}
        subjects: dict[str, list[tuple[str, str]]] = {}
        for command in self.table:
            if command.subject in wanted and command.is_for(actor):
                lines = subjects.setdefault(command.subject, [])
                lines.append((command.usage, command.help))
        return tuple((subject, tuple(lines)) for subject, lines in subjects.items())

    def not_known(self, text: str) -> str:
        """One helpful sentence that repeats nothing of what was typed."""
        near = self.near(text)
        if near:
            return f"Did you mean {' or '.join(f'`{word}`' for word in near)}? `help` lists all."
        return "I do not know that. `help` lists what you can say."


def _clean(text: str) -> str:
    """Compatibility forms made plain; invisible and control characters taken out."""
    text = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
    return text
