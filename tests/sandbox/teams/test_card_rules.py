"""What Teams refuses in an Adaptive Card, and what it takes."""

from __future__ import annotations

import pytest

from sandbox.teams.card_rules import check_card

TEXT = {"type": "TextBlock", "text": "hello"}
SUBMIT = {"type": "Action.Submit", "title": "Go"}
EXECUTE = {"type": "Action.Execute", "title": "Go", "verb": "go", "fallback": SUBMIT}
CHOICES = [{"title": "One", "value": "1"}]


def card(*body, version="1.5", **parts):
    return {"type": "AdaptiveCard", "version": version, "body": list(body)} | parts


@pytest.mark.parametrize(
    "good",
    [
        card(TEXT),
        card(TEXT, version="1.2"),
        card({"type": "Chart.Donut", "data": [{"legend": "a", "value": 1}]}),
        card({"type": "Hologram", "fallback": TEXT}),
        card({"type": "Hologram", "fallback": "drop"}),
        card({"type": "ColumnSet", "columns": [{"items": [TEXT]}]}),
        card({"type": "RichTextBlock", "inlines": ["plain", {"type": "TextRun", "text": "run"}]}),
        card({"type": "FactSet", "facts": [{"title": "a", "value": "b"}]}),
        card(
            {
                "type": "Table",
                "columns": [{"width": 1}],
                "rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "items": [TEXT]}]}],
            }
        ),
        card({"type": "Input.ChoiceSet", "id": "who", "choices": CHOICES}),
        card(actions=[EXECUTE]),
        card(actions=[{"type": "Action.ShowCard", "title": "More", "card": card(TEXT)}]),
        card({"type": "Container", "items": [TEXT], "selectAction": SUBMIT}),
        card(refresh={"action": EXECUTE, "userIds": ["29:a"]}),
    ],
)
def test_takes_a_good_card(good):
    report = check_card(good)
    assert (report.errors, report.warnings) == ([], [])


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (None, "not an AdaptiveCard"),
        ({"type": "Card"}, "not an AdaptiveCard"),
        ({"type": "AdaptiveCard", "body": []}, "version is missing"),
        (card(TEXT, version="1.6"), "newer than 1.5"),
        (card(TEXT, version="2.0"), "newer than 1.5"),
        (card("text"), "card.body[0] has no type"),
        (card({"type": "Hologram"}), "unknown type"),
        (card({"type": "Hologram", "fallback": {"type": "TextBlock"}}), "no text"),
        (card({"type": "TextBlock", "text": 7}), "not a string"),
        (card({"type": "Container"}), "no items"),
        (card({"type": "Container", "items": TEXT}), "not a list"),
        (card({"type": "RichTextBlock", "inlines": [{"type": "TextRun"}]}), "no text"),
        (card({"type": "FactSet", "facts": [{"title": "a"}]}), "no title or no value"),
        (card({"type": "Image", "url": "http://x.example/a.png"}), "over https"),
        (card({"type": "Image", "url": "javascript:alert(1)"}), "not a web address"),
        (card({"type": "Input.Text"}), "no id"),
        (card({"type": "Input.ChoiceSet", "id": "who"}), "no choices"),
        (card({"type": "Input.ChoiceSet", "id": "who", "choices": [{"title": "a"}]}), "a choice"),
        (card(*[{"type": "Input.Text", "id": "same"}] * 2), "used twice"),
        (card(actions=[{"type": "Action.OpenUrl", "title": "x"}]), "no url"),
        (card(actions=[{"type": "Action.Fly"}]), "unknown type"),
        (card(actions=[TEXT]), "does not belong here"),
        (card(SUBMIT), "does not belong here"),
        (card({"type": "Container", "items": [TEXT], "selectAction": TEXT}), "does not belong"),
        (
            card(actions=[{"type": "Action.Execute", "title": "x"}], version="1.3"),
            "newer card version",
        ),
        (card({"type": "Table", "rows": []}, version="1.4"), "newer card version"),
        (card(actions=[{"type": "Action.ShowCard", "card": card({"type": "Image"})}]), "no url"),
        (card(refresh={"action": SUBMIT}), "refresh needs an Action.Execute"),
        (card(refresh={"action": EXECUTE, "userIds": ["29:a"] * 61}), "more than 60"),
        (
            card({"type": "TextBlock", "text": "x", "selectAction": {"type": "Action.No"}}),
            "unknown",
        ),
    ],
)
def test_refuses_a_bad_card_and_says_where(bad, says):
    assert says in "; ".join(check_card(bad).errors)


def test_warns_of_what_a_store_review_would_mind():
    many = card(actions=[SUBMIT] * 7)
    bare = card(actions=[{"type": "Action.Execute", "title": "Go", "verb": "go"}])
    assert ["more than 6" in w for w in check_card(many).warnings] == [True]
    assert ["without a fallback" in w for w in check_card(bare).warnings] == [True]
