"""Messages and cards drawn as text."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from sandbox.teams.screen import buttons, draw, to_text

ADAPTIVE = "application/vnd.microsoft.card.adaptive"


def message(*body, **parts):
    card = {"type": "AdaptiveCard", "version": "1.5", "body": list(body)} | parts
    return {"type": "message", "attachments": [{"contentType": ADAPTIVE, "content": card}]}


def inside(*body, **parts):
    """The drawn lines of a card, without its frame."""
    lines = to_text(message(*body, **parts)).splitlines()
    return [line.strip("│ ") for line in lines[1:-1]]


def text(words, **more):
    return {"type": "TextBlock", "text": words} | more


def test_draws_a_message():
    assert to_text({"type": "message", "text": "**Hello** Ada"}) == "Hello Ada"


def test_draws_a_card_in_a_frame_with_numbered_buttons():
    actions = [
        {"type": "Action.Execute", "title": "Take", "verb": "take"},
        {"type": "Action.OpenUrl", "title": "Open in Outlook", "url": "https://x.example"},
    ]
    assert to_text(message(text("New mail"), actions=actions), width=50).splitlines() == [
        "╭────────────────────────────────╮",
        "│ New mail                       │",
        "│                                │",
        "│ [1] Take   [2] Open in Outlook │",
        "╰────────────────────────────────╯",
    ]


def test_numbers_buttons_in_the_order_they_are_drawn():
    def submit(title):
        return {"type": "Action.Submit", "title": title}

    inner = {"type": "AdaptiveCard", "body": [], "actions": [submit("four")]}
    activity = message(
        {"type": "Container", "items": [text("row")], "selectAction": submit("one")},
        {"type": "ActionSet", "actions": [submit("two")]},
        actions=[submit("three"), {"type": "Action.ShowCard", "title": "more", "card": inner}],
    )
    activity["suggestedActions"] = {"actions": [{"type": "imBack", "title": "five", "value": "5"}]}
    drawn = to_text(activity)
    assert [button.title for button in buttons(activity)] == ["one", "two", "three", "four", "five"]
    positions = [drawn.index(f"[{n}] {b.title}") for n, b in enumerate(buttons(activity), 1)]
    assert positions == sorted(positions)


def test_draws_columns_facts_and_tables():
    cell = {"type": "TableCell"}
    rows = [
        {"type": "TableRow", "cells": [cell | {"items": [text(t)]} for t in pair]}
        for pair in (("Who", "Open"), ("Ada", "3"))
    ]
    column = {"type": "Column", "width": "auto"}
    lines = inside(
        {"type": "ColumnSet", "columns": [column | {"items": [text(t)]} for t in ("#42", "Late")]},
        {"type": "FactSet", "facts": [{"title": "From", "value": "Mateo"}]},
        {"type": "Table", "columns": [{"width": 1}] * 2, "rows": rows},
    )
    assert lines[0].split() == ["#42", "Late"]
    assert lines[1].split() == ["From", "Mateo"]
    assert "Who ┃ Open" in lines[3]
    assert "Ada │ 3" in lines[5]


def test_draws_charts_as_bars():
    lines = inside(
        {
            "type": "Chart.VerticalBar",
            "title": "Open threads",
            "data": [{"x": "Ada", "y": 4}, {"x": "Mateo", "y": 2}],
        }
    )
    assert lines[0] == "Open threads"
    assert (lines[1].count("█"), lines[2].count("█")) == (24, 12)
    assert lines[1].endswith("4")


def test_draws_every_kind_of_chart():
    series = {"legend": "Ada", "values": [{"x": "Mon", "y": 1}]}
    stacked = {"title": "Ada", "data": [{"legend": "open", "value": 2}]}
    for kind, data, label in (
        ("Donut", [{"legend": "a", "value": 1}], "a"),
        ("Pie", [{"legend": "a", "value": 1}], "a"),
        ("Line", [series], "Ada Mon"),
        ("VerticalBar.Grouped", [series], "Ada Mon"),
        ("HorizontalBar", [{"x": "a", "y": 1}], "a"),
        ("HorizontalBar.Stacked", [stacked], "Ada open"),
    ):
        assert inside({"type": f"Chart.{kind}", "data": data})[0].startswith(label)
    assert inside({"type": "Chart.Gauge", "value": 5})[0].endswith("5")


def test_draws_inputs_with_what_stands_in_them():
    choices = [{"title": "Ada", "value": "a"}, {"title": "Mateo", "value": "m"}]
    lines = inside(
        {"type": "Input.Text", "id": "t", "label": "Note", "placeholder": "a word"},
        {"type": "Input.ChoiceSet", "id": "c", "label": "Who", "choices": choices, "value": "m"},
        {"type": "Input.Toggle", "id": "u", "title": "Urgent", "isRequired": True},
    )
    assert lines == ["Note: [a word]", "Who: ○ Ada  ● Mateo", "Urgent *: ○ yes  ● no"]


def test_draws_the_fallback_of_what_it_does_not_know():
    lines = inside({"type": "Hologram", "fallback": text("flat")}, text("x", isVisible=False))
    assert lines == ["flat"]


def test_draws_the_words_for_a_picture():
    picture = {"type": "Image", "url": "https://x.example/a.png", "altText": "A map"}
    assert inside(picture) == ["▣ A map"]


def test_draws_hero_cards_and_files():
    hero = {
        "contentType": "application/vnd.microsoft.card.hero",
        "content": {
            "title": "Sign in",
            "text": "to go on",
            "buttons": [{"type": "openUrl", "title": "Go", "value": "https://x.example"}],
        },
    }
    consent = {
        "contentType": "application/vnd.microsoft.teams.card.file.consent",
        "name": "report.csv",
        "content": {"sizeInBytes": 12},
    }
    drawn = to_text({"type": "message", "attachments": [hero, consent]})
    for words in (
        "Sign in",
        "to go on",
        "[1] Go",
        "report.csv (12 bytes)",
        "[2] Allow",
        "[3] Decline",
    ):
        assert words in drawn


def test_a_stranger_cannot_reach_the_terminal_through_a_card():
    hostile = "\x1b]0;owned\x07\x1b[2J\u202egpj.[bold]exe[/bold]\r\nnext"
    activity = message(
        text(hostile),
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": hostile}]},
        {"type": "FactSet", "facts": [{"title": hostile, "value": hostile}]},
        {"type": "Input.Text", "id": "x", "label": hostile, "value": hostile},
        {"type": "Chart.Pie", "title": hostile, "data": [{"legend": hostile, "value": 1}]},
        {"type": "CodeBlock", "codeSnippet": hostile},
        actions=[{"type": "Action.Submit", "title": hostile}],
    )
    drawn = to_text(activity)
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(drawn)
    assert drawn.count("[bold]exe[/bold]") == 10


@settings(deadline=None)
@given(st.text(), st.text(), st.integers(20, 120))
def test_any_text_can_be_drawn_at_any_width(one, other, width):
    activity = message(
        text(one),
        {"type": "ColumnSet", "columns": [{"items": [text(other)]}, {"items": [text(one)]}]},
        actions=[{"type": "Action.Submit", "title": other}],
    )
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(draw(activity))
    assert "\x1b" not in out.getvalue()
