"""A pattern that somebody hostile wrote is refused, or as quick as any other."""

from __future__ import annotations

import random

import pytest

from core.rules.mistakes import BadPattern
from core.rules.patterns import LONGEST_TEXT, Pattern, readable


@pytest.mark.parametrize("text", ["invoice|bill", r"^(re|fw): INV-\d{4,8}", r"\bÜber\w*", r"\pL+"])
def test_ordinary_patterns_are_taken(text):
    Pattern(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("(", "bad_pattern"),
        (r"(a)\1", "bad_pattern"),
        ("(?=a)", "bad_pattern"),
        ("a{1001}", "bad_pattern"),
        ("((a{100}){100}){100}", "bad_pattern"),
        ("(.{1000}){1000}", "bad_pattern"),
        (r"(\pL{50}){20}", "bad_pattern"),
        ("\ud800", "bad_pattern"),
        ("a" * 201, "pattern_too_long"),
    ],
)
def test_a_pattern_that_may_cost_too_much_is_refused(text, hint):
    with pytest.raises(BadPattern) as caught:
        Pattern(text)

    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "text", ["(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*a){20}$", "((a?){30}a{30})+$", "([a-z]+)*[0-9]$"]
)
def test_nested_quantifiers_end_on_a_long_text(text):
    """A backtracking engine would not come to an end here."""
    assert not Pattern(text).found_in(b"a" * (LONGEST_TEXT - 1) + b"!")


def test_a_text_is_looked_at_up_to_a_length():
    assert not Pattern("b").found_in(readable("a" * LONGEST_TEXT + "b"))


def test_any_text_can_be_looked_at():
    random.seed(1)
    texts = ("", "\ud800", "\x00", "".join(chr(random.randrange(0x10FFFF)) for _ in range(500)))

    assert [Pattern("^$").found_in(readable(text)) for text in texts] == [True, False, False, False]
