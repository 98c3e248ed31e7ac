"""Targets of a mailbox, shown and set by a line: `targets help@… urgent answer 30m`."""

from __future__ import annotations

import re

from core.errors import InvalidInput
from core.mail.models import Priority
from core.threads.models import TargetKind
from dialogs.cards.targets import DAY, targets_card
from dialogs.mailboxes import mailbox_and_more
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

_LINE = re.compile(
    r"(?:(?P<priority>low|normal|high|urgent)\s+|tag\s+(?P<tag>.+?)\s+)?"
    r"(?P<aims>(?:answer|finish)\s.+)",
    re.IGNORECASE,
)
_AIM = re.compile(r"(answer|finish)\s+(?:within\s+)?(off|[0-9]{1,5}\s?[a-z]+)", re.IGNORECASE)
_DURATION = re.compile(r"([0-9]{1,5})\s?(m|min|minutes?|h|hours?|d|days?)")
_MINUTES = {"m": 1, "h": 60, "d": DAY}


async def targets(services: Services, turn: Turn, rest: str) -> Reply:
    """`targets help@…` shows them; `answer 4h finish 2d` sets, `answer off` takes away.

    For some threads alone: `urgent answer 30m`, `tag Invoice finish 1d`. Where there is one
    mailbox alone, it need not be named.
    """
    if _LINE.fullmatch(rest):
        mailbox, more = (await mailbox_and_more(services, turn, ""))[0], rest
    else:
        mailbox, more = await mailbox_and_more(services, turn, rest)
    if more:
        found = _LINE.fullmatch(more)
        if found is None:
            raise InvalidInput("targets")
        said = found["priority"]
        await services.targets.set(
            turn.actor,
            mailbox.mailbox_id,
            minutes_in(found["aims"]),
            tag=found["tag"],
            priority=Priority(said.casefold()) if said else None,
        )
    view = await services.targets.targets(turn.actor, mailbox.mailbox_id)
    return Reply(card=targets_card(mailbox, view), kind="targets")


def minutes_in(text: str) -> dict[TargetKind, int | None]:
    """`answer 4h finish off` → minutes of business time, None for off; InvalidInput("targets")."""
    if _AIM.sub("", text).strip(" ,;"):
        raise InvalidInput("targets")
    return {TargetKind(kind.casefold()): duration_in(said) for kind, said in _AIM.findall(text)}


def duration_in(said: str) -> int | None:
    """`30m`, `4 hours`, `2d`: minutes; a day is one of eight hours. `off` is None."""
    said = said.casefold()
    if said == "off":
        return None
    found = _DURATION.fullmatch(said)
    if found is None:
        raise InvalidInput("duration")
    return int(found[1]) * _MINUTES[found[2][0]]
