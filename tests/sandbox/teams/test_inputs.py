"""What the client checks before it sends."""

from __future__ import annotations

import pytest

from sandbox.teams.buttons import find_button
from sandbox.teams.inputs import InputRefused, collect, inputs_of

CHOICES = [{"title": "Ada", "value": "a"}, {"title": "Mateo", "value": "m"}]


def button(*body, wanted="Go", **action):
    go = {"type": "Action.Submit", "title": "Go"} | action
    card = {"type": "AdaptiveCard", "body": list(body), "actions": [go]}
    kind = "application/vnd.microsoft.card.adaptive"
    return find_button({"attachments": [{"contentType": kind, "content": card}]}, wanted)


def field(kind, **more):
    return {"type": f"Input.{kind}", "id": "x"} | more


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (field("Text", maxLength=3), "abc"),
        (field("Text", regex="^[0-9]+$"), "42"),
        (field("Text"), ""),
        (field("Number", min=1, max=5), "5"),
        (field("Date", min="2026-01-01"), "2026-03-02"),
        (field("Time"), "08:30"),
        (field("Toggle", title="t"), "true"),
        (field("Toggle", title="t", valueOn="yes", valueOff="no"), "no"),
        (field("ChoiceSet", choices=CHOICES), "m"),
        (field("ChoiceSet", choices=CHOICES, isMultiSelect=True), "a,m"),
    ],
)
def test_sends_what_the_card_allows(element, value):
    assert collect(button(element), {"x": value}) == {"x": value}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (field("Text", isRequired=True), ""),
        (field("Text", maxLength=3), "abcd"),
        (field("Text", regex="^[0-9]+$"), "forty"),
        (field("Number"), "many"),
        (field("Number", min=1, max=5), "6"),
        (field("Date"), "tomorrow"),
        (field("Date", max="2026-01-01"), "2026-03-02"),
        (field("Time"), "noon"),
        (field("Toggle", title="t"), "maybe"),
        (field("Toggle", title="t", isRequired=True), "false"),
        (field("ChoiceSet", choices=CHOICES), "z"),
        (field("ChoiceSet", choices=CHOICES), "a,m"),
    ],
)
def test_stops_what_the_card_forbids(element, value):
    with pytest.raises(InputRefused) as refused:
        collect(button(element), {"x": value})
    assert list(refused.value.problems) == ["x"]


def test_says_why_in_the_cards_own_words():
    element = field("Text", isRequired=True, errorMessage="Please name someone")
    with pytest.raises(InputRefused, match="Please name someone"):
        collect(button(element), {})


def test_what_is_not_given_keeps_its_value():
    toggle = {"type": "Input.Toggle", "id": "u", "title": "t"}
    assert collect(button(field("Text", value="as it was"), toggle), {}) == {
        "x": "as it was",
        "u": "false",
    }


def test_a_button_may_send_no_inputs():
    assert collect(button(field("Text", isRequired=True), associatedInputs="none"), {}) == {}


def test_an_inner_card_sends_the_outer_inputs_too():
    inner = {
        "type": "AdaptiveCard",
        "body": [{"type": "Input.Date", "id": "until"}],
        "actions": [{"type": "Action.Submit", "title": "OK"}],
    }
    outer = {"type": "Action.ShowCard", "title": "Snooze", "card": inner}
    card = {"type": "AdaptiveCard", "body": [field("Text")], "actions": [outer]}
    kind = "application/vnd.microsoft.card.adaptive"
    ok = find_button({"attachments": [{"contentType": kind, "content": card}]}, "ok")
    assert [i.id for i in inputs_of(ok)] == ["x", "until"]
