"""Whom a rule names, whatever people are called: what is shown means the same person again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.people.names import tidy_name
from core.rules.names import MailboxNames
from core.rules.reading import read_rule
from core.rules.stored import dump, load
from core.rules.terms import ALWAYS, AssignTo, Draft, NotifyPerson, PersonRef, TeamRef
from core.rules.writing import write_rule
from tests.core.rules.drafts import PEOPLE, TEAMS

names = st.sampled_from((*PEOPLE, "#2", "#3", "Ada Lovelace", "ada", "a@b.example", "")) | st.text(
    max_size=12
).map(tidy_name)


def book(people: list[str], teams: tuple[str, ...] = TEAMS, *, addresses: bool = True):
    return MailboxNames(
        names=dict(enumerate(people, start=1)),
        addresses={i + 1: f"person{i}@contoso.example" for i in range(len(people) * addresses)},
        present=frozenset(range(1, len(people) + 1)),
        team_names=dict(enumerate(teams, start=1)),
        team_people={},
        texts=(),
        tags=(),
    )


@given(st.lists(names, min_size=1, max_size=6), st.booleans())
def test_whoever_is_shown_is_who_is_meant(people, addresses):
    known = book(people, addresses=addresses)
    everybody = tuple(PersonRef(member_id) for member_id in known.names)
    told = tuple(NotifyPerson(member_id) for member_id in known.names)
    draft = Draft(ALWAYS, None, (AssignTo(everybody), *told))

    line = write_rule(load(dump(draft)), known)

    assert read_rule(line, known) == draft


def test_every_team_is_found_by_its_name():
    known = book(["Ada"])
    draft = Draft(ALWAYS, None, (AssignTo(tuple(map(TeamRef, known.team_names))),))

    assert read_rule(write_rule(draft, known), known) == draft


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada", 1),
        ("ADA LOVELACE", 1),
        ("Lovelace, Ada", 1),
        ("#2", 2),
        ("PERSON1@contoso.example", 2),
    ],
)
def test_a_person_is_found_as_people_say(text, found):
    assert book(["Ada Lovelace", "Ben"]).person(text) == found


@pytest.mark.parametrize(("text", "hint"), [("Ada", "several"), ("Cy", "nobody"), ("#9", "nobody")])
def test_how_many_it_could_be_is_said(text, hint):
    with pytest.raises(InvalidInput) as error:
        book(["Ada Lovelace", "Ada Byron"]).person(text)

    assert error.value.hint == hint


def test_who_is_gone_is_shown_by_number():
    assert book(["Ada"]).person_name(99) == "#99"
    assert book(["Ada"]).team_name(99) == "#99"
