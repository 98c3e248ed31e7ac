"""The table of conditions is whole, and says nothing twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

from core.rules.conditions import CONDITIONS, Takes, form_of
from core.rules.facts import Facts
from core.rules.terms import Field, Test

FORMS = [(field, form) for field, kind in CONDITIONS.items() for form in kind.forms]


def test_every_field_has_its_row_and_its_fact():
    assert set(CONDITIONS) == set(Field)
    assert {kind.fact for kind in CONDITIONS.values()} <= {field.name for field in fields(Facts)}


def test_no_words_say_two_things():
    said = Counter(words for _, form in FORMS for words in (form.words, *form.also))

    assert set(said.values()) == {1}


def test_every_form_is_found_again_by_what_it_says():
    for field, form in FORMS:
        values = form.says if form.takes is Takes.NOTHING else ("x",)
        assert form_of(Test(field, form.operator, values)) is form
