"""The table of card actions: verb → function.

A button comes as an invoke (Action.Execute) or, from older clients, as a message with a value
(Action.Submit). Both are dispatched here. Ids come from the card and are not trusted; rights
come from the authenticated sender.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.commands import Commands, Who
from core.errors import NotAllowed
from dialogs import (
    assignment,
    availability,
    bulk,
    lists,
    mailboxes,
    people,
    policies,
    reply_texts,
    reports,
    rule_form,
    rule_lines,
    rules,
    rules_exchange,
    rules_try,
    teams,
    thread_life,
)
from dialogs.inputs import Inputs
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.talks import Talks
from dialogs.turns import Turn

Act = Callable[[Services, Turn, Inputs], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class CardAction:
    act: Act
    who: Who = Who.MEMBER
    replaces: bool = True
    """The answer takes the place of the card; otherwise it is a message of its own."""
    in_channel: bool = False
    """It may be pressed in a channel, and is answered in 1:1."""

    async def __call__(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        if not self.who.may(turn.actor):
            raise NotAllowed(self.who.value)
        return await self.act(services, turn, inputs)


ADMIN = Who.ADMIN

THREADS = {
    "thread.show": CardAction(assignment.show_button),
    "thread.open": CardAction(assignment.show_button, replaces=False, in_channel=True),
    "thread.why": CardAction(assignment.why_button),
    "thread.reason": CardAction(assignment.why_button, replaces=False),
    "thread.take": CardAction(assignment.take_button),
    "thread.release": CardAction(assignment.release_button),
    "thread.done": CardAction(assignment.finish_button),
    "thread.reopen": CardAction(assignment.reopen_button),
    "thread.pass": CardAction(assignment.pass_button),
    "thread.assign": CardAction(assignment.assign_button),
    "queue.page": CardAction(assignment.queue_button),
    "queue.done": CardAction(assignment.queue_done_button),
    "queue.release": CardAction(assignment.queue_release_button),
    "unassigned.page": CardAction(assignment.unassigned_button),
    "unassigned.take": CardAction(assignment.unassigned_take_button),
    "unassigned.done": CardAction(assignment.unassigned_done_button),
}
BULK = {
    "bulk.show": CardAction(bulk.show_button),
    "bulk.do": CardAction(bulk.do_button),
    "bulk.undo": CardAction(bulk.undo_button),
    "bulk.drop": CardAction(bulk.drop_button),
}
LIFE = {
    "thread.more": CardAction(thread_life.more_button),
    "thread.save": CardAction(thread_life.save_button),
    "thread.answering": CardAction(thread_life.answering_button),
    "thread.follow": CardAction(thread_life.follow_button),
    "thread.watch": CardAction(thread_life.watch_button),
    "thread.unfollow": CardAction(thread_life.unfollow_button),
    "snoozed.page": CardAction(lists.snoozed_button),
    "following.page": CardAction(lists.following_button),
    "overdue.page": CardAction(lists.overdue_button),
}
PEOPLE = {
    "people.page": CardAction(people.page_button),
    "people.admin": CardAction(people.admin_button, ADMIN),
    "people.privacy": CardAction(people.privacy_button, ADMIN),
    "people.remove": CardAction(people.remove_button, ADMIN),
    "people.removed": CardAction(people.removed_button, ADMIN),
}
RULES = {
    "rule.list": CardAction(rules.list_button),
    "rule.show": CardAction(rules.show_button),
    "rule.toggle": CardAction(rules.toggle_button),
    "rule.on": CardAction(rules.on_button),
    "rule.off": CardAction(rules.off_button),
    "rule.up": CardAction(rules.up_button),
    "rule.down": CardAction(rules.down_button),
    "rule.history": CardAction(rules.history_button),
    "rule.back": CardAction(rules.back_button),
    "rule.delete": CardAction(rules.delete_button),
    "rule.deleted": CardAction(rules.deleted_button),
    "rule.new": CardAction(rule_form.new_button),
    "rule.form": CardAction(rule_form.form_button),
    "rule.edit": CardAction(rule_lines.edit_button),
    "rule.preview": CardAction(rule_lines.preview_button),
    "rule.add": CardAction(rule_lines.add_button),
    "rule.change": CardAction(rule_lines.change_button),
    "rule.try": CardAction(rules_try.try_button, replaces=False),
    "trial.show": CardAction(rules_try.trial_button),
    "rules.export": CardAction(rules_exchange.export_button),
    "rules.import_form": CardAction(rules_exchange.import_form_button),
    "rules.import": CardAction(rules_exchange.import_button),
    "team.list": CardAction(teams.list_button),
}
MAILBOXES = {
    "mailbox.list": CardAction(mailboxes.list_button),
    "mailbox.pause": CardAction(mailboxes.pause_button, ADMIN),
    "mailbox.resume": CardAction(mailboxes.resume_button, ADMIN),
    "mailbox.consents": CardAction(mailboxes.consents_button),
    "consent.revoke": CardAction(mailboxes.revoke_button),
    "consent.revoked": CardAction(mailboxes.revoked_button),
}
AVAILABILITY = {
    "hours.show": CardAction(availability.hours_button),
    "hours.save": CardAction(availability.save_button),
    "hours.away": CardAction(availability.away_button),
    "hours.back": CardAction(availability.back_button),
    "hours.drop": CardAction(availability.drop_button),
}
POLICIES = {
    "policy.show": CardAction(policies.show_button),
    "policy.save": CardAction(policies.save_button),
    "policy.opt_out": CardAction(policies.opt_out_button),
    "policy.opt_in": CardAction(policies.opt_in_button),
}
REPLIES = {
    "replies.list": CardAction(reply_texts.list_button),
    "replies.remove": CardAction(reply_texts.remove_button),
}
OPERATIONS = {
    "report.show": CardAction(reports.report_button),
    "letters.retry": CardAction(reports.retry_button, ADMIN),
}


def card_actions(talks: Talks, commands: Commands) -> Mapping[str, CardAction]:
    async def help_(services: Services, turn: Turn, inputs: Inputs) -> Reply:
        return await talks.help(services, turn, commands.help(turn.actor))

    conversation = {
        "mailbox.consent": CardAction(talks.consent_button),
        "mailbox.offboard": CardAction(talks.offboard_button, ADMIN),
        "replies.write": CardAction(talks.write_reply_button),
        "onboarding.continue": CardAction(talks.go_on_button, ADMIN),
        "dialog.answer": CardAction(talks.answer_button),
        "dialog.back": CardAction(talks.back_button),
        "dialog.cancel": CardAction(talks.cancel_button),
        "dialog.help": CardAction(talks.help_button),
        "help": CardAction(help_, replaces=False),
    }
    tables = (
        THREADS,
        BULK,
        LIFE,
        PEOPLE,
        AVAILABILITY,
        RULES,
        MAILBOXES,
        POLICIES,
        REPLIES,
        OPERATIONS,
        conversation,
    )
    return {verb: action for table in tables for verb, action in table.items()}
