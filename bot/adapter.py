"""HTTP request → authenticated turn → answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web
from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import (
    Activity,
    ConversationParameters,
    ConversationReference,
    ConversationResourceResponse,
    ResourceResponse,
)
from structlog.contextvars import bound_contextvars

from bot.activities import to_payload
from bot.callers import CHANNEL, Authenticator, Caller, Unauthenticated
from bot.connector import Connector
from bot.inbound import Refused, read_request
from bot.invokes import InvokeAnswer, InvokeAnswers, answer_of, failed, not_known, repeated
from bot.patience import BACKGROUND, IN_TURN, Patience
from bot.places import places_of
from bot.references import reference_from, reference_in
from bot.signing_keys import KeysUnavailable
from bot.turn import CALLER_KEY, CONNECTOR_KEY, new_operation_id
from core.errors import ExternalError, UserError
from core.log import get_logger

OnTurn = Callable[[TurnContext], Awaitable[InvokeResponse | None]]
"""The bot's logic. An invoke's answer is returned, or sent as `invokeResponse`."""
FirstTime = Callable[[str, str], Awaitable[bool]]
"""(conversation id, activity id): whether this activity has never been taken before."""
OnError = Callable[[TurnContext, str], Awaitable[None]]
"""Apologises in the chat; gets the operation id under which the error is in the log."""

CountTurn = Callable[[str], None]
"""Counts a turn: `done`, `failed`, or `refused` before it began."""

T = TypeVar("T")

log = get_logger(__name__)


def uncounted(outcome: str) -> None:
    """Where no figures are kept."""


class PostroomAdapter(CloudAdapterBase):  # type: ignore[misc]
    """The framework's adapter, on our own authentication and connector.

    The framework's builds two connector clients a turn, blocks the event loop for keys and
    tokens, answers 500 to bad tokens and cannot send an invoke's body.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        connector: Connector,
        on_turn: OnTurn,
        *,
        first_time: FirstTime,
        on_error: OnError,
        count: CountTurn = uncounted,
    ) -> None:
        super().__init__(authenticator)
        self._count = count
        self._authenticator = authenticator
        self._connector = connector
        self._on_turn = on_turn
        self._first_time = first_time
        self._on_error = on_error
        self._answers = InvokeAnswers()

    async def process(self, request: web.Request) -> web.Response:
        """Answer a POST of the channel: 200, 400, 401, 408, 413, 415 or 503, and never 500."""
        try:
            activity = await read_request(request)
            caller = await self._authenticator.authenticate(request, activity)
        except Refused as refused:
            self._count("refused")
            return web.Response(status=refused.status, text=refused.reason)
        except Unauthenticated as refused:
            self._count("refused")
            log.warning("caller refused", reason=refused.reason)
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        except KeysUnavailable:
            self._count("refused")
            log.error("caller not checked: no signing keys")
            return web.Response(status=503, headers={"Retry-After": "5"})
        operation_id = new_operation_id()
        with bound_contextvars(operation_id=operation_id):
            if activity.type == "invoke":
                return await self._process_invoke(activity, caller, operation_id)
            return await self._process_event(activity, caller, operation_id)

    async def _process_event(
        self, activity: Activity, caller: Caller, operation_id: str
    ) -> web.Response:
        context = self._context(activity, caller)
        done = await self._at_the_edge(lambda: self._run_event(context))
        self._count("done" if done else "failed")
        if not done and activity.type == "message":
            await self._at_the_edge(lambda: self._on_error(context, operation_id))
        return web.Response()

    async def _run_event(self, context: TurnContext) -> bool:
        if await self._is_first(context.activity):
            await self.run_pipeline(context, self._on_turn)
        return True

    async def _process_invoke(
        self, activity: Activity, caller: Caller, operation_id: str
    ) -> web.Response:
        context = self._context(activity, caller)
        sorry = failed(activity.name, operation_id)
        answer = await self._at_the_edge(lambda: self._run_invoke(context, sorry)) or sorry
        self._count("failed" if answer is sorry else "done")
        return web.Response(status=answer.status, body=answer.body, content_type="application/json")

    async def _run_invoke(self, context: TurnContext, sorry: InvokeAnswer) -> InvokeAnswer:
        activity = context.activity
        key = (activity.conversation.id, activity.id or "")
        if not await self._is_first(activity):
            return await self._answers.find(key) or repeated(activity.name)
        with self._answers.making(key, otherwise=sorry) as answer:
            response = await self.run_pipeline(context, self._on_turn)
            if response is None:
                sent = context.turn_state.get(self._INVOKE_RESPONSE_KEY)
                response = sent.value if sent is not None else None
            answer.set_result(answer_of(response) if response else not_known(activity.name))
            return answer.result()

    async def _is_first(self, activity: Activity) -> bool:
        if not activity.id:
            return True
        return await self._first_time(activity.conversation.id, activity.id)

    async def _at_the_edge(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Run a part of a turn; None if it failed, and then the failure is in the log."""
        try:
            return await work()
        except Exception as error:  # noqa: BLE001 - nothing may pass the edge of a turn
            level = "error"
            if isinstance(error, UserError):
                level = "info"
            elif isinstance(error, ExternalError):
                level = "warning"
            places = places_of(error)
            getattr(log, level)(
                "turn failed", error=type(error).__name__, place=places[-1], trace=places
            )
            return None

    def _context(self, activity: Activity, caller: Caller | None = None) -> TurnContext:
        context = TurnContext(self, activity)
        context.turn_state[CONNECTOR_KEY] = self._connector
        if caller is not None:
            context.turn_state[CALLER_KEY] = caller
        return context

    # What the framework calls on an adapter.

    async def send_activities(
        self, context: TurnContext, activities: list[Activity]
    ) -> list[ResourceResponse]:
        return [await self._send_one(context, activity) for activity in activities]

    async def _send_one(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        if activity.type == "invokeResponse":
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            return ResourceResponse()
        if activity.type in ("trace", "delay"):
            return ResourceResponse()
        reference = reference_from(activity)
        payload = to_payload(activity)
        patience = _patience(context)
        if activity.reply_to_id:
            sent = await self._connector.reply(
                reference, activity.reply_to_id, payload, patience=patience
            )
        else:
            sent = await self._connector.send(reference, payload, patience=patience)
        return ResourceResponse(id=sent)

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        await self._connector.update(
            reference_from(activity), activity.id, to_payload(activity), patience=_patience(context)
        )
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        await self._connector.delete(
            reference_in(reference), reference.activity_id, patience=_patience(context)
        )

    async def process_activity(
        self, caller: Caller, activity: Activity, logic: OnTurn
    ) -> InvokeResponse | None:
        """Run a turn for an activity that was authenticated already. Errors are the caller's."""
        return await self.run_pipeline(self._context(activity, caller), logic)

    async def process_proactive(
        self, claims_identity: Any, continuation_activity: Activity, audience: Any, logic: OnTurn
    ) -> None:
        """Run a turn that the bot begins; `continue_conversation` ends here."""
        await self.run_pipeline(self._context(continuation_activity), logic)

    async def create_conversation(
        self,
        bot_app_id: str,
        callback: OnTurn,
        conversation_parameters: ConversationParameters,
        channel_id: str = CHANNEL,
        service_url: str = "",
        audience: Any = None,
    ) -> None:
        """Open a 1:1 conversation with the first of the members, and run a turn in it."""
        member = conversation_parameters.members[0]
        conversation_id = await self._connector.create_conversation(
            service_url, conversation_parameters.tenant_id, member_id=member.id
        )
        created = ConversationResourceResponse(id=conversation_id)
        activity = self._create_create_activity(
            created, channel_id, service_url, conversation_parameters
        )
        await self.run_pipeline(self._context(activity), callback)


def _patience(context: TurnContext) -> Patience:
    """A person waits only in a turn that they began."""
    return IN_TURN if CALLER_KEY in context.turn_state else BACKGROUND
