"""Rules decide as a plain reading of them would, whatever is known."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mail.models import Automatic
from core.rules.engine import Outcome, compile_rules, fields_of
from core.rules.facts import Facts
from core.rules.mistakes import BadPattern
from core.rules.terms import (
    AddTag,
    All,
    Any,
    Condition,
    Field,
    Finish,
    Not,
    Operator,
    Rule,
    Stop,
    Test,
)
from tests.core.rules.drafts import WORDS, a_rule, drafts, every_test, phrases, some_facts

ADDRESSES = (
    "ada@contoso.com",
    "ADA@Contoso.COM",
    "ada@evilcontoso.com",
    "bob@fabrikam.com",
    "x@y@z",
    "nobody",
    "",
)


def maybe(strategy):
    return st.none() | strategy


subjects = phrases | st.sampled_from(["Re: INV-1234 invoice", "STRASSE", "Straße", *WORDS])
facts = st.builds(
    Facts,
    sender=maybe(st.sampled_from(ADDRESSES) | phrases),
    recipients=maybe(st.lists(st.sampled_from(ADDRESSES), max_size=2).map(tuple)),
    subject=maybe(subjects),
    body=maybe(subjects),
    has_attachments=maybe(st.booleans()),
    importance=maybe(st.sampled_from(["low", "normal", "high"])),
    categories=maybe(st.lists(st.sampled_from(WORDS), max_size=2).map(tuple)),
    received_at=st.just(datetime(2026, 3, 2, tzinfo=UTC)),
    in_hours=maybe(st.booleans()),
    automatic=st.sampled_from(Automatic),
    is_first=st.booleans(),
    unanswered_hours=maybe(st.floats(0, 20_000)),
)
addresses = st.sampled_from(ADDRESSES[:5])
domains = st.sampled_from(["contoso.com", "CONTOSO.com", "fabrikam.com"])
anchored = st.one_of(
    st.builds(
        lambda operator, address: Test(Field.FROM, operator, (address,)),
        st.sampled_from([Operator.IS, Operator.EQUALS]),
        addresses,
    ),
    st.lists(addresses, min_size=1, max_size=3).map(
        lambda several: Test(Field.FROM, Operator.ONE_OF, tuple(several))
    ),
    st.lists(domains, min_size=1, max_size=2).map(
        lambda several: Test(Field.FROM, Operator.DOMAIN, tuple(several))
    ),
    domains.map(lambda domain: Test(Field.FROM, Operator.ENDS, (f"@{domain}",))),
)
parts = every_test() | anchored
conditions = st.recursive(
    parts,
    lambda part: st.one_of(
        st.lists(part, min_size=2, max_size=3).map(lambda several: All(tuple(several))),
        st.lists(part, min_size=2, max_size=3).map(lambda several: Any(tuple(several))),
        part.map(Not),
    ),
    max_leaves=5,
)
rules = st.lists(
    st.tuples(conditions, maybe(conditions), st.booleans(), st.booleans()), max_size=6
).map(
    lambda several: [
        a_rule(
            when,
            *((AddTag("x"), Stop()) if stops else (AddTag("x"),)),
            unless=unless,
            rule_id=number,
            version=number + 10,
            on=on,
        )
        for number, (when, unless, stops, on) in enumerate(several)
    ]
)


def folded(text: str) -> str:
    return normalize("NFKC", normalize("NFKC", text).casefold())


def plainly(test: Test, text: str) -> bool:
    if test.operator is Operator.MATCHES:
        return bool(re.search(test.values[0], normalize("NFKC", text), re.IGNORECASE))
    text = folded(text)
    values = [folded(value) for value in test.values]
    match test.operator:
        case Operator.CONTAINS:
            return values[0] in text
        case Operator.STARTS:
            return text.startswith(values[0])
        case Operator.ENDS:
            return text.endswith(values[0])
        case Operator.DOMAIN:
            return "@" in text and text.rpartition("@")[2] in values
    return text in values


def naive_test(test: Test, known: Facts) -> bool | None:
    match test.field:
        case Field.FROM | Field.SUBJECT | Field.BODY:
            name = "sender" if test.field is Field.FROM else test.field.value
            text = getattr(known, name)
            return None if text is None else plainly(test, text)
        case Field.TO | Field.CATEGORY:
            texts = known.recipients if test.field is Field.TO else known.categories
            return None if texts is None else any(plainly(test, text) for text in texts)
        case Field.IMPORTANCE:
            return None if known.importance is None else known.importance in test.values
        case Field.AUTOMATIC:
            automatic = known.automatic
            return None if automatic is Automatic.UNKNOWN else automatic.value in test.values
        case Field.AGE:
            hours = known.unanswered_hours
            return None if hours is None else hours > int(test.values[0])
    fact, yes = {
        Field.ATTACHMENT: (known.has_attachments, "yes"),
        Field.TIME: (known.in_hours, "in"),
        Field.FIRST: (known.is_first, "yes"),
    }[test.field]
    return None if fact is None else fact is (test.values == (yes,))


def degree(condition: Condition, known: Facts) -> float:
    """Kleene's logic as least and greatest of 0, ½ and 1."""
    match condition:
        case Test():
            holds = naive_test(condition, known)
            return 0.5 if holds is None else float(holds)
        case Not(part):
            return 1 - degree(part, known)
        case All(parts):
            return min((degree(part, known) for part in parts), default=1.0)
        case Any(parts):
            return max(degree(part, known) for part in parts)


