"""A mailbox's rules as YAML: shown to be copied, and taken in from a message or a card."""

from __future__ import annotations

from core.rules.mistakes import RuleMistake
from dialogs.cards.elements import plural
from dialogs.cards.rules import which_card
from dialogs.cards.rules_exchange import LONGEST_FILE, export_card, import_card
from dialogs.inputs import Inputs, number_of
from dialogs.led import led_mailboxes, named_or_only
from dialogs.moves import Reply
from dialogs.rule_wording import mistake_words
from dialogs.rules import rules_reply
from dialogs.services import Services
from dialogs.turns import Turn


async def export(services: Services, turn: Turn, rest: str) -> Reply:
    """`rules export help@contoso.com`."""
    mailbox_id, _ = await named_or_only(services, turn, rest)
    if mailbox_id is None:
        led = await led_mailboxes(services, turn)
        return Reply(card=which_card(led, "Export rules", "rules.export"), kind="notice")
    return await _export(services, turn, mailbox_id)


async def import_(services: Services, turn: Turn, rest: str) -> Reply:
    """`rules import help@contoso.com`, the file on the lines after it; without one, a card asks."""
    mailbox_id, _ = await named_or_only(services, turn, rest)
    if mailbox_id is None:
        led = await led_mailboxes(services, turn)
        return Reply(card=which_card(led, "Import rules", "rules.import_form"), kind="notice")
    _, _, text = turn.written.partition("\n")
    if not text.strip():
        return await _import_form(services, turn, mailbox_id)
    return await _import(services, turn, mailbox_id, text)


async def export_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _export(services, turn, number_of(inputs, "mailbox"))


async def import_form_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _import_form(services, turn, number_of(inputs, "mailbox"))


async def import_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    text = inputs.get("yaml")
    mailbox_id = number_of(inputs, "mailbox")
    return await _import(services, turn, mailbox_id, text if isinstance(text, str) else "")


async def _export(services: Services, turn: Turn, mailbox_id: int) -> Reply:
    text = await services.rules.exchange.export(turn.actor, mailbox_id)
    shown = await services.rules.book.rules(turn.actor, mailbox_id)
    return Reply(card=export_card(shown.mailbox, text), kind="rules")


async def _import_form(services: Services, turn: Turn, mailbox_id: int) -> Reply:
    shown = await services.rules.book.rules(turn.actor, mailbox_id)
    return Reply(card=import_card(mailbox_id, shown.mailbox), kind="rules")


async def _import(services: Services, turn: Turn, mailbox_id: int, text: str) -> Reply:
    try:
        done = await services.rules.exchange.import_(turn.actor, mailbox_id, text)
    except RuleMistake as mistake:
        shown = await services.rules.book.rules(turn.actor, mailbox_id)
        say = f"Nothing was taken in. {mistake_words(mistake)}"
        made = import_card(mailbox_id, shown.mailbox, text[:LONGEST_FILE], say=say)
        return Reply(card=made, kind="rules")
    say = f"{plural(len(done.added), 'rule')} taken in."
    if done.known:
        say += f" {plural(done.known, 'rule')} {'was' if done.known == 1 else 'were'} here already."
    return await rules_reply(services, turn, mailbox_id, say=say)
