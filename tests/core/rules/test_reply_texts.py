"""Texts of automatic replies: their fields, what may stand in them, and who may write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.errors import InvalidInput, NotAllowed, NotFound
from core.rules.models import ReplyText
from core.rules.reply_texts import ReplyTexts, check_text, find_text, first_name, render
from core.sealing import Vault
from tests import factories
from tests.clock import SettableClock

VALUES = {"first name": "Grace", "number": "42", "hours": "mon-fri 09:00-17:00 (UTC)"}


def test_fields_are_filled_in():
    text = "Dear {first name},\nyour number is {Number}. We are here {hours}."
    assert render(text, VALUES) == (
        "Dear Grace,\nyour number is 42. We are here mon-fri 09:00-17:00 (UTC)."
    )


def test_an_unknown_name_leaves_no_gap():
    assert render("Hello {first name},", {"first name": ""}) == "Hello,"


def test_what_stands_in_a_value_is_not_read_as_a_field():
    assert render("{first name} {number}", {"first name": "{number}", "number": "1"}) == (
        "{number} 1"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_text"),
        (" \n ", "empty_text"),
        ("x" * 4001, "long_text"),
        ("Dear {last name}", "unknown_field"),
        ("Dear {}", "unknown_field"),
        ("Dear {first name", "lone_brace"),
        ("Dear first name}", "lone_brace"),
        ("{{number}}", "lone_brace"),
    ],
)
def test_a_text_that_could_not_be_filled_in_is_refused(text, code):
    with pytest.raises(InvalidInput) as refused:
        check_text(text)
    assert (refused.value.field, refused.value.hint) == ("reply_text", code)


@given(some.text(max_size=200))
def test_a_text_is_refused_or_can_be_filled_in(text):
    try:
        checked = check_text(text)
    except InvalidInput:
        return
    assert "{" not in render(checked, VALUES)
    assert check_text(checked) == checked


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Grace Hopper", "Grace"),
        ("Hopper, Grace", "Grace"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("Leïla", "Leïla"),
        ("D'Arcy", "D'Arcy"),
        ("", ""),
        ("grace@customer.example", ""),
        ("http://evil.example click", ""),
        ("evil.example", ""),
        ("Win1000000", ""),
        ("<b>Grace</b>", ""),
        ("A" * 31, ""),
    ],
)
def test_a_first_name_is_a_name_and_nothing_else(name, first):
    assert first_name(name) == first


@pytest.fixture
async def mailbox(any_database: str, vault: Vault):
    return await factories.mailbox(vault, await factories.organization(vault))


@pytest.fixture
def texts(vault: Vault, clock: SettableClock) -> ReplyTexts:
    return ReplyTexts(vault, clock)


async def somebody(vault: Vault, mailbox, **more):
    of = await mailbox.organization
    person = await factories.member(vault, of)
    await factories.works(mailbox, person, **more)
    return await factories.actor(person)


async def test_a_lead_writes_a_text_and_writes_it_anew(texts, vault, mailbox):
    lead = await somebody(vault, mailbox, is_lead=True)
    first = await texts.save(lead, mailbox.id, "Out of office", "We are away.")
    again = await texts.save(lead, mailbox.id, " out of  OFFICE ", "Dear {first name}, away.")
    assert first == again
    (view,) = await texts.texts(lead, mailbox.id)
    assert (view.name, view.text) == ("Out of office", "Dear {first name}, away.")


async def test_a_text_is_sealed_at_rest(texts, vault, mailbox):
    lead = await somebody(vault, mailbox, is_lead=True)
    await texts.save(lead, mailbox.id, "Away", "We are on the moon.")
    assert b"moon" not in bytes((await ReplyText.get()).sealed_text)


async def test_a_text_can_be_removed(texts, vault, mailbox):
    lead = await somebody(vault, mailbox, is_lead=True)
    await texts.save(lead, mailbox.id, "Away", "We are away.")
    await texts.remove(lead, mailbox.id, "away")
    assert await find_text(mailbox.id, "Away") is None
    with pytest.raises(NotFound):
        await texts.remove(lead, mailbox.id, "away")


async def test_others_of_the_mailbox_may_read_and_strangers_may_not(texts, vault, mailbox):
    member = await somebody(vault, mailbox)
    with pytest.raises(NotAllowed):
        await texts.save(member, mailbox.id, "Away", "We are away.")
    assert await texts.texts(member, mailbox.id) == ()
    elsewhere = await factories.mailbox(vault, await factories.organization(vault))
    stranger = await somebody(vault, elsewhere, is_lead=True)
    for attempt in (
        texts.texts(stranger, mailbox.id),
        texts.save(stranger, mailbox.id, "Away", "x"),
        texts.remove(stranger, mailbox.id, "Away"),
    ):
        with pytest.raises(NotFound):
            await attempt
