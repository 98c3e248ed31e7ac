"""Reports, and what could not be delivered."""

from __future__ import annotations

from core.errors import NotAllowed
from dialogs.cards.letters import letters_card
from dialogs.cards.report import channel_report, report_card
from dialogs.inputs import Inputs, number_in, number_of
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

LONGEST_PERIOD = 60
"""Characters of a period in words."""


async def report(services: Services, turn: Turn, rest: str) -> Reply:
    return await _report(services, turn, rest)


async def report_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    period = inputs.get("period")
    return await _report(services, turn, period if isinstance(period, str) else "")


async def dead_letters(services: Services, turn: Turn, rest: str) -> Reply:
    return await _letters(services, turn)


async def retry(services: Services, turn: Turn, rest: str) -> Reply:
    return await _retry(services, turn, number_in(rest, "letter"))


async def retry_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _retry(services, turn, number_of(inputs, "letter"))


async def _report(services: Services, turn: Turn, period: str) -> Reply:
    view = await services.reports.overview(turn.actor, period[:LONGEST_PERIOD].strip())
    return Reply(
        card=report_card(view, now=turn.now),
        public=channel_report(view),
        kind="report",
        people=tuple(m.member_id for m in view.members if m.member_id != turn.actor.member_id),
    )


async def _retry(services: Services, turn: Turn, outbox_id: int) -> Reply:
    if not turn.actor.is_admin:
        raise NotAllowed("admin")
    await services.dead_letters.retry(turn.actor, outbox_id)
    return await _letters(services, turn, "It is tried again.")


async def _letters(services: Services, turn: Turn, say: str = "") -> Reply:
    if not turn.actor.is_admin:
        raise NotAllowed("admin")
    found = await services.dead_letters.dead_letters(turn.actor)
    return Reply(card=letters_card(found, now=turn.now, say=say), kind="letters")
