"""Read what a lead types or picks about a mailbox's policy. All of it is untrusted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import cast

from core.errors import InvalidInput
from core.mailboxes.models import HandBack, Sticky, Strategy
from core.mailboxes.policy_views import PolicyChange, PolicyPersonView, PolicyView
from core.people.names import match
from dialogs.cards.policy import TO_COLLEAGUE
from dialogs.inputs import Inputs, number_in, numbers_in, texts_of

_NONE = ("", "none", "no", "no limit", "unlimited")
_WEIGHT = re.compile(r"(.+?)\s*[:=\s]\s*(\d{1,4})")
_SKILLS = re.compile(r"([^:]+):(.*)")
_BOOLEANS = {"true": True, "false": False}


def strategy_in(text: str) -> Strategy:
    """`round robin`. Raises InvalidInput("strategy")."""
    picked = re.sub(r"[\s_-]+", "_", text.strip(" .").casefold())
    if picked not in set(Strategy):
        raise InvalidInput("strategy")
    return Strategy(picked)


def number_or_none(text: str, field: str) -> int | None:
    """Raises InvalidInput(field)."""
    text = text.strip(" .").casefold()
    return None if text in _NONE else number_in(text, field)


def weights_in(text: str, people: Iterable[PolicyPersonView]) -> dict[int, int]:
    """`Ada 2, Bob 1`. Raises InvalidInput: `weight`, `member`."""
    people = tuple(people)
    weights: dict[int, int] = {}
    for part in filter(None, map(str.strip, text[:2000].split(","))):
        found = _WEIGHT.fullmatch(part)
        if found is None:
            raise InvalidInput("weight")
        weights[person_in(found[1], people)] = int(found[2])
    if not weights:
        raise InvalidInput("weight")
    return weights


def skills_in(text: str, people: Iterable[PolicyPersonView]) -> tuple[int, tuple[str, ...]]:
    """`Ada: invoice, returns`; `Ada: none` takes all away.

    Raises InvalidInput: `skills`, `member`.
    """
    found = _SKILLS.fullmatch(text[:4000].strip())
    if found is None:
        raise InvalidInput("skills")
    names = tuple(filter(None, map(str.strip, found[2].split(","))))
    return person_in(found[1], people), () if names == ("none",) else names


def pool_in(text: str, people: Iterable[PolicyPersonView]) -> tuple[int, ...]:
    """`Ada, Bob` or `everybody`. Raises InvalidInput: `pool`, `member`."""
    people = tuple(people)
    text = text[:4000].strip(" .")
    if text.casefold() in ("everybody", "everyone", "all"):
        return tuple(person.member_id for person in people)
    names = [name for name in map(str.strip, text.split(",")) if name]
    if not names:
        raise InvalidInput("pool")
    return tuple(person_in(name, people) for name in names)


def person_in(text: str, people: Iterable[PolicyPersonView]) -> int:
    """Somebody of the mailbox. Raises InvalidInput("member") whose hint is how many it could be."""
    found = match(text.strip(" @"), [(person.member_id, person.name) for person in people])
    if len(found) != 1:
        raise InvalidInput("member", str(len(found)))
    return found[0]


def form_texts(inputs: Inputs) -> dict[str, str]:
    """The form's fields. Clients send a number as one or as text, and leave out an empty one."""
    typed = texts_of(inputs)
    for field in ("capacity", "sticky_hours", "sticky_sender_days"):
        value = inputs.get(field)
        if isinstance(value, int | float) and not isinstance(value, bool):
            typed[field] = f"{value:g}"
        elif value is None and "strategy" in typed:
            typed[field] = ""
    return typed


def form_change(typed: Mapping[str, str], shown: PolicyView) -> PolicyChange:
    """What the form says otherwise than it was shown. Raises InvalidInput by the field."""
    said: dict[str, object] = {}
    if "strategy" in typed:
        said["strategy"] = strategy_in(typed["strategy"])
    for field in ("capacity", "sticky_sender_days"):
        if field in typed:
            said[field] = number_or_none(typed[field], field)
    if typed.get("sticky_hours", "").strip():
        said["sticky_hours"] = number_in(typed["sticky_hours"], "sticky_hours")
    for field in ("counts_effort", "fair_share"):
        if typed.get(field) in _BOOLEANS:
            said[field] = _BOOLEANS[typed[field]]
    if "sticky" in typed:
        said["sticky"] = _sticky_in(typed["sticky"])
    for field in ("week", "timezone", "holidays"):
        if field in typed:
            said[field] = typed[field].strip()
    if "hand_back" in typed:
        said["hand_back"], said["hand_back_to_id"] = _hand_back_in(typed["hand_back"])
    changed = {field for field, value in said.items() if getattr(shown, field) != value}
    if "hand_back_to_id" in changed:
        changed.add("hand_back")
    elif "hand_back" in changed:
        changed.add("hand_back_to_id")
    return cast("PolicyChange", {field: said[field] for field in said if field in changed})


def form_pool(typed: Mapping[str, str], shown: PolicyView) -> tuple[int, ...] | None:
    """None: it stays. Raises InvalidInput("pool")."""
    if "pool" not in typed:
        return None
    picked = numbers_in(typed["pool"], "pool")
    before = {person.member_id for person in shown.people if person.in_pool}
    return None if set(picked) == before else picked


def _sticky_in(text: str) -> Sticky:
    if text not in set(Sticky):
        raise InvalidInput("sticky")
    return Sticky(text)


def _hand_back_in(text: str) -> tuple[HandBack, int | None]:
    if text.startswith(TO_COLLEAGUE):
        return HandBack.COLLEAGUE, number_in(text.removeprefix(TO_COLLEAGUE), "hand_back")
    if text not in (HandBack.KEEP, HandBack.POOL):
        raise InvalidInput("hand_back")
    return HandBack(text), None
