"""Categories: what is written, what is kept, and what a change in Outlook means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.threads.categories import Changes, both, changes, differ, merged

NAMES = some.sampled_from(
    ["Invoice", "invoice", "Red category", "VIP", "Assigned: Ada", "assigned: Bo", "Später", "x"]
)
LISTS = some.lists(NAMES, max_size=6)


def test_others_categories_stay_in_front_in_their_order():
    wanted = merged(
        ["Red category", "Assigned: Bo", "VIP", "Invoice"],
        assignee="Ada Lovelace",
        tags=["Urgent"],
        known_tags=["Invoice", "Urgent"],
    )
    assert wanted == ("Red category", "VIP", "Urgent", "Assigned: Ada Lovelace")


def test_a_thread_of_nobody_bears_no_name():
    wanted = merged(["Assigned: Ada", "Mine"], assignee=None, tags=[], known_tags=[])
    assert wanted == ("Mine",)


def test_a_name_is_written_without_what_parts_categories():
    wanted = merged([], assignee="Lovelace, Ada; Countess", tags=[], known_tags=[])
    assert wanted == ("Assigned: Ada Countess Lovelace",)


@given(current=LISTS, tags=LISTS, known=LISTS)
def test_writing_twice_changes_nothing_and_loses_nothing_of_others(current, tags, known):
    tags = [name for name in tags if not name.casefold().startswith("assigned")]
    what = {"assignee": "Ada", "tags": tags, "known_tags": known}
    once = merged(current, **what)
    assert merged(once, **what) == once
    assert not differ(once, merged(once, **what))
    assert not changes(once, merged(once, **what))
    ours = {name.casefold() for name in (*tags, *known)}
    for name in current:
        foreign = name.casefold() not in ours and not name.casefold().startswith("assigned")
        assert not foreign or name in once


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ([], ["Invoice"], Changes(("Invoice",), (), None)),
        (["Invoice"], [], Changes((), ("Invoice",), None)),
        (["Invoice"], ["INVOICE "], Changes((), (), None)),
        ([], ["Assigned: Ada"], Changes((), (), "Ada")),
        ([], ["assigned:ada lovelace"], Changes((), (), "ada lovelace")),
        (["Assigned: Ada"], [], Changes((), (), None)),
        (["Assigned: Ada"], ["Assigned: Ada", "Assigned: Bo"], Changes((), (), "Bo")),
        ([], ["Assigned: "], Changes((), (), None)),
    ],
)
def test_what_somebody_did(before, after, changed):
    assert changes(before, after) == changed


def test_two_messages_of_a_thread_add_up():
    one, other = Changes(("A",), (), "Ada"), Changes(("B", "A"), ("C",), None)
    assert both(None, one) == one
    assert both(one, other) == Changes(("A", "B"), ("C",), "Ada")
