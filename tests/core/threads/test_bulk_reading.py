"""What people type is read as one bulk change, or refused with a helpful code."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.threads.bulk_reading import BulkVerb, BulkWish, Conditions, read_bulk

READ = {
    ("assign", "unassigned from @fabrikam.com to Ada"): BulkWish(
        BulkVerb.ASSIGN, Conditions(unassigned=True, sender="@fabrikam.com"), "Ada"
    ),
    ("assign", "unassigned in help@contoso.com to @Ada Lovelace"): BulkWish(
        BulkVerb.ASSIGN, Conditions(unassigned=True, mailbox="help@contoso.com"), "Ada Lovelace"
    ),
    ("done", "older than 30 days"): BulkWish(BulkVerb.DONE, Conditions(older_than_hours=720)),
    ("done", "tagged Newsletter and older than 2 weeks"): BulkWish(
        BulkVerb.DONE, Conditions(tagged="Newsletter", older_than_hours=336)
    ),
    ("done", "mine from Grace@Customer.Example"): BulkWish(
        BulkVerb.DONE, Conditions(person="me", sender="grace@customer.example")
    ),
    ("release", "of Bo"): BulkWish(BulkVerb.RELEASE, Conditions(person="Bo")),
    ("release", "threads of Bo von Ahn from fabrikam.com"): BulkWish(
        BulkVerb.RELEASE, Conditions(person="Bo von Ahn", sender="@fabrikam.com")
    ),
    ("snooze", "from x@y.example until monday 9:00"): BulkWish(
        BulkVerb.SNOOZE, Conditions(sender="x@y.example"), "monday 9:00"
    ),
    ("snooze", "unassigned for 3 days"): BulkWish(
        BulkVerb.SNOOZE, Conditions(unassigned=True), "for 3 days"
    ),
    ("tag", "from @fabrikam.com Invoice"): BulkWish(
        BulkVerb.TAG, Conditions(sender="@fabrikam.com"), "Invoice"
    ),
    ("tag", 'of "Bo Smith" "Late invoice"'): BulkWish(
        BulkVerb.TAG, Conditions(person="Bo Smith"), "Late invoice"
    ),
    ("tag", "tagged Invoice as Paid at last"): BulkWish(
        BulkVerb.TAG, Conditions(tagged="Invoice"), "Paid at last"
    ),
}
REFUSED = {
    ("done", ""): "bulk_which",
    ("done", "threads"): "bulk_which",
    ("done", "blue"): "bulk_word",
    ("done", "from"): "bulk_word",
    ("done", "from nobody"): "bulk_sender",
    ("done", "from a.example@"): "bulk_sender",
    ("done", "older than many days"): "bulk_age",
    ("done", "older than 0 days"): "bulk_age",
    ("done", "older 30 days"): "bulk_age",
    ("done", "of Bo of Ada"): "bulk_twice",
    ("done", "unassigned of Bo"): "bulk_twice",
    ("assign", "unassigned"): "bulk_to",
    ("assign", "unassigned to"): "bulk_to",
    ("assign", "to Ada"): "bulk_which",
    ("snooze", "unassigned"): "bulk_until",
    ("tag", "Invoice"): "bulk_which",
}


@pytest.mark.parametrize(("said", "wish"), READ.items(), ids=[" all ".join(said) for said in READ])
def test_each_way_of_saying_it_is_understood(said: tuple[str, str], wish: BulkWish) -> None:
    assert read_bulk(BulkVerb(said[0]), said[1]) == wish


@pytest.mark.parametrize(
    ("said", "code"), REFUSED.items(), ids=[" all ".join(said) for said in REFUSED]
)
def test_what_is_not_understood_says_what_is_missing(said: tuple[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_bulk(BulkVerb(said[0]), said[1])
    assert (refused.value.field, refused.value.hint) == ("bulk", code)


@given(st.sampled_from(BulkVerb), st.text(max_size=500))
def test_anything_typed_is_read_or_refused(verb: BulkVerb, text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert read_bulk(verb, text).verb is verb
