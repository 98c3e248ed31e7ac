"""However odd a card is, it can be checked, drawn and read."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.teams.buttons import buttons
from sandbox.teams.card_rules import CHILD_LISTS, REQUIRED, TEAMS_EXTRAS, check_card
from sandbox.teams.inputs import inputs_of
from sandbox.teams.screen import to_text

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(["", "1", "1.2.3", "auto", "50px", "²", "\x1b[2J", "https://x.example"]),
    st.lists(st.sampled_from(["a", 1, None]), max_size=2),
    st.dictionaries(st.sampled_from(["id", "value", "type"]), st.just("x"), max_size=2),
)
NAMES = st.sampled_from(
    (
        "text",
        "url",
        "facts",
        "choices",
        "title",
        "value",
        "width",
        "weight",
        "color",
        "size",
        "style",
        "data",
        "id",
        "label",
        "isVisible",
        "altText",
        "placeholder",
        "isMultiSelect",
        "isRequired",
        "selectAction",
        "firstRowAsHeader",
        "legend",
        "targetElements",
        "valueOn",
        "codeSnippet",
        "sources",
        "card",
        "fallback",
        "separator",
    )
)
TYPES = st.sampled_from([*sorted(REQUIRED), *sorted(TEAMS_EXTRAS), "Hologram"])


LEAF = st.tuples(
    st.fixed_dictionaries(
        {
            "type": TYPES,
            "text": st.just("words"),
            "url": st.just("https://x.example"),
            "title": st.just("title"),
            "id": st.uuids().map(str),
        }
    ),
    st.dictionaries(NAMES, ODD, max_size=5),
).map(lambda parts: parts[0] | parts[1])


def holding(nested):
    lists = st.dictionaries(st.sampled_from(CHILD_LISTS), st.lists(nested, max_size=3), max_size=2)
    return st.tuples(LEAF, lists).map(lambda parts: parts[0] | parts[1])


ELEMENT = st.recursive(LEAF, holding, max_leaves=6)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ELEMENT, max_size=4), st.lists(ELEMENT, max_size=2))
def test_any_card_can_be_checked_drawn_and_read(body, actions):
    card = {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": actions}
    check_card(card)
    kind = "application/vnd.microsoft.card.adaptive"
    activity = {"attachments": [{"contentType": kind, "content": card}]}
    assert "\x1b" not in to_text(activity)
    for button in buttons(activity):
        inputs_of(button)
