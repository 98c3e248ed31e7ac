"""Consent at Microsoft: the steps that ask for it and prove it, and the dialog that renews it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from core.errors import InvalidInput
from core.mailboxes.models import GrantKind, MailboxState
from core.mailboxes.views import ProbeView
from dialogs.cards.consent import paste_lines, waiting_note
from dialogs.cards.elements import choices, open_url, text_block
from dialogs.mailboxes import mailbox_of
from dialogs.moves import Answer, Ask, Done, Memory, Move, Question, Reply, Stay
from dialogs.runner import Dialog, Step
from dialogs.secrets import looks_like_secret
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import LEAKED, PROBE_REASONS

PROBE_SECONDS = 8
"""Teams repeats an activity that is not answered within 15."""


async def _ask_consent(services: Services, turn: Turn, memory: Memory) -> Question:
    view = await mailbox_of(services, turn, memory["mailbox"])
    url = await services.onboarding.sign_in_url(turn.actor, view.mailbox_id)
    delegated = view.asked_kind is GrantKind.DELEGATED
    lines = paste_lines(view.address, services.grant_facts.client_id, delegated=delegated)
    if delegated:
        words = (
            "Sign in as a person with rights to that mailbox. The page opens in your browser, "
            "at Microsoft; it is good for ten minutes."
        )
    else:
        words = (
            "1. Consent as an administrator of your tenant: this adds Postroom to it and gives no "
            "rights to mail. 2. Give it rights to this one mailbox in Exchange PowerShell:"
        )
    body = [text_block(words), *lines]
    if delegated:
        after = [("I have signed in", "continue"), ("Microsoft refused that right", "wider")]
        body.append(choices("next", after, label="And then", value="continue"))
    return Question(
        "Sign in and consent" if delegated else "Consent, and rights to one mailbox",
        tuple(body),
        submit="Continue",
        links=(open_url("Sign in" if delegated else "Consent", url),),
        hint="When that is done, press Continue, or type `continue`.",
    )


async def _take_consent(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    """Any answer asks Microsoft how things stand, but `wider`."""
    if answer.text and looks_like_secret(answer.text):
        return Stay(LEAKED)
    if answer.pick("next").casefold() == "wider":
        view = await mailbox_of(services, turn, memory["mailbox"])
        if view.asked_kind is GrantKind.DELEGATED:
            return Ask("wider", memory)
    return await _take_probe(services, turn, memory, answer)


async def _take_probe(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    probed = await _probe(services, memory["mailbox"])
    match probed.code:
        case "passed":
            view = await mailbox_of(services, turn, memory["mailbox"])
            if view.state is MailboxState.ACTIVE:
                return Done(Reply(text="Consent is in order again, and the sync goes on."))
            return Ask("folders", memory, "Microsoft lets me into that mailbox.")
        case "waiting":
            return Ask("waiting", memory)
        case "no_consent":
            return Stay("I have not seen the consent yet.")
        case "not_enforced":
            why = PROBE_REASONS.get(probed.reason, PROBE_REASONS["other_mailboxes_open"])
            return Stay(f"I stop here. {why} Then try again.")
        case _:
            why = PROBE_REASONS.get(probed.reason, "Please check the lines above.")
            return Stay(f"Microsoft refused me. {why}")


async def _probe(services: Services, mailbox_id: int) -> ProbeView:
    """Try now, for a few seconds: a job tries too, and outlasts a slow Microsoft."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await services.onboarding.probe(mailbox_id)
    except TimeoutError:
        return ProbeView(mailbox_id, "waiting")


async def _ask_wider(services: Services, turn: Turn, memory: Memory) -> Question:
    return Question(
        "Ask for a wider right?",
        (
            text_block(
                "Some tenants do not give Mail.ReadBasic.Shared. Mail.Read.Shared works there, "
                "and could read bodies: that Postroom reads headers only is then its promise, "
                "not Microsoft's rule."
            ),
            choices(
                "wider",
                [("No, keep to headers", "no"), ("Yes, I accept the wider right", "yes")],
                label="Your decision",
                value="no",
                expanded=True,
            ),
        ),
        hint="Or type `yes` or `no`.",
    )


async def _take_wider(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    match answer.pick("wider").casefold():
        case "yes":
            await services.onboarding.accept_wider(turn.actor, memory["mailbox"])
            return Ask("consent", memory, "Please sign in again.")
        case "no":
            return Ask("consent", memory)
        case _:
            raise InvalidInput("answer")


async def _ask_waiting(services: Services, turn: Turn, memory: Memory) -> Question:
    return Question("Waiting for Microsoft", (waiting_note(),), submit="Check now")


CONSENT_STEPS: Mapping[str, Step] = {
    "consent": Step(
        _ask_consent,
        _take_consent,
        "Consent is given on Microsoft's own pages. Afterwards I try what I may read, and "
        "whether Microsoft refuses me the rest.",
    ),
    "wider": Step(
        _ask_wider,
        _take_wider,
        "Without your yes, Postroom never asks for a right that can read bodies.",
    ),
    "waiting": Step(
        _ask_waiting,
        _take_probe,
        "New Exchange rights take from 30 minutes to 2 hours to spread. I try again by myself "
        "and write to you.",
    ),
}

CONSENTING = Dialog(
    name="consenting",
    first="consent",
    steps=CONSENT_STEPS,
    may=lambda actor: actor.is_admin or bool(actor.mailboxes),
    needs="member",
    cancelled="Cancelled. The mailbox goes on waiting for consent.",
)
"""Somebody of the mailbox consents again where its grant is gone."""
