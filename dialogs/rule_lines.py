"""Rules as lines: typed, looked at before they are kept, changed, mended where they are wrong."""

from __future__ import annotations

from core.rules.mistakes import RuleMistake
from core.rules.views import RuleView
from dialogs.cards.rules import edit_card, preview_card, rule_card, which_card
from dialogs.inputs import Inputs, number_of
from dialogs.led import led_mailboxes, named_or_only
from dialogs.moves import Reply
from dialogs.rule_wording import mistake_words
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import STALE

SAVED = "Saved."
OF_THE_WHOLE = ("needs_", "too_", "no_text", "no_action", "no_team_now", "nobody_now", "bad_tag")
"""How the mistakes begin that are about no word of the line."""


async def add(services: Services, turn: Turn, rest: str) -> Reply:
    """`rule add help@contoso.com when … then …`."""
    mailbox_id, line = await named_or_only(services, turn, rest)
    if mailbox_id is None:
        led = await led_mailboxes(services, turn)
        verb = "rule.add" if line else "rule.new"
        return Reply(card=which_card(led, "A new rule", verb, line), kind="notice")
    if not line:
        return edit_reply(mailbox_id, "")
    return await add_line(services, turn, mailbox_id, line)


async def when(services: Services, turn: Turn, rest: str) -> Reply:
    """`when … then …` alone makes a rule."""
    return await add(services, turn, f"when {rest}")


async def add_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """What stands on the card, or what was tried."""
    on = inputs.get("off") != "yes"
    if "trial" in inputs:
        tried = await services.rules.trials.trial(turn.actor, number_of(inputs, "trial"))
        return await add_line(services, turn, tried.mailbox_id, tried.line, on=on)
    return await add_line(services, turn, number_of(inputs, "mailbox"), line_in(inputs), on=on)


async def change_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    seen = await services.rules.book.rule(turn.actor, number_of(inputs, "rule", "rule_number"))
    version = number_of(inputs, "version")
    if "trial" in inputs:
        tried = await services.rules.trials.trial(turn.actor, number_of(inputs, "trial"))
        return await change_line(services, turn, seen, tried.line, version)
    return await change_line(services, turn, seen, line_in(inputs), version)


async def edit_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """The line of a rule to be changed; without one, a new line."""
    if "rule" not in inputs:
        mailbox_id = number_of(inputs, "mailbox")
        await services.rules.book.choices(turn.actor, mailbox_id)
        return edit_reply(mailbox_id, "")
    seen = await services.rules.book.rule(turn.actor, number_of(inputs, "rule", "rule_number"))
    made = edit_card(
        seen.line, mailbox_id=seen.mailbox_id, number=seen.number, version=seen.version
    )
    return Reply(card=made, kind="rule", people=named_to(turn, seen))


async def preview_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """What the line means, in our own words, before it is kept."""
    line, seen, version = line_in(inputs), None, 0
    if "rule" in inputs:
        seen = await services.rules.book.rule(turn.actor, number_of(inputs, "rule", "rule_number"))
        version = number_of(inputs, "version")
    mailbox_id = seen.mailbox_id if seen else number_of(inputs, "mailbox")
    try:
        draft = await services.rules.book.read(turn.actor, mailbox_id, line)
    except RuleMistake as mistake:
        return edit_reply(mailbox_id, line, mistake, seen)
    number = seen.number if seen else None
    return Reply(card=preview_card(draft, number=number, version=version), kind="rule")


async def add_line(
    services: Services, turn: Turn, mailbox_id: int, line: str, *, on: bool = True
) -> Reply:
    try:
        made = await services.rules.book.add(turn.actor, mailbox_id, line, on=on)
    except RuleMistake as mistake:
        return edit_reply(mailbox_id, line, mistake)
    return rule_reply(turn, made, SAVED)


async def change_line(
    services: Services, turn: Turn, seen: RuleView, line: str, version: int | None = None
) -> Reply:
    """`version` is what the person saw; without one, what stands now."""
    try:
        made = await services.rules.book.change(
            turn.actor, seen.number, line, version=version or seen.version
        )
    except RuleMistake as mistake:
        if mistake.hint == "stale":
            fresh = await services.rules.book.rule(turn.actor, seen.number)
            return rule_reply(turn, fresh, STALE)
        return edit_reply(seen.mailbox_id, line, mistake, seen)
    return rule_reply(turn, made, SAVED)


def edit_reply(
    mailbox_id: int, line: str, mistake: RuleMistake | None = None, seen: RuleView | None = None
) -> Reply:
    """The line to be mended, with the wrong word marked."""
    made = edit_card(
        line,
        mailbox_id=mailbox_id,
        number=seen.number if seen else None,
        version=seen.version if seen else 0,
        say=mistake_words(mistake) if mistake else "",
        at=mistake.at if mistake else 0,
        length=mistake.length if mistake else 0,
        whole=mistake is not None and mistake.hint.startswith(OF_THE_WHOLE),
    )
    return Reply(card=made, kind="rule")


def rule_reply(turn: Turn, shown: RuleView, say: str = "") -> Reply:
    return Reply(card=rule_card(shown, say=say), kind="rule", people=named_to(turn, shown))


def named_to(turn: Turn, shown: RuleView) -> tuple[int, ...]:
    """Whom it names, other than whoever looks at it."""
    return tuple(who for who in shown.people if who != turn.actor.member_id)


def line_in(inputs: Inputs) -> str:
    """What stands in a card's input for a rule, on one line."""
    value = inputs.get("text")
    return " ".join(value.split("\n")).strip() if isinstance(value, str) else ""
