"""Try a rule on the mail that is kept: `rules try 3 last 30 days`, and a rule not kept yet."""

from __future__ import annotations

import re

from core.errors import InvalidInput
from core.rules.mistakes import RuleMistake
from core.rules.spans import USUAL, split_period
from core.rules.views import TrialView
from dialogs.cards.rules import which_card
from dialogs.cards.rules_try import trial_card
from dialogs.inputs import Inputs, number_of
from dialogs.led import led_mailboxes, named_or_only
from dialogs.moves import Reply
from dialogs.rule_lines import edit_reply, line_in
from dialogs.services import Services
from dialogs.turns import Turn

_NUMBERED = re.compile(r"(?:rule\s+)?#?\s*([0-9]{1,18})\s*(.*)", re.DOTALL | re.IGNORECASE)
BEGUN = "I am trying it; a card shows how far I am, and then what I found. Nothing is changed."


async def try_(services: Services, turn: Turn, rest: str) -> Reply:
    """`3`, `3 when …`, or `in help@contoso.com when …`, each with a period at the end."""
    what, period = split_period(rest)
    if not what.strip():
        raise InvalidInput("rule_trial")
    numbered = _NUMBERED.fullmatch(what)
    if numbered is not None:
        return await _try_rule(services, turn, int(numbered[1]), numbered[2], period)
    mailbox_id, line = await named_or_only(services, turn, what)
    if mailbox_id is None:
        led = await led_mailboxes(services, turn)
        return Reply(card=which_card(led, "Try a rule", "rule.try", line, period), kind="notice")
    return await _try_line(services, turn, mailbox_id, line, period)


async def try_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    line, period = line_in(inputs), inputs.get("period")
    period = period if isinstance(period, str) else USUAL
    if "rule" in inputs:
        number = number_of(inputs, "rule", "rule_number")
        return await _try_rule(services, turn, number, line, period)
    return await _try_line(services, turn, number_of(inputs, "mailbox"), line, period)


async def trial_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    view = await services.rules.trials.trial(turn.actor, number_of(inputs, "trial"))
    return trial_reply(turn, view)


def trial_reply(turn: Turn, view: TrialView) -> Reply:
    return Reply(
        card=trial_card(view),
        kind="trial",
        threads=view.examples,
        people=tuple(sorted(set(view.names) - {turn.actor.member_id})),
        facts={"trial": view.trial_id},
    )


async def _try_rule(services: Services, turn: Turn, number: int, line: str, period: str) -> Reply:
    try:
        await services.rules.trials.try_rule(turn.actor, number, line, period)
    except RuleMistake as mistake:
        seen = await services.rules.book.rule(turn.actor, number)
        return edit_reply(seen.mailbox_id, line, mistake, seen)
    return Reply(text=BEGUN)


async def _try_line(
    services: Services, turn: Turn, mailbox_id: int, line: str, period: str
) -> Reply:
    try:
        await services.rules.trials.try_line(turn.actor, mailbox_id, line, period)
    except RuleMistake as mistake:
        return edit_reply(mailbox_id, line, mistake)
    return Reply(text=BEGUN)
