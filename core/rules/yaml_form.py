"""Rules of a mailbox as a YAML file for people: each part in the words of its line. No I/O.

version: 1
rules:
- when: subject contains invoice
  unless: subject contains test
  then:
  - assign to Finance pool
  - tag Invoice
  on: true
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any as Yaml

import yaml

from core.rules.checking import checked
from core.rules.mistakes import RuleMistake
from core.rules.reading import read_condition
from core.rules.reading_actions import actions
from core.rules.terms import ALWAYS, Draft, NameBook
from core.rules.tokens import Cursor
from core.rules.writing import write_action, write_condition

VERSION = 1
LARGEST = 1 << 18
"""Characters."""
MOST_RULES = 1_000
MOST_DEPTH = 8
MOST_EVENTS = 40_000
"""Scalars, and beginnings and ends of lists and mappings."""
_KEYS = {"when", "unless", "then", "enabled"}


@dataclass(frozen=True, slots=True)
class Entry:
    draft: Draft
    on: bool = True


def to_yaml(entries: Iterable[Entry], names: NameBook) -> str:
    """In the order of the rules. Raises what `names` raises where somebody is gone."""
    rules = [_written(entry, names) for entry in entries]
    return str(
        yaml.safe_dump(
            {"version": VERSION, "rules": rules}, sort_keys=False, allow_unicode=True, width=1_000
        )
    )


def from_yaml(text: str, names: NameBook) -> list[Entry]:
    """Raises `RuleMistake` with the number of the rule in the file, from 1, as its `entry`.

    A thousand rules take about a second: not for the event loop.
    """
    content = _content(text)
    rules = content.get("rules") if isinstance(content, dict) else None
    if not isinstance(rules, list):
        raise RuleMistake("not_a_rule_file")
    if content.get("version") != VERSION:
        raise RuleMistake("unknown_version")
    if len(rules) > MOST_RULES:
        raise RuleMistake("too_many_rules")
    entries = []
    for number, rule in enumerate(rules, 1):
        try:
            entries.append(_read(rule, names))
        except RuleMistake as mistake:
            mistake.entry = number
            raise
    return entries


def _written(entry: Entry, names: NameBook) -> dict[str, Yaml]:
    draft = entry.draft
    unless = {} if draft.unless is None else {"unless": write_condition(draft.unless)}
    then = [write_action(action, names) for action in draft.then]
    return {"when": write_condition(draft.when), **unless, "then": then, "enabled": entry.on}


def _content(text: str) -> Yaml:
    """Plain data; aliases are refused, since a few lines of them grow without end."""
    if len(text) > LARGEST:
        raise RuleMistake("too_long")
    depth = 0
    try:
        for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
            if count > MOST_EVENTS:
                raise RuleMistake("too_long")
            if isinstance(event, yaml.AliasEvent):
                raise RuleMistake("alias")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise RuleMistake("too_deep")
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise RuleMistake("not_yaml") from error


def _read(rule: Yaml, names: NameBook) -> Entry:
    if not isinstance(rule, dict) or not rule.keys() <= _KEYS or "then" not in rule:
        raise RuleMistake("not_a_rule")
    on = rule.get("enabled", True)
    then = rule["then"]
    if not isinstance(on, bool) or not isinstance(then, list):
        raise RuleMistake("not_a_rule")
    when = read_condition(_text(rule["when"])) if "when" in rule else ALWAYS
    unless = read_condition(_text(rule["unless"])) if "unless" in rule else None
    does = tuple(action for text in then for action in actions(Cursor(_text(text)), names))
    return Entry(checked(Draft(when, unless, does)), on)


def _text(value: Yaml) -> str:
    if not isinstance(value, str):
        raise RuleMistake("not_text")
    return value
