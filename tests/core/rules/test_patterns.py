"""A pattern that somebody hostile wrote is refused, or as quick as any other."""

from __future__ import annotations

import random

import pytest

from core.rules.mistakes import BadPattern
from core.rules.patterns import LONGEST_TEXT, Patterns, check_pattern


@pytest.mark.parametrize("text", ["invoice|bill", r"^(re|fw): INV-\d{4,8}", r"\bÜber\w*", r"\pL+"])
def test_ordinary_patterns_are_taken(text):
    check_pattern(text)


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
        check_pattern(text)

    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "text", ["(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*a){20}$", "((a?){30}a{30})+$", "([a-z]+)*[0-9]$"]
)
def test_nested_quantifiers_end_on_a_long_text(text):
    """A backtracking engine would not come to an end here."""
    check_pattern(text)

    assert not Patterns([text]).found_in("a" * (LONGEST_TEXT - 1) + "!")


def test_a_text_is_looked_at_up_to_a_length():
    assert not Patterns(["b"]).found_in("a" * LONGEST_TEXT + "b")


def test_any_text_can_be_looked_at():
    random.seed(1)
    texts = ("", "\ud800", "\x00", "".join(chr(random.randrange(0x10FFFF)) for _ in range(500)))

    assert [bool(Patterns(["^$"]).found_in(text)) for text in texts] == [True, False, False, False]


def test_many_patterns_are_asked_in_few_groups():
    words = [f"word{n}" for n in range(5_000)]
    patterns = Patterns(words)

    assert patterns.found_in("of WORD7 and word4999") == {"word7", "word4999"} | {
        word for word in words if word in ("word4", "word49", "word499")
    }
    assert len(patterns._groups) < 200


def test_patterns_too_large_for_one_run_are_asked_each():
    """The engine gives a run up when its memory is too small for it."""
    group = Patterns(["invoice", "bill", "^re"])._groups[0]
    group._asked = GivesUp()

    assert group.found_in(b"Re: the bill") == ["^re", "bill"]


class GivesUp:
    def Match(self, text: bytes) -> list[int]:
        return []
