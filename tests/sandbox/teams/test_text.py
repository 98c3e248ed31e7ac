"""Strangers' text on a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.teams.text import clean, markdown, one_line, spoken


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[2Jgone", "[2Jgone"),
        ("\x1b]0;title\x07x", "]0;titlex"),
        ("\x9b31mred", "31mred"),
        ("a\x00b\x08c\x7f", "abc"),
        ("safe\u202egpj.exe", "safegpj.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("line\u2028break\r\nand\rmore", "line\nbreak\nand\nmore"),
        ("tab\there", "tab    here"),
        ("\U000e0041tag", "tag"),
        ("\ud800alone", "alone"),
        ("a" + "\u0301" * 50, "a" + "\u0301" * 4),
    ],
)
def test_takes_out_what_could_move_the_cursor_or_turn_the_text(hostile, harmless):
    assert clean(hostile) == harmless


@pytest.mark.parametrize("text", ["Grüße, Łukasz", "مرحبا", "日本語", "👩‍👩‍👧", "a\nb"])
def test_leaves_other_peoples_writing_alone(text):
    assert clean(text) == text


@given(st.text())
def test_nothing_a_terminal_obeys_is_left(text):
    assert not [c for c in clean(text) if unicodedata.category(c) == "Cc" and c != "\n"]
    assert "\n" not in one_line(text)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**bold** and _thin_", "bold and thin"),
        ("[label](https://x.example)", "label (https://x.example)"),
        ("- one\n- two", "• one\n• two"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        (r"\[not a link\](x)", "[not a link](x)"),
        ("[red]not rich markup[/red]", "[red]not rich markup[/red]"),
        ("# Title", "Title"),
        ("on {{DATE(2026-03-02T09:00:00Z, SHORT)}}", "on Mon, 02 Mar 2026"),
        ("at {{TIME(2026-03-02T09:00:00Z)}}", "at 09:00"),
        ("{{DATE(soon)}}", "{{DATE(soon)}}"),
    ],
)
def test_shows_the_markdown_teams_shows(source, shown):
    assert markdown(source).plain == shown


def test_says_where_a_link_leads():
    assert "evil.example" in markdown("[https://bank.example](https://evil.example)").plain


def test_shows_a_mention_as_a_name():
    assert spoken("<at>Postroom</at> queue <b>").plain == "@Postroom queue <b>"