def naive(several: list[Rule], known: Facts) -> Outcome:
    matched, unknown, actions = [], [], []
    stopped = False
    for rule in several:
        if not rule.on or stopped:
            continue
        sure = degree(rule.draft.when, known)
        if rule.draft.unless is not None:
            sure = min(sure, 1 - degree(rule.draft.unless, known))
        key = (rule.rule_id, rule.version)
        if sure == 0.5:
            unknown.append(key)
        if sure == 1:
            matched.append(key)
            actions += [(*key, action) for action in rule.draft.then]
            stopped = Stop() in rule.draft.then
    return Outcome(tuple(matched), tuple(unknown), tuple(actions), stopped)


@given(rules, facts)
def test_decides_as_a_plain_reading_of_every_rule_does(several, known):
    assert compile_rules(several).decide(known) == naive(several, known)


@given(st.lists(drafts, max_size=4), facts)
def test_any_rules_that_can_be_written_decide_about_any_message(several, known):
    compile_rules(
        Rule(number, 1, number, draft, True) for number, draft in enumerate(several)
    ).decide(known)


def holds(test: Test, **known) -> bool | None:
    outcome = compile_rules([a_rule(test)]).decide(some_facts(**known))
    return None if outcome.unknown else bool(outcome.matched)


@pytest.mark.parametrize(
    ("operator", "value", "sender", "expected"),
    [
        (Operator.DOMAIN, "contoso.com", "Ada@CONTOSO.com", True),
        (Operator.DOMAIN, "contoso.com", "ada@evilcontoso.com", False),
        (Operator.DOMAIN, "contoso.com", "ada@mail.contoso.com", False),
        (Operator.DOMAIN, "contoso.com", "contoso.com", False),
        (Operator.ENDS, "@contoso.com", "ada@contoso.com", True),
        (Operator.ENDS, "@contoso.com", "ada@evilcontoso.com", False),
        (Operator.ENDS, ".contoso.com", "ada@mail.contoso.com", True),
        (Operator.IS, "STRASSE@x.com", "straße@x.com", True),
        (Operator.IS, "ada@contoso.com", "ada@contoso.com", True),  # full width
        (Operator.IS, "ada@contoso.com", None, None),
    ],
)
def test_senders_are_compared_as_addresses(operator, value, sender, expected):
    assert holds(Test(Field.FROM, operator, (value,)), sender=sender) is expected


def test_a_pattern_sees_the_text_as_it_came_and_minds_no_case():
    assert holds(Test(Field.SUBJECT, Operator.MATCHES, ("^straße \\d+$",)), subject="STRAßE 7")
    assert not holds(Test(Field.SUBJECT, Operator.MATCHES, ("^straße",)), subject="strasse 7")


def test_header_facts_that_were_withheld_are_not_known():
    assert holds(Test(Field.AUTOMATIC, Operator.IS, ("none",)), automatic=Automatic.UNKNOWN) is None


def test_rules_act_in_their_order_until_one_says_stop():
    anchored = Test(Field.FROM, Operator.DOMAIN, ("contoso.com",))
    free = Test(Field.SUBJECT, Operator.CONTAINS, ("invoice",))
    several = [
        a_rule(anchored, AddTag("a"), rule_id=5),
        a_rule(free, AddTag("b"), rule_id=3),
        a_rule(Test(Field.BODY, Operator.CONTAINS, ("x",)), Stop(), rule_id=9),
        a_rule(Test(Field.FROM, Operator.IS, ("ada@contoso.com",)), Finish(), Stop(), rule_id=1),
        a_rule(free, AddTag("late"), rule_id=2),
    ]

    outcome = compile_rules(several).decide(some_facts())

    assert outcome.matched == ((5, 1), (3, 1), (1, 1))
    assert outcome.unknown == ((9, 1),)
    assert outcome.actions == (
        (5, 1, AddTag("a")),
        (3, 1, AddTag("b")),
        (1, 1, Finish()),
        (1, 1, Stop()),
    )
    assert outcome.stopped


def test_a_set_tells_what_must_be_read_for_it():
    body = a_rule(Test(Field.SUBJECT, Operator.IS, ("x",)))
    body = replace(body, draft=replace(body.draft, unless=Test(Field.BODY, Operator.IS, ("x",))))
    age = a_rule(Not(Test(Field.AGE, Operator.OVER, ("5",))))

    assert fields_of(body.draft) == {Field.SUBJECT, Field.BODY}
    assert compile_rules([body]).needs_body
    assert not compile_rules([body]).has_age_rules
    assert compile_rules([age]).has_age_rules
    assert not compile_rules([replace(age, on=False)]).has_age_rules


def test_a_pattern_that_cannot_run_names_its_rule():
    bad = a_rule(Test(Field.SUBJECT, Operator.MATCHES, ("(",)), rule_id=7)

    with pytest.raises(BadPattern) as caught:
        compile_rules([a_rule(), bad])

    assert caught.value.rule_id == 7


def test_rules_of_other_senders_are_not_tried():
    several = [
        a_rule(Test(Field.FROM, Operator.IS, (f"person{n}@contoso.com",)), rule_id=n)
        for n in range(1_000)
    ]
    to_try = compile_rules(several)._to_try

    assert [rule.key for _, rule in to_try("person7@contoso.com")] == [(7, 1)]
    assert to_try("ada@fabrikam.com") == []
    assert len(to_try(None)) == 1_000
