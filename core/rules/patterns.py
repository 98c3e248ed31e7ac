"""Regular expressions that run in linear time, whoever wrote them. No I/O."""

from __future__ import annotations

import re2

from core.rules.mistakes import BadPattern

LONGEST = 200
"""Characters of a pattern."""
MOST_MEMORY = 1 << 16
"""Bytes for a compiled pattern and its run; so it also bounds the steps for each character."""
LONGEST_TEXT = 10_000
"""Characters of a text that are looked at."""


class Pattern:
    """Found anywhere in a text, without regard to case."""

    __slots__ = ("_search",)

    def __init__(self, text: str) -> None:
        """Raise `BadPattern` for one that is too long, malformed or too large."""
        if len(text) > LONGEST:
            raise BadPattern("pattern_too_long")
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        options.never_capture = True
        options.max_mem = MOST_MEMORY
        try:
            self._search = re2.compile(text.encode(), options).search
        except (re2.error, UnicodeEncodeError) as error:
            raise BadPattern("bad_pattern") from error

    def found_in(self, text: str) -> bool:
        return self._search(text[:LONGEST_TEXT].encode("utf-8", "replace")) is not None
