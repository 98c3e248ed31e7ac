"""The words of a rule's line, and a cursor over them. No I/O."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from core.rules.mistakes import RuleMistake

LONGEST_LINE = 131_072
"""Characters; any rule that is allowed can be written in them."""
RESERVED = frozenset({"and", "or", "unless", "then"})
"""They end a value that is not quoted."""

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<mark>[(),])
    | "(?P<quoted>(?:[^"]|"")*)"
    | [“”„](?P<curly>[^“”]*)[“”]
    | '(?P<single>[^']*)'(?=[\s,)]|$)
    | (?P<word>[^\s(),"“”„]+)
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"""(?!')[^\s(),"“”„]+(?: (?!')[^\s(),"“”„]+)*""")


class Kind(Enum):
    WORD = auto()
    QUOTED = auto()
    MARK = auto()


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    """Without its quotes."""
    at: int
    length: int

    def says(self, word: str) -> bool:
        return self.kind is not Kind.QUOTED and self.text.lower() == word


def tokens(line: str) -> list[Token]:
    """In double quotes a double quote is written twice, and nothing else is special.

    A single quote opens a text at the beginning of a word alone, and closes it at the end of one.
    """
    if len(line) > LONGEST_LINE:
        raise RuleMistake("too_long", LONGEST_LINE)
    found: list[Token] = []
    at = 0
    while at < len(line):
        match = _TOKEN.match(line, at)
        if match is None:
            raise RuleMistake("unclosed_quote", at, len(line) - at, ('"',))
        length = match.end() - at
        quoted = match["quoted"]
        other = match["curly"] if match["curly"] is not None else match["single"]
        if match["word"]:
            found.append(Token(Kind.WORD, match["word"], at, length))
        elif match["mark"]:
            found.append(Token(Kind.MARK, match["mark"], at, length))
        elif quoted is not None:
            found.append(Token(Kind.QUOTED, quoted.replace('""', '"'), at, length))
        elif other is not None:
            found.append(Token(Kind.QUOTED, other, at, length))
        at = match.end()
    return found


def spelled(text: str, stops: Collection[str] = RESERVED, first_stops: Collection[str] = ()) -> str:
    """The text as a phrase of a line: as it is where that is clear, else in quotes.

    `stops` are the words that would end it, `first_stops` those that would be taken for
    something else at its beginning.
    """
    words = text.lower().split(" ")
    if _PLAIN.fullmatch(text) and not set(words) & set(stops) and words[0] not in first_stops:
        return text
    return '"' + text.replace('"', '""') + '"'


class Cursor:
    """Reads a line word by word; errors point to the word it stands at."""

    def __init__(self, line: str) -> None:
        self._tokens = tokens(line)
        self._end = len(line)
        self._next = 0

    @property
    def at_end(self) -> bool:
        return self._next == len(self._tokens)

    def ahead(self, words: Sequence[str]) -> int:
        """How many of the words stand next, from the first on."""
        count = 0
        for word, token in zip(
            words, self._tokens[self._next : self._next + len(words)], strict=False
        ):
            if not token.says(word):
                break
            count += 1
        return count

    def accept(self, words: str) -> bool:
        """Step over the words where all of them stand next."""
        wanted = words.split()
        stand = self.ahead(wanted) == len(wanted)
        if stand:
            self._next += len(wanted)
        return stand

    def step(self, count: int) -> None:
        self._next += count

    def phrase(self, hint: str, stops: Collection[str] = RESERVED) -> tuple[str, int, int]:
        """A quoted text or words up to a stop, with where it stands and how long it is."""
        if self.at_end:
            raise self.mistake(hint)
        first = self._tokens[self._next]
        if first.kind is Kind.QUOTED:
            self._next += 1
            return first.text, first.at, first.length
        begun = self._next
        while not self.at_end:
            token = self._tokens[self._next]
            if token.kind is not Kind.WORD or token.text.lower() in stops:
                break
            self._next += 1
        if self._next == begun:
            raise self.mistake(hint)
        words = self._tokens[begun : self._next]
        length = words[-1].at + words[-1].length - first.at
        return " ".join(word.text for word in words), first.at, length

    def mistake(self, hint: str, expected: Collection[str] = (), after: int = 0) -> RuleMistake:
        """About the word that stands `after` so many more, or about the end."""
        place = self._next + after
        if place >= len(self._tokens):
            return RuleMistake(hint, self._end, 0, tuple(expected))
        token = self._tokens[place]
        return RuleMistake(hint, token.at, token.length, tuple(expected))
