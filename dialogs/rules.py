"""Rules by command and by button: the list, one rule, on and off, order, history, deleting."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from core.errors import InvalidInput
from core.rules.mistakes import RuleMistake
from core.rules.models import RuleState
from core.rules.views import RuleView
from dialogs.cards.rules import delete_card, history_card, rules_card, which_card
from dialogs.inputs import Inputs, number_of, page_of
from dialogs.led import led_mailboxes, named_or_only
from dialogs.moves import Reply
from dialogs.rule_lines import change_line, named_to, rule_reply
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import STALE

_RULE = re.compile(r"\s*#?\s*([0-9]{1,18})\s*(.*)", re.DOTALL)
_BACK = re.compile(r"back\s+to\s+(?:version\s+)?([0-9]{1,9})", re.IGNORECASE)

Change = Callable[[Services, Turn, int, int | None], Awaitable[RuleView]]
"""Gets the rule's number and the version that the person saw."""


async def rules(services: Services, turn: Turn, rest: str) -> Reply:
    """`rules`, `rules help@contoso.com`."""
    mailbox_id, _ = await named_or_only(services, turn, rest)
    if mailbox_id is None:
        led = await led_mailboxes(services, turn)
        return Reply(card=which_card(led, "Rules", "rule.list"), kind="notice")
    return await rules_reply(services, turn, mailbox_id)


async def rule(services: Services, turn: Turn, rest: str) -> Reply:
    """`rule 3`, and what is to become of it: `off`, `up`, `history`, `back to 2`, `when …`."""
    found = _RULE.fullmatch(rest)
    if found is None:
        raise InvalidInput("rule_number")
    number, what = int(found[1]), found[2].strip()
    seen = await services.rules.book.rule(turn.actor, number)
    if not what:
        return rule_reply(turn, seen)
    if what.casefold().startswith("when"):
        return await change_line(services, turn, seen, what)
    back = _BACK.fullmatch(what)
    if back is not None:
        return await _changed(services, turn, number, None, _back_to(int(back[1])))
    match what.casefold().strip(" .!"):
        case "history":
            return await history_reply(services, turn, number)
        case "delete":
            return Reply(card=delete_card(seen), kind="rule", people=named_to(turn, seen))
        case word if word in _WORDS:
            return await _changed(services, turn, number, None, _WORDS[word])
    raise InvalidInput("rule_word")


# Buttons: the version is the one that the card showed.


async def list_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await rules_reply(services, turn, number_of(inputs, "mailbox"), page_of(inputs))


async def show_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return rule_reply(turn, await _rule_of(services, turn, inputs))


async def toggle_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """From the list, whichever of its rules was picked."""
    seen = await _rule_of(services, turn, inputs)
    on = seen.state is not RuleState.ON
    made = await services.rules.book.switch(turn.actor, seen.number, on, version=seen.version)
    say = f"Rule {made.number} is {made.state.value}."
    return await rules_reply(services, turn, made.mailbox_id, page_of(inputs), say)


async def on_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _on)


async def off_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _off)


async def up_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _up)


async def down_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _down)


async def back_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _button(services, turn, inputs, _back_to(number_of(inputs, "to", "answer")))


async def history_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await history_reply(services, turn, number_of(inputs, "rule"))


async def delete_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """Asks once more."""
    seen = await _rule_of(services, turn, inputs)
    return Reply(card=delete_card(seen), kind="rule", people=named_to(turn, seen))


async def deleted_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    seen = await _rule_of(services, turn, inputs)
    version = number_of(inputs, "version")
    if seen.version != version:
        return rule_reply(turn, seen, STALE)
    await services.rules.book.delete(turn.actor, seen.number, version=version)
    return await rules_reply(services, turn, seen.mailbox_id, say=f"Rule {seen.number} is deleted.")


# What they share.


async def rules_reply(
    services: Services, turn: Turn, mailbox_id: int, page: int = 1, say: str = ""
) -> Reply:
    shown = await services.rules.book.rules(turn.actor, mailbox_id, page)
    people = {who for one in shown.rules for who in one.people}
    return Reply(
        card=rules_card(shown, say=say),
        kind="rules",
        people=tuple(sorted(people - {turn.actor.member_id})),
    )


async def history_reply(services: Services, turn: Turn, number: int) -> Reply:
    seen = await services.rules.book.rule(turn.actor, number)
    versions = await services.rules.history.history(turn.actor, number)
    by = {one.by_id for one in versions if one.by_id is not None} | set(seen.people)
    return Reply(
        card=history_card(seen, versions, now=turn.now),
        kind="rule",
        people=tuple(sorted(by - {turn.actor.member_id})),
    )


async def _on(services: Services, turn: Turn, number: int, version: int | None) -> RuleView:
    return await services.rules.book.switch(turn.actor, number, True, version=version)


async def _off(services: Services, turn: Turn, number: int, version: int | None) -> RuleView:
    return await services.rules.book.switch(turn.actor, number, False, version=version)


async def _up(services: Services, turn: Turn, number: int, version: int | None) -> RuleView:
    return await services.rules.book.move(turn.actor, number, -1, version=version)


async def _down(services: Services, turn: Turn, number: int, version: int | None) -> RuleView:
    return await services.rules.book.move(turn.actor, number, 1, version=version)


def _back_to(to: int) -> Change:
    async def change(services: Services, turn: Turn, number: int, version: int | None) -> RuleView:
        return await services.rules.history.rollback(turn.actor, number, to, version=version)

    return change


_WORDS: dict[str, Change] = {"on": _on, "off": _off, "up": _up, "down": _down}


async def _rule_of(services: Services, turn: Turn, inputs: Inputs) -> RuleView:
    return await services.rules.book.rule(turn.actor, number_of(inputs, "rule", "rule_number"))


async def _button(services: Services, turn: Turn, inputs: Inputs, change: Change) -> Reply:
    number = number_of(inputs, "rule", "rule_number")
    return await _changed(services, turn, number, number_of(inputs, "version"), change)


async def _changed(
    services: Services, turn: Turn, number: int, version: int | None, change: Change
) -> Reply:
    """A card that is behind changes nothing: it is answered with the fresh one."""
    try:
        return rule_reply(turn, await change(services, turn, number, version))
    except RuleMistake as mistake:
        if mistake.hint != "stale":
            raise
    return rule_reply(turn, await services.rules.book.rule(turn.actor, number), STALE)
