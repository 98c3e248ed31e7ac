"""What is wrong with a rule, in words, and where. The person's own line is shown to them alone."""

from __future__ import annotations

from core.errors import InvalidInput
from core.rules.mistakes import RuleMistake

_MISTAKES = {
    "expected": "Something else belongs here.",
    "expected_value": "A value is missing here.",
    "expected_name": "A name is missing here.",
    "expected_hours": "A number of hours is missing here.",
    "expected_moment": "A moment is missing here, such as `monday 9:00`.",
    "bad_value": "That value is not one that this condition takes.",
    "bad_name": "That cannot be a name.",
    "bad_tag": "A tag is one line without a comma, as a category in Outlook is.",
    "bad_moment": "I need a moment such as `monday 9:00` or `tomorrow 9:00`.",
    "bad_snooze": "I need hours, or a moment such as `monday 9:00`.",
    "unclosed_quote": "This quote is never closed.",
    "too_deep": "There are too many parentheses within each other.",
    "too_many_tests": "That is too many conditions for one rule: make two of it.",
    "too_many_values": "That is too many values for one rule: make two of it.",
    "too_many_actions": "That is too many actions for one rule.",
    "wrong_number_of_targets": "Ten people or teams at most can be named one after the other.",
    "anyone_is_last": "`anyone` stands last.",
    "no_action": "The rule does nothing: say what, after `then`.",
    "too_long": "That is too long for a rule: 2,000 characters at most.",
    "too_many": "A mailbox has at most 200 rules: delete one first.",
    "nobody": "I know nobody by that name in this mailbox.",
    "several": "More than one person goes by that name: give the full name or the address.",
    "nobody_now": "It names somebody who no longer works this mailbox.",
    "no_team_now": "It names a team that is gone.",
    "no_team": "This mailbox has no team of that name: `teams` lists them.",
    "no_text": "This mailbox has no reply text of that name: write it first.",
    "needs_bodies": (
        "That looks into bodies, which this mailbox has not been opened for: an admin says "
        "`allow bodies` and its address first."
    ),
    "needs_replies": (
        "That sends replies, which this mailbox has not been opened for: an admin says "
        "`allow replies` and its address first."
    ),
    "stale": "Somebody changed that rule meanwhile. Please look at it again.",
    "not_yaml": "That is not YAML.",
    "alias": "That file uses references, which I do not follow.",
    "not_a_rule_file": "That file holds no rules.",
    "unknown_version": "That file is of another version.",
    "too_many_rules": "That file holds too many rules.",
    "not_a_rule": "That is not a rule: it has `when`, `then`, and perhaps `unless` and `on`.",
    "not_text": "That should be text.",
}
_OTHERS = {
    ("team", "no_team"): _MISTAKES["no_team"],
    ("team", "in_use"): "A rule assigns to that team: change the rule first.",
    ("team", "team_name"): "A team's name is one line of at most 64 characters.",
    ("team", "too_many"): "A mailbox has at most 50 teams.",
    ("person", "nobody"): _MISTAKES["nobody"],
    ("person", "several"): _MISTAKES["several"],
    ("period", "too_long"): "I look back 366 days at most.",
}


def mistake_words(error: RuleMistake) -> str:
    """A sentence or two, without a word of the line."""
    said = _MISTAKES.get(error.hint, "I cannot use that rule as it is.")
    if error.expected:
        could = ", ".join(f"`{word}`" for word in error.expected[:12])
        said = f"{said} It could go on with {could}."
    entry = getattr(error, "entry", None)
    return said if entry is None else f"Rule {entry} of the file: {said}"


def rule_words(error: InvalidInput) -> str | None:
    """For what goes wrong with rules and teams; None for anything else."""
    if isinstance(error, RuleMistake):
        return mistake_words(error)
    return _OTHERS.get((error.field, error.hint))
