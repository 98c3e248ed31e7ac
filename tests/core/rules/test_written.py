"""A rule reads the same in each of its forms: line, JSON, YAML."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.rules.checking import MOST_TESTS, MOST_VALUES, checked
from core.rules.mistakes import RuleMistake
from core.rules.reading import read_rule
from core.rules.stored import dump, load
from core.rules.terms import (
    ALWAYS,
    AddTag,
    All,
    Any,
    AssignTo,
    Draft,
    Field,
    Finish,
    Not,
    Operator,
    PersonRef,
    Snooze,
    TeamRef,
    Test,
)
from core.rules.tokens import LONGEST_LINE
from core.rules.writing import write_rule
from core.rules.yaml_form import Entry, from_yaml, to_yaml
from tests.core.rules.drafts import TEAMS, Names, drafts

LINES = (
    "when subject contains invoice and from ends with @contoso.com"
    " then assign to Finance pool, tag Invoice",
    "when from domain contoso.com, fabrikam.com unless subject contains test then finish, stop",
    "when not (from is ada@contoso.com or to one of a@b.c, d@e.f) and has attachment"
    " then assign to Finance pool, else Ada, else anyone",
    "when automatic one of list, bulk or category equals Blue then set priority low",
    'when out of hours and first message then reply with "Out of office" out of hours',
    "when importance is high or unanswered over 24 hours then notify channel, notify Ada",
    'when subject matches "^(re|fw): INV-\\d+" then snooze 4 hours',
    "when always then snooze until monday 9:00",
    'when body starts with "one, two" and in hours then snooze 1 hour',
    "when later message and has no attachment then notify channel Support",
)


@pytest.mark.parametrize("line", LINES)
def test_a_rule_is_shown_in_the_words_it_was_written_in(line):
    assert write_rule(read_rule(line, Names()), Names()) == line


@given(drafts)
def test_every_draft_reads_back_from_its_line(draft):
    assert read_rule(write_rule(checked(draft), Names()), Names()) == draft


@given(drafts)
def test_every_draft_loads_back_from_its_json(draft):
    assert load(dump(draft)) == draft


@given(st.lists(st.builds(Entry, drafts, st.booleans()), max_size=3))
def test_every_file_of_rules_imports_as_it_was_exported(entries):
    assert from_yaml(to_yaml(entries, Names()), Names()) == entries


def test_the_longest_rule_that_is_allowed_can_be_written():
    values = tuple('"' * 199 + chr(97 + n % 26) for n in range(MOST_VALUES))
    each = MOST_VALUES // MOST_TESTS
    parts = tuple(
        Test(Field.CATEGORY, Operator.ONE_OF, values[n * each : (n + 1) * each])
        for n in range(MOST_TESTS)
    )
    names = tuple(PersonRef(5) for _ in range(10))
    draft = checked(Draft(Any(parts), None, tuple(AssignTo(names) for _ in range(20))))

    line = write_rule(draft, Names())

    assert len(line) <= LONGEST_LINE
    assert read_rule(line, Names()) == draft


@pytest.mark.parametrize(
    ("line", "draft"),
    [
        (
            "WHEN Subject Starts re THEN Tag “Big, deal”",
            Draft(Test(Field.SUBJECT, Operator.STARTS, ("re",)), None, (AddTag("Big, deal"),)),
        ),
        (
            "when subject contains 'Rechnung (neu)' then tag 'Late, again'",
            Draft(
                Test(Field.SUBJECT, Operator.CONTAINS, ("Rechnung (neu)",)),
                None,
                (AddTag("Late, again"),),
            ),
        ),
        (
            "when from domain @contoso.com then assign to Ada else Finance pool and finish",
            Draft(
                Test(Field.FROM, Operator.DOMAIN, ("contoso.com",)),
                None,
                (AssignTo((PersonRef(0), TeamRef(0))), Finish()),
            ),
        ),
        (
            "when out of business hours then snooze until Monday 9:00",
            Draft(Test(Field.TIME, Operator.IS, ("out",)), None, (Snooze(until="monday 9:00"),)),
        ),
        (
            "when always then assign to " + f'"{TEAMS[4].replace(chr(34), chr(34) * 2)}" pool',
            Draft(ALWAYS, None, (AssignTo((TeamRef(4),)),)),
        ),
    ],
)
def test_people_may_write_more_loosely(line, draft):
    assert read_rule(line, Names()) == draft


@pytest.mark.parametrize(
    ("line", "hint", "word", "expected"),
    [
        ("", "expected", "", "when"),
        ("if subject is x then stop", "expected", "if", "when"),
        ("when sbject contains x then stop", "expected", "sbject", "subject"),
        ("when subject holds x then stop", "expected", "holds", "contains"),
        ("when subject contains then stop", "expected_value", "then", None),
        ("when subject contains x", "expected", "", "then"),
        ("when (subject is x then stop", "expected", "then", ")"),
        ("when importance is hgih then stop", "bad_value", "hgih", "high"),
        ("when unanswered over few hours then stop", "bad_value", "few", None),
        ("when unanswered over 5 then stop", "expected", "then", "hours"),
        ('when subject is "x then stop', "unclosed_quote", '"x then stop', '"'),
        ("when subject matches a{2000} then stop", "bad_pattern", "a{2000}", None),
        ('when subject matches "(a" then stop', "bad_pattern", '"(a"', None),
        ("when from domain a@b then stop", "bad_value", "a@b", None),
        ("when always then", "expected", "", "finish"),
        ("when always then dance", "expected", "dance", "tag"),
        ("when always then assign to Nobody Here", "unknown_person", "Nobody Here", None),
        ("when always then assign to Legal pool", "unknown_team", "Legal", None),
        ("when always then set priority huge", "expected", "huge", "urgent"),
        ("when always then snooze until noon", "bad_moment", "noon", None),
        ("when always then snooze 4", "expected", "", "hours"),
        ("when always then stop finish", "expected", "finish", ","),
        ("when " + "(" * 50 + "always", "too_deep", "(", None),
        ("when " + "not " * 50_000, "too_long", "", None),
        ("when always then assign to anyone, else Ada", "anyone_is_last", "", None),
    ],
)
def test_a_mistake_points_to_the_word_and_says_what_may_stand_there(line, hint, word, expected):
    with pytest.raises(RuleMistake) as caught:
        read_rule(line, Names())

    mistake = caught.value
    assert (mistake.field, mistake.hint) == ("rule", hint)
    assert line[mistake.at : mistake.at + mistake.length] == word
    assert expected is None or expected in mistake.expected
    assert not word or word not in str(mistake)


@given(st.text(max_size=60) | st.lists(st.sampled_from(" ".join(LINES).split())).map(" ".join))
def test_whatever_is_typed_is_read_or_is_a_mistake(line):
    try:
        draft = read_rule(f"when {line}", Names())
    except RuleMistake:
        return
    assert read_rule(write_rule(draft, Names()), Names()) == draft


A_TEST = Test(Field.SUBJECT, Operator.IS, ("x",))


@pytest.mark.parametrize(
    ("when", "then", "hint"),
    [
        (A_TEST, (), "no_action"),
        (All((A_TEST,)), (Finish(),), "too_few_parts"),
        (Any(()), (Finish(),), "too_few_parts"),
        (Any((A_TEST,) * 51), (Finish(),), "too_many_tests"),
        (Test(Field.SUBJECT, Operator.ONE_OF, ("x",) * 201), (Finish(),), "too_many_values"),
        (Not(Not(Not(Not(Not(Not(Not(Not(Not(Not(A_TEST)))))))))), (Finish(),), "too_deep"),
        (Test(Field.AGE, Operator.CONTAINS, ("x",)), (Finish(),), "unknown_condition"),
        (Test(Field.FIRST, Operator.IS, ("maybe",)), (Finish(),), "unknown_condition"),
        (Test(Field.SUBJECT, Operator.IS, ("a", "b")), (Finish(),), "wrong_number_of_values"),
        (Test(Field.SUBJECT, Operator.IS, ("two\nlines",)), (Finish(),), "bad_value"),
        (Test(Field.IMPORTANCE, Operator.IS, ("HIGH",)), (Finish(),), "bad_value"),
        (Test(Field.SUBJECT, Operator.MATCHES, ("(",)), (Finish(),), "bad_pattern"),
        (A_TEST, (AssignTo(()),), "wrong_number_of_targets"),
        (A_TEST, (AddTag(" "),), "bad_name"),
        (A_TEST, (AddTag("x" * 65),), "bad_name"),
        (A_TEST, (Snooze(),), "bad_snooze"),
        (A_TEST, (Snooze(5, "monday 9:00"),), "bad_snooze"),
        (A_TEST, (Snooze(until="monday 24:00"),), "bad_snooze"),
        (A_TEST, (Finish(),) * 21, "too_many_actions"),
    ],
)
def test_a_draft_that_makes_no_rule_is_refused(when, then, hint):
    with pytest.raises(RuleMistake) as caught:
        checked(Draft(when, None, then))

    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"form":2,"when":{"all":[]},"unless":null,"then":[{"do":"stop"}]}',
        '{"form":1,"when":{"field":"mood"},"unless":null,"then":[{"do":"stop"}]}',
        '{"form":1,"when":{"all":[]},"unless":null,"then":[{"do":"dance"}]}',
        '{"form":1,"when":{"all":5},"unless":null,"then":[]}',
        '{"form":1,"when":{"field":"from","operator":"is","values":[5]},"unless":null,"then":[]}',
        "[" * 100_000,
    ],
)
def test_stored_text_that_is_no_rule_is_refused(text):
    with pytest.raises(RuleMistake, match="cannot be used"):
        load(text)


BOMB = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nrules: [*b,*b,*b,*b]\nversion: 1\n"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (BOMB, "alias"),
        ("rules: &r [*r]", "alias"),
        ("!!python/object/apply:os.system ['true']", "not_yaml"),
        ("{" * 5_000, "too_deep"),
        ("[" * 5_000, "too_deep"),
        ("#" * 300_000, "too_long"),
        ("[" + "x," * 60_000 + "]", "too_long"),
        ("a: [", "not_yaml"),
        ("a: 2001-99-99", "not_yaml"),
        ("\x00", "not_yaml"),
        ("- when", "not_a_rule_file"),
        ("rules: []", "unknown_version"),
        ("version: 1\nrules: 5", "not_a_rule_file"),
        ("version: 1\nrules: [5]", "not_a_rule"),
        ("version: 1\nrules: [{then: [stop], who: me}]", "not_a_rule"),
        ("version: 1\nrules: [{when: 5, then: [stop]}]", "not_text"),
        ("version: 1\nrules: [{then: stop}]", "not_a_rule"),
        ("version: 1\nrules: [{then: []}]", "no_action"),
        ("version: 1\nrules: [{then: [dance]}]", "expected"),
        ("version: 1\nrules: [" + "{then: [stop]}," * 1_001 + "]", "too_many_rules"),
    ],
)
def test_a_file_that_holds_no_rules_is_refused(text, hint):
    with pytest.raises(RuleMistake) as caught:
        from_yaml(text, Names())

    assert caught.value.hint == hint


def test_a_mistake_in_a_file_tells_the_rule():
    text = "version: 1\nrules:\n- then: [stop]\n- when: subject holds x\n  then: [stop]\n"

    with pytest.raises(RuleMistake) as caught:
        from_yaml(text, Names())

    assert (caught.value.entry, caught.value.at, caught.value.length) == (2, 8, 5)


def test_a_file_says_rules_in_their_words():
    entry = Entry(read_rule(LINES[0], Names()), on=False)

    assert yaml.safe_load(to_yaml([entry], Names())) == {
        "version": 1,
        "rules": [
            {
                "when": "subject contains invoice and from ends with @contoso.com",
                "then": ["assign to Finance pool", "tag Invoice"],
                "enabled": False,
            }
        ],
    }
