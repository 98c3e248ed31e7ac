"""Every code that core can store about a decision has a sentence of its own.

The codes are found in core's source, so a new one fails here until it is worded.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import pytest

from core.assignment import choices, strategies
from core.mail.fold import RELEASED
from core.people.models import MemberState
from dialogs.cards import reasons
from tests.house import ROOT, tree_of

CORE = sorted((ROOT / "core").rglob("*.py"))
ASSIGNMENT = sorted((ROOT / "core" / "assignment").glob("*.py"))
CODE = re.compile(r"[a-z][a-z_]{2,31}")
DECIDE = ("Choice", "_owner", "_first")
"""What is called with a decision's code."""


def literals(node: ast.AST) -> set[str]:
    texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}


def name_of(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def assigned(tree: ast.AST, names: Iterable[str]) -> set[str]:
    """Codes put into what has one of these names, or under one of its keys."""
    found: set[str] = set()
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            holder = target.value if isinstance(target, ast.Subscript) else target
            if name_of(holder) in names:
                found |= literals(node.value)
    return found


def decision_codes() -> set[str]:
    """First argument of a `Choice`, what `_owner` and `_first` are told, what is called `code`."""
    found = {*choices.NOBODY, choices.PULL, choices.WAITS_FOR_OWNER, RELEASED}
    found |= set(strategies.CODES.values())
    for tree in map(tree_of, CORE):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in DECIDE:
                found |= set().union(*map(literals, node.args[:2]))
    for tree in map(tree_of, ASSIGNMENT):
        found |= assigned(tree, ["code"])
    return found


def skip_codes() -> set[str]:
    """What `why_not` returns, what the pool puts beside a person, states of members."""
    found = {state.value for state in MemberState if state is not MemberState.READY}
    found |= choices.ABSENT
    for tree in map(tree_of, ASSIGNMENT):
        found |= assigned(tree, ["skipped", "why_not"])
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == "why_not":
                for inner in ast.walk(node):
                    found |= literals(inner) if isinstance(inner, ast.Return) else set()
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("skipped.update"):
                found |= set().union(*map(literals, node.args))
    return found


def test_the_codes_are_really_found() -> None:
    assert decision_codes() >= {"same_thread", "by_rule", "taken", "by_hand", "restored", "pull"}
    assert skip_codes() >= {"full", "over_share", "had_it", "lacks_skill", "opted_out", "away"}


@pytest.mark.parametrize("code", sorted(decision_codes()))
def test_every_decision_has_its_own_sentence(code: str) -> None:
    told = reasons.decided(code) != reasons.decided("unheard_of")
    waits = reasons.waiting(code) != reasons.waiting("unheard_of")
    assert told or waits


@pytest.mark.parametrize("code", sorted(skip_codes()))
def test_everybody_passed_over_has_a_reason(code: str) -> None:
    assert reasons.passed_over(code) != reasons.passed_over("unheard_of")
