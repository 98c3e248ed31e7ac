"""Invoke answers that do not depend on the bot's logic: failures and repeats.

Teams shows what the body says and expects HTTP 200; each kind of invoke has its own body.
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botbuilder.core import InvokeResponse

from bot.activities import to_json

HOLD = 60.0
"""Seconds an answer is kept for a repeat. Teams repeats after 15 s."""
HELD = 256
"""Answers kept at most."""
WAIT = 10.0
"""Seconds a repeat waits for the first one to be answered."""

_CARD_MESSAGE = "application/vnd.microsoft.activity.message"
_CARD_ERROR = "application/vnd.microsoft.error"

InvokeKey = tuple[str, str]
"""Conversation id and activity id."""


@dataclass(frozen=True, slots=True)
class InvokeAnswer:
    """An answer as it goes over the wire."""

    status: int
    body: bytes | None


def answer_of(response: InvokeResponse) -> InvokeAnswer:
    """Raise TypeError where the body has no JSON form."""
    body = None if response.body is None else to_json(response.body)
    return InvokeAnswer(int(response.status or 200), body)


def repeated(name: str | None) -> InvokeAnswer:
    """For a repeat whose answer is no longer held: what the person sees stays as it is."""
    if _family(name) != "adaptiveCard":
        return InvokeAnswer(200, b"{}")
    return _card_answer(200, _CARD_MESSAGE, "This was received already.")


def not_known(name: str | None) -> InvokeAnswer:
    """For an invoke the bot's logic did not answer."""
    if _family(name) != "adaptiveCard":
        return InvokeAnswer(200, b"{}")
    value = {"code": "NotSupported", "message": "This button is not known any more."}
    return _card_answer(400, _CARD_ERROR, value)


def failed(name: str | None, operation_id: str) -> InvokeAnswer:
    """An apology, in the way this kind of invoke can show one."""
    message = f"Something went wrong on our side. Please try again. (Reference: {operation_id})"
    match _family(name):
        case "adaptiveCard":
            return _card_answer(500, _CARD_ERROR, {"code": "InternalError", "message": message})
        case "task":
            body = {"task": {"type": "message", "value": message}}
        case "composeExtension":
            body = {"composeExtension": {"type": "message", "text": message}}
        case _:
            body = {}
    return InvokeAnswer(200, to_json(body))


def _family(name: str | None) -> str:
    return (name or "").partition("/")[0]


def _card_answer(status: int, kind: str, value: object) -> InvokeAnswer:
    """The HTTP status stays 200; the card's own is inside."""
    return InvokeAnswer(200, to_json({"statusCode": status, "type": kind, "value": value}))


class InvokeAnswers:
    """Recent answers of this process, so that a repeated invoke gets the same one."""

    def __init__(self, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._held: dict[InvokeKey, tuple[float, asyncio.Future[InvokeAnswer]]] = {}

    @contextmanager
    def making(
        self, key: InvokeKey, otherwise: InvokeAnswer
    ) -> Iterator[asyncio.Future[InvokeAnswer]]:
        """Hold a future for the answer being made; left without a result it gets `otherwise`."""
        self._forget()
        answer: asyncio.Future[InvokeAnswer] = asyncio.get_running_loop().create_future()
        self._held[key] = (self._ticks(), answer)
        try:
            yield answer
        finally:
            if not answer.done():
                answer.set_result(otherwise)

    async def find(self, key: InvokeKey) -> InvokeAnswer | None:
        """The first one's answer, waited for if it is still being made."""
        held = self._held.get(key)
        if held is None or self._ticks() - held[0] >= HOLD:
            return None
        done, _ = await asyncio.wait([held[1]], timeout=WAIT)
        return held[1].result() if done else None

    def _forget(self) -> None:
        now = self._ticks()
        for key, (held_at, _) in list(self._held.items()):
            if now - held_at < HOLD and len(self._held) < HELD:
                return
            del self._held[key]
