"""Allow a mailbox more than headers, feature by feature, and take it back."""

from __future__ import annotations

import asyncio

from core.errors import InvalidInput, NotAllowed
from core.mailboxes.features import Feature
from core.mailboxes.models import GrantKind
from core.mailboxes.views import FeatureView, ProbeView
from dialogs.cards.consent import role_line
from dialogs.cards.elements import (
    SUBJECT,
    choices,
    note,
    open_url,
    rich,
    run,
    safe,
    text_block,
)
from dialogs.cards.mailboxes import FEATURES, fact_lines
from dialogs.consenting import PROBE_SECONDS
from dialogs.mailboxes import mailbox_of, named_mailbox
from dialogs.moves import Answer, Ask, Done, Element, Memory, Move, Question, Reply, Stay
from dialogs.runner import Dialog, Step
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import PROBE_REASONS, TO_UNDO

_WORDS = {
    "replies": Feature.REPLIES,
    "automatic replies": Feature.REPLIES,
    "write-back": Feature.WRITE_BACK,
    "write back": Feature.WRITE_BACK,
    "writeback": Feature.WRITE_BACK,
    "bodies": Feature.BODIES,
}
_MEANS = {
    Feature.REPLIES: (
        "Rules may answer mail by themselves, as the mailbox: at most once a thread and a day to "
        "a sender, never to machines, lists or colleagues. That takes the right to write drafts "
        "and to send."
    ),
    Feature.WRITE_BACK: (
        "Tags and `Assigned: <name>` are written on messages as Outlook categories. That takes "
        "the right to change messages; Postroom changes nothing but categories."
    ),
    Feature.BODIES: (
        "Rules may look for words in bodies. A body is read when its mail arrives, looked "
        "through and dropped: nothing of it is kept, logged or queued."
    ),
}


def feature_in(rest: str) -> tuple[Feature, str]:
    """`replies help@contoso.com` → the feature, and the rest. Raises InvalidInput("feature")."""
    said = " ".join(rest.split())
    for words in sorted(_WORDS, key=len, reverse=True):
        if said.casefold() == words or said.casefold().startswith(f"{words} "):
            return _WORDS[words], said[len(words) :].strip().removeprefix("in ").strip()
    raise InvalidInput("feature")


async def picked(services: Services, turn: Turn, rest: str) -> Memory:
    """Which feature of which mailbox. Raises NotAllowed, NotFound, InvalidInput."""
    if not turn.actor.is_admin:
        raise NotAllowed("admin")
    feature, name = feature_in(rest)
    mailbox_id = await named_mailbox(services, turn, name)
    if mailbox_id is None:
        raise InvalidInput("mailbox", "which_mailbox")
    return {"mailbox": mailbox_id, "feature": feature.value}


async def disallow(services: Services, turn: Turn, rest: str) -> Reply:
    memory = await picked(services, turn, rest)
    feature = Feature(memory["feature"])
    left = await services.features.disallow(turn.actor, memory["mailbox"], feature)
    words = [f"Switched off: {FEATURES[feature.value]}.", TO_UNDO.get(left, "")]
    return Reply(text=" ".join(filter(None, words)))


async def _ask_yes(services: Services, turn: Turn, memory: Memory) -> Question:
    feature, view = await _asked(services, turn, memory)
    if view.allowed:
        done = note("That is allowed already.")
        return Question(_title(feature), (*await _mailbox(services, turn, memory), done), None)
    return Question(
        _title(feature),
        (
            *await _mailbox(services, turn, memory),
            text_block(_MEANS[feature]),
            *fact_lines(view.facts),
            *_reach(view),
            choices(
                "yes",
                [("No", "no"), ("Yes, I allow it", "yes")],
                label="Your decision",
                value="no",
                expanded=True,
            ),
        ),
        hint="Or type `yes` or `no`.",
    )


