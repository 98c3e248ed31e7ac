"""One call to the connector, from its place in line to its answer: pace, token, retries, errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.bot_token import BotToken
from bot.connector_errors import error_for
from bot.outgoing import Answer, HttpDoor, Unreachable
from bot.pacer import Pacer
from bot.patience import UNSENT, Patience, pause_before_retry
from bot.references import Reference
from core.errors import ConnectorError

HOLD = 1.0
"""Seconds a conversation rests after a 429 that does not say how long."""


@dataclass(frozen=True, slots=True)
class Call:
    """What to ask; `reference` names the conversation and the tenant whose limits count."""

    reference: Reference
    method: str
    url: str
    content: bytes | None
    patience: Patience


class ConnectorCalls:
    """Raises as `Connector` says."""

    def __init__(
        self,
        door: HttpDoor,
        token: BotToken,
        pacer: Pacer,
        *,
        sleep: Callable[[float], Awaitable[None]],
        chance: Callable[[], float],
    ) -> None:
        self._door = door
        self._token = token
        self._pacer = pacer
        self._sleep = sleep
        self._chance = chance

    async def send(self, call: Call) -> Answer:
        return await self._until_done(call, self._pacer.pass_sending)

    async def read(self, call: Call) -> Answer:
        return await self._until_done(call, self._pacer.pass_reading)

    async def _until_done(
        self, call: Call, room: Callable[[str, str, Patience], Awaitable[None]]
    ) -> Answer:
        conversation, tenant = call.reference.conversation_id, call.reference.tenant_id
        attempt = 1
        renewed = False
        while True:
            await room(conversation, tenant, call.patience)
            token = await self._token.get()
            answer = await self._once(call, token)
            if 200 <= answer.status < 300:
                return answer
            if answer.status == 401 and not renewed:
                self._token.discard(token)
                renewed = True
                continue
            if answer.status == 429:
                self._pacer.hold(conversation, answer.retry_after or HOLD)
            pause = pause_before_retry(
                answer.status, attempt, answer.retry_after, call.patience, self._chance()
            )
            if pause is None:
                raise error_for(answer)
            attempt += 1
            await self._sleep(pause)

    async def _once(self, call: Call, token: str) -> Answer:
        """What certainly never arrived is answered with UNSENT, and may be sent again."""
        headers = {"Authorization": f"Bearer {token}"}
        if call.content is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            return await self._door.request(
                call.method,
                call.url,
                headers=headers,
                body=call.content,
                timeout=call.patience.timeout,
            )
        except Unreachable as error:
            if error.sent:
                raise ConnectorError(0, "NoAnswer") from error
            return Answer(UNSENT)
