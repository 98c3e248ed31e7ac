"""Links: only what we signed, for ninety days, saying nothing about the mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFound
from core.keyring import KeyRing
from core.links import Links, outlook_url
from tests.clock import SettableClock

RING = KeyRing({"k1": b"1" * 32}, b"2" * 32)


@pytest.fixture
def links(keyring: KeyRing, clock: SettableClock) -> Links:
    return Links(keyring, clock)


@given(st.integers(0, 2**63 - 1))
def test_what_was_signed_is_read_again_from_a_short_word_that_fits_a_url(message_id: int):
    links = Links(RING, SettableClock())

    token = links.sign(message_id)

    assert links.read(token) == message_id
    assert re.fullmatch(r"[A-Za-z0-9_-]{40,80}", token)


def test_a_link_ends_after_ninety_days(links: Links, clock: SettableClock):
    token = links.sign(42)

    clock.advance(timedelta(days=90))
    assert links.read(token) == 42
    clock.advance(timedelta(seconds=1))
    with pytest.raises(NotFound):
        links.read(token)


def test_every_changed_letter_breaks_it(links: Links):
    token = links.sign(42)

    for place, letter in enumerate(token[:-1]):
        other = "A" if letter != "A" else "B"
        with pytest.raises(NotFound):
            links.read(token[:place] + other + token[place + 1 :])


@given(st.text(max_size=200))
def test_anything_else_is_not_found(text: str):
    with pytest.raises(NotFound):
        Links(RING, SettableClock()).read(text)


def test_a_signature_for_something_else_opens_nothing(links: Links, keyring: KeyRing):
    other = Links(KeyRing({"k1": b"3" * 32}, b"2" * 32), SettableClock())

    with pytest.raises(NotFound):
        links.read(other.sign(42))


def test_links_outlive_the_rotation_of_the_key_ring(clock: SettableClock):
    token = Links(RING, clock).sign(42)

    rotated = KeyRing({"k2": b"4" * 32, "k1": b"1" * 32}, b"2" * 32)
    assert Links(rotated, clock).read(token) == 42


def test_outlooks_address_names_the_mailbox_and_the_item_safely():
    assert outlook_url("help@contoso.example", "AAMk-a_b=") == (
        "https://outlook.office.com/mail/help@contoso.example"
        "/deeplink/read/AAMk%2Fa%2Bb%3D?ItemID=AAMk%2Fa%2Bb%3D&exvsurl=1"
    )
    assert "/../" not in outlook_url("a/../b@contoso.example", "x")
