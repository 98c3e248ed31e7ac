"""Links that are signed open one thread; anything else opens nothing."""

from __future__ import annotations

import pytest

from bot.links import SignedLinks
from core.errors import NotFound
from core.keyring import KeyRing

OTHER = KeyRing({"k1": b"9" * 32}, b"2" * 32)


@pytest.fixture
def links(keyring):
    return SignedLinks(keyring, "https://postroom.example/", "https://teams.example/install")


def token(links, thread_id=42):
    return links.open_in_outlook(thread_id).rpartition("/")[2]


def test_a_link_opens_its_thread(links):
    assert links.open_in_outlook(42).startswith("https://postroom.example/open/42.")
    assert links.thread_of(token(links)) == 42


def test_links_outlive_a_rotation_of_keys(links, keyring):
    rotated = KeyRing({"k2": b"3" * 32, "k1": b"1" * 32}, b"2" * 32)
    assert SignedLinks(rotated, "https://x", "").thread_of(token(links)) == 42


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("42.", "43.", 1),
        lambda t: t[:-1],
        lambda t: "",
        lambda t: "42",
        lambda t: "42..k1",
        lambda t: "42.\u00e4.k1",
        lambda t: "-1." + t.partition(".")[2],
        lambda t: "٤٢." + t.partition(".")[2],
        lambda t: "9" * 400,
    ],
)
def test_a_link_that_was_changed_opens_nothing(links, change):
    with pytest.raises(NotFound):
        links.thread_of(change(token(links)))


def test_a_link_of_another_instance_opens_nothing(links):
    with pytest.raises(NotFound):
        links.thread_of(token(SignedLinks(OTHER, "https://x", "")))
