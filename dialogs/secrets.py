"""Recognise what should never have been typed into a chat: passwords, keys, tokens."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

_SAID = re.compile(
    r"\b(pass(word|wd|wort|phrase)|kennwort|secret|api[ _-]?key|token|pwd)\b\s*(:|=|is\b|ist\b)",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY|\beyJ[\w-]{8,}\.[\w-]{8,}|\bAKIA[0-9A-Z]{12,}"
    r"|\b(ghp|gho|xox[bp]|sk)[_-][\w-]{16,}"
)
_LONGEST = 4096
"""Characters looked at."""


def looks_like_secret(text: str) -> bool:
    text = text[:_LONGEST]
    if _SAID.search(text) or _SHAPES.search(text):
        return True
    return any(_is_random(word) for word in text.split()[:64])


def _is_random(word: str) -> bool:
    """A word nobody would say: mixed character classes, and many different characters."""
    if len(word) < 8 or "://" in word or re.fullmatch(r"[^@\s]+@[\w.-]+\.\w+", word):
        return False
    classes = sum(
        (
            any(c.islower() for c in word),
            any(c.isupper() for c in word),
            any(c.isdigit() for c in word),
            any(not c.isalnum() for c in word[1:-1]),
        )
    )
    if classes == 4:
        return True
    return len(word) >= 20 and classes >= 3 and _bits_a_character(word) > 3.5


def _bits_a_character(word: str) -> float:
    counts = Counter(word).values()
    return -sum(n / len(word) * log2(n / len(word)) for n in counts)
