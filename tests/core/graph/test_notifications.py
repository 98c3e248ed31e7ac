from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.graph.notifications import (
    BODY_LIMIT,
    COUNT_LIMIT,
    Expected,
    Hint,
    Lifecycle,
    LifecycleEvent,
    parse_notifications,
    read_notifications,
)

KNOWN = {"s1": Expected("tenant-1", "secret-1"), "s2": Expected("tenant-2", "gehäuse")}


def entry(**changes):
    plain = {
        "subscriptionId": "s1",
        "tenantId": "tenant-1",
        "clientState": "secret-1",
        "changeType": "updated",
        "resource": "users/u/messages/m",
        "resourceData": {"id": "m"},
    }
    return {key: value for key, value in (plain | changes).items() if value is not None}


def posted(*entries):
    return orjson.dumps({"value": list(entries)})


def test_notifications_that_prove_themselves_are_believed_once_each():
    body = posted(
        entry(),
        entry(changeType="created"),
        entry(subscriptionId="s2", tenantId="TENANT-2", clientState="gehäuse"),
        entry(lifecycleEvent="missed", changeType=None),
        entry(lifecycleEvent="missed", changeType=None),
    )

    assert read_notifications(body, KNOWN.get) == [
        Hint("s1"),
        Hint("s2"),
        LifecycleEvent("s1", Lifecycle.MISSED),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"clientState": "secret-2"},
        {"clientState": "secret-1 "},
        {"clientState": "secrét"},
        {"clientState": ""},
        {"clientState": None},
        {"clientState": ["secret-1"]},
        {"clientState": "s" * 129},
        {"tenantId": "tenant-2"},
        {"tenantId": None},
        {"subscriptionId": "s2"},
        {"subscriptionId": "unknown"},
        {"subscriptionId": {}},
        {"lifecycleEvent": "somethingNew"},
        {"lifecycleEvent": ["missed"]},
    ],
)
def test_the_others_are_dropped_and_do_no_harm_to_their_neighbours(changes):
    body = posted(entry(**changes), None, 3, [], entry())

    assert read_notifications(body, KNOWN.get) == [Hint("s1")]


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[]", "no_notifications"),
        (b"{}", "no_notifications"),
        (b'{"value": {}}', "no_notifications"),
        (b" " * (BODY_LIMIT + 1), "too_large"),
    ],
)
def test_what_is_no_such_post_is_refused(body, hint):
    with pytest.raises(InvalidInput) as caught:
        parse_notifications(body)

    assert caught.value.hint == hint


def test_notifications_beyond_the_limit_are_left_to_the_delta_query():
    small = {"subscriptionId": "s", "tenantId": "t", "clientState": "c"}

    assert len(parse_notifications(posted(*[small] * (COUNT_LIMIT + 5)))) == COUNT_LIMIT


def test_half_a_surrogate_pair_is_compared_and_refused():
    body = posted(entry()).replace(b"secret-1", b"\\ud83d")

    assert read_notifications(body, KNOWN.get) == []


def test_secrets_show_in_no_traceback():
    found = parse_notifications(posted(entry()))

    assert "secret-1" not in repr(found) + repr(KNOWN)


@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.integers(0, 9) | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["value", "subscriptionId", "tenantId", "clientState", "lifecycleEvent"]
                ),
                inner,
            )
        ),
    ).map(lambda value: orjson.dumps({"value": [value]}))
)
def test_nothing_that_is_posted_makes_it_fail(body):
    with suppress(InvalidInput):
        assert read_notifications(body, KNOWN.get) == []