async def _take_yes(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    match answer.pick("yes").casefold():
        case "yes":
            _, view = await _asked(services, turn, memory)
            if view.missing:
                return Ask("grant", memory)
            return await _take_grant(services, turn, memory, answer)
        case "no":
            return Done(Reply(text="Then it stays off."))
        case _:
            raise InvalidInput("answer")


async def _ask_grant(services: Services, turn: Turn, memory: Memory) -> Question:
    feature, view = await _asked(services, turn, memory)
    mailbox = await mailbox_of(services, turn, view.mailbox_id)
    if view.kind is GrantKind.DELEGATED:
        url = await services.onboarding.feature_sign_in_url(turn.actor, view.mailbox_id, feature)
        words = (
            "Sign in once more, as a person with rights to that mailbox, and consent to the "
            "further right. The page is good for ten minutes."
        )
        body: tuple[Element, ...] = (text_block(words),)
        links: tuple[Element, ...] = (open_url("Sign in", url),)
    else:
        words = "An Exchange administrator runs this, for this one mailbox alone:"
        client_id = services.grant_facts.client_id
        lines = [role_line(mailbox.address, client_id, name) for name in view.missing]
        body, links = (text_block(words), *lines), ()
    return Question(
        _title(feature),
        body,
        submit="Continue",
        links=links,
        hint="When that is done, press Continue, or type `continue`.",
    )


async def _take_grant(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    feature, view = await _asked(services, turn, memory)
    if view.allowed:
        return Done(_allowed(feature))
    if view.kind is GrantKind.DELEGATED and view.missing:
        return Stay("I have not seen the sign-in yet, or it did not give that right.")
    probed = await _try(services, turn, memory, feature)
    why = PROBE_REASONS.get(probed.reason, "Please check the lines above.")
    match probed.code:
        case "passed":
            return Done(_allowed(feature))
        case "waiting":
            return Ask("waiting", memory)
        case "not_enforced":
            return Stay(f"It stays off. {why} Then try again.")
        case _:
            return Stay(f"It stays off. {why}")


async def _ask_waiting(services: Services, turn: Turn, memory: Memory) -> Question:
    words = text_block(
        "Rights take from 30 minutes to 2 hours to spread in Exchange. I look again by myself "
        "and write to you when they have arrived, even if you close this."
    )
    return Question("Waiting for Microsoft", (words,), submit="Check now")


async def _try(services: Services, turn: Turn, memory: Memory, feature: Feature) -> ProbeView:
    """For a few seconds: Teams repeats what is not answered."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await services.features.allow(turn.actor, memory["mailbox"], feature)
    except TimeoutError:
        return ProbeView(memory["mailbox"], "refused", reason="no_answer")


async def _asked(services: Services, turn: Turn, memory: Memory) -> tuple[Feature, FeatureView]:
    feature = Feature(memory["feature"])
    return feature, await services.features.asked(turn.actor, memory["mailbox"], feature)


async def _mailbox(services: Services, turn: Turn, memory: Memory) -> tuple[Element, ...]:
    view = await mailbox_of(services, turn, memory["mailbox"])
    return (rich(run(safe(view.address, SUBJECT), weight="Bolder")),)


def _reach(view: FeatureView) -> tuple[Element, ...]:
    if view.kind is GrantKind.APPLICATION:
        return ()
    return (
        note(
            "The sign-in of a person gives that right in all mailboxes they may open, their own "
            "included. That Postroom uses it here alone is its promise."
        ),
    )


def _title(feature: Feature) -> str:
    return f"Allow {FEATURES[feature.value]}?"


def _allowed(feature: Feature) -> Reply:
    return Reply(text=f"Allowed: {FEATURES[feature.value]}. `disallow` takes it back.")


ALLOWING = Dialog(
    name="allowing",
    first="yes",
    steps={
        "yes": Step(
            _ask_yes, _take_yes, "Nothing is switched on without your yes, mailbox by mailbox."
        ),
        "grant": Step(
            _ask_grant,
            _take_grant,
            "Microsoft has to give the right. I try it before anything is switched on.",
        ),
        "waiting": Step(_ask_waiting, _take_grant, "There is nothing to do but wait."),
    },
    may=lambda actor: actor.is_admin,
    needs="admin",
    cancelled="Cancelled. Nothing was switched on.",
)
