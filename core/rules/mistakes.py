"""What may be wrong with a rule that somebody wrote, and where."""

from __future__ import annotations

from core.errors import InvalidInput


class RuleMistake(InvalidInput):
    """The rule cannot be used as it is written.

    `hint` is a code; `at` and `length` mark the characters of the line it is about, which
    are not repeated here; `expected` are words that could stand there. `entry` is the number of
    the rule in a file, from 1.
    """

    def __init__(
        self, hint: str, at: int = 0, length: int = 0, expected: tuple[str, ...] = ()
    ) -> None:
        super().__init__("rule", hint)
        self.at = at
        self.length = length
        self.expected = expected
        self.entry: int | None = None


class BadPattern(RuleMistake):
    """A pattern is malformed, or more than one match may cost."""

    def __init__(self, hint: str, rule_id: int | None = None) -> None:
        super().__init__(hint)
        self.rule_id = rule_id
