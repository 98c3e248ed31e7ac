"""The table of commands: what to say, what it does, who may, and the function that does it.

Parsing is tolerant: case, spaces, invisible characters, `/take`, `#42`. The longest phrase of
the table that begins the text is the command.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from core.errors import NotAllowed
from core.people.views import Actor
from dialogs import assignment, mailboxes, people, reports
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.talks import HelpLines, Talks
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

    async def __call__(self, services: Services, turn: Turn, rest: str) -> Reply:
        if not self.who.may(turn.actor):
            raise NotAllowed(self.who.value if self.who is not Who.MEMBER else "")
        return await self.run(services, turn, rest)


class Commands:
    def __init__(self, table: tuple[Command, ...]) -> None:
        self.table = table
        self._by_phrase = {phrase: command for command in table for phrase in command.words}
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

    def help_lines(self, actor: Actor) -> HelpLines:
        return tuple((c.usage, c.help) for c in self.table if c.who.may(actor))

    def not_known(self, text: str) -> str:
        """One helpful sentence that repeats nothing of what was typed."""
        near = self.near(text)
        if near:
            return f"Did you mean {' or '.join(f'`{word}`' for word in near)}? `help` lists all."
        return "I do not know that. `help` lists what you can say."


def command_table(talks: Talks) -> tuple[Command, ...]:
    async def help_(services: Services, turn: Turn, rest: str) -> Reply:
        return await talks.help(services, turn, commands.help_lines(turn.actor))

    member, admin = Who.MEMBER, Who.ADMIN
    row = Command
    table = (
        row(("queue", "my queue", "mine"), "queue", "your open threads", member,
            assignment.queue, in_manifest=True),
        row(("unassigned",), "unassigned", "what nobody has", member,
            assignment.unassigned, in_manifest=True),
        row(("show", "thread"), "show 42", "one thread", member, assignment.show),
        row(("take",), "take 42", "make a thread yours", member,
            assignment.take, in_manifest=True),
        row(("assign",), "assign 42 to Ada", "pass a thread on", member,
            assignment.assign, in_manifest=True),
        row(("release", "put back"), "release 42", "put a thread back", member,
            assignment.release, in_manifest=True),
        row(("done", "finish"), "done 42", "finish a thread", member,
            assignment.finish, in_manifest=True),
        row(("reopen",), "reopen 42", "open a finished thread again", member, assignment.reopen),
        row(("why",), "why 42", "why a thread is whose", member, assignment.why),
        row(("report",), "report last week", "figures of your mailboxes", member,
            reports.report, in_manifest=True),
        row(("mailboxes",), "mailboxes", "the shared mailboxes and their state", member,
            mailboxes.mailboxes, in_manifest=True),
        row(("people",), "people", "who is ready, invited or unreachable", member,
            people.people, in_manifest=True),
        row(("people invite",), "people invite", "invite the people of a team", admin,
            people.invite),
        row(("become admin",), "become admin", "become the first admin, by an Entra role", member,
            people.become_admin, private=True),
        row(("people remove",), "people remove Ada", "remove a person", admin,
            people.remove, private=True),
        row(("onboard",), "onboard", "open a shared mailbox", admin,
            talks.onboard, private=True),
        row(("pause",), "pause", "stop reading and assigning a mailbox", admin,
            mailboxes.pause, private=True),
        row(("resume",), "resume", "go on with a paused mailbox", admin,
            mailboxes.resume, private=True),
        row(("consent", "consents"), "consent", "consents given, and taking them back", member,
            mailboxes.consent, private=True),
        row(("offboard",), "offboard", "leave a mailbox, keeping or purging its data", admin,
            talks.offboard, private=True),
        row(("dead letters retry", "retry"), "dead letters retry 7", "try one again", admin,
            reports.retry, private=True),
        row(("dead letters", "deadletters"), "dead letters", "what could not be delivered", admin,
            reports.dead_letters, private=True),
        row(("cancel", "stop"), "cancel", "end what is being asked", member,
            talks.cancel, private=True),
        row(("back",), "back", "one step back", member, talks.back, private=True),
        row(("hi", "hello", "hey", "hallo"), "hi", "what Postroom is", member, talks.hello),
        row(("help", "?"), "help", "this list; in the middle of a question, help with it", member,
            help_, in_manifest=True),
    )  # fmt: skip
    commands = Commands(table)
    return table


def _clean(text: str) -> str:
    """Compatibility forms made plain; invisible and control characters taken out."""
    text = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
    return text
