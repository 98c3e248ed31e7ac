"""Notices: what members are told without having asked, by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.mailboxes.models import MailboxState
from core.people.views import Actor
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    card,
    execute,
    heading,
    rich,
    run,
    safe,
    text_block,
)
from dialogs.moves import Element, Reply
from dialogs.paused_rules import paused_notice
from dialogs.services import Services
from dialogs.wording import PROBE_REASONS


@dataclass(frozen=True, slots=True)
class _Notice:
    title: str
    words: str
    button: tuple[str, str] | None = None
    """(label, verb); gets the mailbox's id."""
    for_admins: bool = True
    states: frozenset[MailboxState] = frozenset(MailboxState)
    """Of its mailbox, in which it is still worth telling when it is delivered."""


_BEFORE_WORK = frozenset({MailboxState.ONBOARDING, MailboxState.WAITING_FOR_MICROSOFT})
_GO_ON = ("Continue", "onboarding.continue")
_CONSENT = ("Consent again", "mailbox.consent")

NOTICES: Mapping[str, _Notice] = {
    "consent_done": _Notice(
        "Consent has arrived", "Onboarding can go on.", _GO_ON, states=_BEFORE_WORK
    ),
    "consent_failed": _Notice(
        "Consent did not work",
        "Nothing was granted. Please try again.",
        _GO_ON,
    ),
    "waiting_for_microsoft": _Notice(
        "Waiting for Microsoft",
        "The rights have not spread yet; that takes from 30 minutes to 2 hours. I look again by "
        "myself and write to you.",
        states=frozenset({MailboxState.WAITING_FOR_MICROSOFT}),
    ),
    "probe_passed": _Notice(
        "Microsoft lets me in",
        "I can read the headers of that mailbox, and am refused the rest.",
        _GO_ON,
        states=_BEFORE_WORK,
    ),
    "probe_not_enforced": _Notice(
        "I have stopped: the grant is not what was promised",
        "Nothing of that mailbox is read until this is put right. Then press Continue.",
        _GO_ON,
    ),
    "needs_consent": _Notice(
        "A mailbox needs consent again",
        "Its grant no longer works, so no mail arrives here. Nothing is lost: assignments and the "
        "place in the mailbox are kept until somebody consents.",
        _CONSENT,
        states=frozenset({MailboxState.NEEDS_CONSENT}),
    ),
    "unreachable": _Notice(
        "Somebody cannot be reached",
        "They blocked or removed Postroom in Teams. Their open threads were put back.",
    ),
    "handed_back": _Notice(
        "Threads were put back", "`unassigned` shows what nobody has.", for_admins=False
    ),
    "dead_letter": _Notice(
        "Something could not be delivered", "`dead letters` shows what, and tries it again."
    ),
    "feature_allowed": _Notice(
        "Microsoft lets me do it now",
        "What you allowed in that mailbox is switched on. `consent` shows it.",
    ),
    "feature_refused": _Notice(
        "What you allowed is not switched on",
        "I have stopped trying. Please look at the reason, and say `allow` again.",
    ),
    "feature_lost": _Notice(
        "Microsoft took a right back",
        "I may no longer do what was allowed in that mailbox, so it is switched off. Mail goes on "
        "being read and assigned. `allow` asks for it again.",
    ),
    "reply_limit": _Notice(
        "Automatic replies of a mailbox pause for an hour",
        "Sixty were sent within one. Perhaps a machine answers them that does not say that it is "
        "one: a rule can leave its address or domain out.",
        for_admins=False,
    ),
    "reply_unconfirmed": _Notice(
        "An automatic reply may not have been sent",
        "Microsoft 365 did not confirm it, and it is not in Sent Items. I do not send it again, "
        "so that nobody gets it twice. Please look after that thread yourself.",
        for_admins=False,
    ),
    "sync_failed": _Notice(
        "A mailbox could not be read",
        "Microsoft 365 refused again and again. I go on trying; `mailboxes` shows its state.",
    ),
    "rule_paused": _Notice(
        "I have paused a rule", "It cannot do what it says any more.", for_admins=False
    ),
}


async def notice_reply(services: Services, actor: Actor, facts: Mapping[str, Any]) -> Reply | None:
    """None where there is nothing to tell: an unknown code, out of date, not for this one."""
    notice = NOTICES.get(str(facts.get("code")))
    if notice is None or (notice.for_admins and not actor.is_admin):
        return None
    body: list[Element] = [heading(notice.title)]
    mailbox_id, person_id = facts.get("mailbox_id"), facts.get("person_id")
    thread_id = facts.get("thread_id")
    if isinstance(mailbox_id, int):
        for view in await services.mailboxes.mailboxes(actor):
            if view.mailbox_id == mailbox_id and view.state not in notice.states:
                return None
            if view.mailbox_id == mailbox_id:
                body.append(rich(run(safe(view.address, SUBJECT), weight="Bolder")))
    people: tuple[int, ...] = ()
    if isinstance(person_id, int):
        for person in await services.people.people(actor):
            if person.member_id == person_id:
                body.append(rich(run(safe(person.name, NAME), weight="Bolder")))
                people = (person_id,)
    body.append(text_block(notice.words))
    if isinstance(thread_id, int):
        body.append(text_block(f"It is thread {thread_id}: `show {thread_id}`."))
    number = facts.get("rule")
    if isinstance(number, int):
        body.append(text_block(paused_notice(number, str(facts.get("reason")))))
    why = PROBE_REASONS.get(str(facts.get("reason")))
    if why is not None:
        body.append(text_block(why))
    actions = []
    if notice.button is not None and isinstance(mailbox_id, int):
        label, verb = notice.button
        actions.append(execute(label, verb, {"mailbox": mailbox_id}))
    return Reply(card=card(body, actions, says=notice.title), kind="notice", people=people)
