"""Rules against a handwritten loop over the same conditions, and against more of themselves.

Of the hundred rules a third ask for a sender or a domain first; the loop is what somebody would
write for exactly these rules: their texts folded and their patterns compiled beforehand, every
message folded once, an `if` for each rule, and the same reasons kept.
Run: `python tests/benchmarks/bench_rules.py [messages]`.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from figures import Figure, report

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from core.mail.models import Automatic
from core.rules.engine import RuleSet, compile_rules
from core.rules.facts import Facts
from core.rules.reading import read_rule
from core.rules.terms import Rule

RULES = 100
MEMBERS = 50
MOST_TIMES = 3.0
"""Of the loop's time; and of the time of 100 anchored rules for 10,000 of them."""
ROUNDS = 5
WORDS = re.findall(
    r"\w+",
    "invoice order delivery refund contract meeting offer question account password broken late"
    " price reminder urgent return shipping address damaged warranty payment report access",
)


class Names:
    """Members are called by their numbers."""

    def person(self, text: str) -> int:
        return int(text.removeprefix("Member "))

    def person_name(self, member_id: int) -> str:
        return f"Member {member_id}"

    team = person
    team_name = person_name


def lines() -> list[str]:
    """A hundred rules in ten shapes."""
    made = []
    for n in range(RULES // 10):
        word, other = WORDS[2 * n], WORDS[2 * n + 1]
        made += [
            f"from is person{n}@customer{n}.example",
            f"from domain customer{n + 20}.example and subject contains {word}",
            f"from ends with @customer{n + 40}.example and has attachment",
            f"subject contains {word} and importance is high",
            f"subject starts with {other}",
            f"subject contains {other} and out of hours and first message",
            f"to is desk{n}@contoso.example or subject ends with {word}",
            f"category is Colour{n} or automatic is bulk and subject contains {word}",
            rf'subject matches "{word} [0-9]*{n}\b" and not has attachment',
            f"subject contains {word} and subject contains {other} and in hours",
        ]
    whom = count()
    return [f"when {made} then assign to Member {next(whom) % MEMBERS}" for made in made]


def rules_of(texts: Sequence[str]) -> list[Rule]:
    return [
        Rule(number, 1, number, read_rule(text, Names()), True) for number, text in enumerate(texts)
    ]


def messages(number: int) -> list[Facts]:
    draw = random.Random(7)
    return [_message(draw, place) for place in range(number)]


def _message(draw: random.Random, place: int) -> Facts:
    customer = draw.randrange(100)
    return Facts(
        sender=f"Person{draw.randrange(20)}@Customer{customer}.example",
        recipients=("help@contoso.example", f"desk{draw.randrange(60)}@contoso.example"),
        subject=f"Re: {draw.choice(WORDS)} about your {draw.choice(WORDS)} {place % 1000} please",
        body=None,
        has_attachments=draw.random() < 0.2,
        importance=draw.choice(("low", "normal", "normal", "high")),
        categories=(f"Colour{draw.randrange(40)}",) if draw.random() < 0.2 else (),
        received_at=datetime(2026, 3, 2, tzinfo=UTC),
        in_hours=draw.random() < 0.7,
        automatic=draw.choice((Automatic.NONE, Automatic.NONE, Automatic.BULK)),
        is_first=draw.random() < 0.6,
        unanswered_hours=0.0,
    )


Found = list[tuple[list[tuple[int, int]], list[tuple[int, int, object]]]]


def handwritten(rules: list[Rule]) -> Callable[[list[Facts]], Found]:
    """The same hundred conditions, an `if` each."""
    source = ["def decide(messages):", " found = []", " for facts in messages:"]
    source += [
        "  sender = facts.sender.casefold(); subject = facts.subject.casefold()",
        "  recipients = [text.casefold() for text in facts.recipients]",
        "  categories = [text.casefold() for text in facts.categories]",
        "  attachments = facts.has_attachments; importance = facts.importance",
        "  in_hours = facts.in_hours; first = facts.is_first; automatic = facts.automatic",
        "  matched = []; actions = []",
    ]
    known: dict[str, object] = {"BULK": Automatic.BULK}
    for n in range(RULES // 10):
        word, other = WORDS[2 * n], WORDS[2 * n + 1]
        known[f"pattern{n}"] = re.compile(rf"{word} [0-9]*{n}\b", re.IGNORECASE).search
        conditions = (
            f"sender == 'person{n}@customer{n}.example'",
            f"sender.endswith('@customer{n + 20}.example') and {word!r} in subject",
            f"sender.endswith('@customer{n + 40}.example') and attachments",
            f"{word!r} in subject and importance == 'high'",
            f"subject.startswith({other!r})",
            f"{other!r} in subject and not in_hours and first",
            f"'desk{n}@contoso.example' in recipients or subject.endswith({word!r})",
            f"'colour{n}' in categories or automatic is BULK and {word!r} in subject",
            f"pattern{n}(facts.subject) and not attachments",
            f"{word!r} in subject and {other!r} in subject and in_hours",
        )
        for shape, condition in enumerate(conditions):
            rule = rules[10 * n + shape]
            key, does = f"key{rule.number}", f"does{rule.number}"
            known[key] = (rule.rule_id, rule.version)
            known[does] = [(rule.rule_id, rule.version, action) for action in rule.draft.then]
            source.append(f"  if {condition}: matched.append({key}); actions += {does}")
    source += ["  found.append((matched, actions))", " return found"]
    exec("\n".join(source), known)
    return known["decide"]  # type: ignore[return-value]


def decided(rule_set: RuleSet, mail: list[Facts]) -> Found:
    outcomes = [rule_set.decide(facts) for facts in mail]
    return [(list(outcome.matched), list(outcome.actions)) for outcome in outcomes]


def best(*runs: Callable[[], object]) -> list[float]:
    """Seconds of each run: the least of some rounds, taken by turns."""
    spent = [float("inf")] * len(runs)
    for _ in range(ROUNDS):
        for place, run in enumerate(runs):
            begun = time.perf_counter()
            run()
            spent[place] = min(spent[place], time.perf_counter() - begun)
    return spent


def against_the_loop(mail: list[Facts]) -> Figure:
    rules = rules_of(lines())
    rule_set = compile_rules(rules)
    loop = handwritten(rules)
    if decided(rule_set, mail) != loop(mail):
        raise SystemExit("the loop and the rules do not decide alike")
    ours, its = best(lambda: [rule_set.decide(facts) for facts in mail], lambda: loop(mail))
    print(f"{len(mail):,} messages: rules {ours:.3f} s, loop {its:.3f} s")
    times = ours / its
    what = f"rules, {len(rules)} for {len(mail):,} messages, against a loop"
    return Figure(what, f"≤ {MOST_TIMES:g}×", f"{times:.2f}×", times <= MOST_TIMES)


def against_fewer(mail: list[Facts]) -> Figure:
    few, many = (compile_rules(_anchored(number)) for number in (100, 10_000))
    spent = best(
        lambda: [few.decide(facts) for facts in mail],
        lambda: [many.decide(facts) for facts in mail],
    )
    print("anchored rules: " + ", ".join(f"{1e6 * each / len(mail):.1f} µs" for each in spent))
    times = spent[1] / spent[0]
    what = "a message's time, 10,000 anchored rules against 100"
    return Figure(what, f"< {MOST_TIMES:g}×", f"{times:.2f}×", times < MOST_TIMES)


def _anchored(number: int) -> list[Rule]:
    return rules_of(
        [
            f"when from domain customer{n}.example and subject contains {WORDS[n % 20]}"
            f" then assign to Member {n % MEMBERS}"
            for n in range(number)
        ]
    )


if __name__ == "__main__":
    mail = messages(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    report([against_the_loop(mail), against_fewer(mail)])
