"""Every error is worded, and nothing that was typed is repeated."""

from __future__ import annotations

import pytest

from core import errors
from core.errors import GraphError, InvalidInput, NotFound, PostroomError
from dialogs.wording import words

MADE = {
    "InvalidInput": lambda c: c("thread"),
    "AlreadyAssigned": lambda c: c(1, 2),
    "Full": lambda c: c(1, 2),
    "Absent": lambda c: c(1, None),
    "GraphError": lambda c: c(500, "x"),
    "GraphThrottled": lambda c: c(429, "x", 1.0),
    "GraphAuthFailed": lambda c: c(401, "x"),
    "DeltaLinkExpired": lambda c: c(410, "x"),
    "ConnectorError": lambda c: c(500, "x"),
    "RecipientUnreachable": lambda c: c("x"),
    "ConfigError": lambda c: c(["x"]),
}
CLASSES = [
    found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, PostroomError)
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_words(kind):
    error = MADE.get(kind.__name__, lambda c: c())(kind)
    said = words(error)
    assert said.endswith((".", ":"))
    assert "Traceback" not in said


def test_missing_and_not_yours_sound_the_same():
    assert words(NotFound("thread")) == words(NotFound("mailbox")) == words(NotFound())


@pytest.mark.parametrize("field", ["thread", "<script>", "person"])
def test_a_hint_that_is_unknown_is_not_repeated(field):
    assert "secret text" not in words(InvalidInput(field, "secret text"))


@pytest.mark.parametrize(("hint", "said"), [("0", "nobody"), ("3", "More than one")])
def test_the_number_of_people_found_is_worded(hint, said):
    assert said in words(InvalidInput("member", hint))


def test_graph_codes_are_not_shown():
    assert "ErrorAccessDenied" not in words(GraphError(403, "ErrorAccessDenied"))
