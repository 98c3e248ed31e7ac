"""message / invoke / install → command, dialog step or card action."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity

from bot.adapter import FirstTime
from bot.card_actions import CardAction
from bot.commands import Commands
from bot.ports import Cards
from bot.references import deleted_channel, place_of
from bot.rendering import activity_of, card_answer, error_answer, message_answer
from bot.replies import Replies
from bot.turn import reference_of, reply, said, written
from bot.visitors import Visitors, is_private, look_up, roster
from core.clock import Clock
from core.errors import ConnectorError, ExternalError, RecipientUnreachable, UserError
from core.people.views import Actor
from dialogs.cards.welcome import stranger_card
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.talks import Talks, welcome_reply
from dialogs.turns import Turn
from dialogs.wording import IN_PRIVATE, words

SHOWN_BELOW = "It is below."
NOT_A_MEMBER = "You are not among the members of Postroom here."
CARD_ACTION = "adaptiveCard/action"

log = structlog.get_logger(__name__)


class PostroomActivityHandler:
    """One turn: who speaks, what they want, and the answer. Knows no Graph and no database."""

    def __init__(
        self,
        services: Services,
        visitors: Visitors,
        replies: Replies,
        cards: Cards,
        commands: Commands,
        card_actions: Mapping[str, CardAction],
        talks: Talks,
        first_time: FirstTime,
        now: Clock,
    ) -> None:
        self._services = services
        self._visitors = visitors
        self._replies = replies
        self._cards = cards
        self._commands = commands
        self._card_actions = card_actions
        self._talks = talks
        self._first_time = first_time
        self._now = now

    async def on_turn(self, context: TurnContext) -> InvokeResponse | None:
        """Events that are not listed need no answer."""
        match context.activity.type:
            case "message":
                await self._message(context)
            case "invoke" if context.activity.name == CARD_ACTION:
                return await self._invoke(context)
            case "installationUpdate":
                await self._installation(context)
            case "conversationUpdate" if _bot_was_added(context.activity):
                await self._welcome(context)
            case "conversationUpdate":
                await self._changed(context)
        return None

    async def on_error(self, context: TurnContext, operation_id: str) -> None:
        """The last word of a turn that failed."""
        text = f"Something went wrong on our side. Please try again. (Reference: {operation_id})"
        await self._replies.say(context, text)

    async def _message(self, context: TurnContext) -> None:
        actor = await self._visitors.actor(context)
        if actor is None:
            await reply(context, activity_of(self._stranger()))
            return
        value = context.activity.value
        if isinstance(value, dict) and not said(context.activity):
            await self._submit(context, actor, value)
            return
        turn = self._turn(context, actor)
        try:
            made = await self._typed(turn, said(context.activity))
        except (UserError, ExternalError) as error:
            _refused(error, "message")
            if isinstance(error, ConnectorError | RecipientUnreachable):
                raise
            await self._replies.say(context, words(error))
            return
        if turn.private:
            await self._replies.answer(context, actor, made)
        else:
            await self._replies.answer_in_channel(context, actor, made)

    async def _typed(self, turn: Turn, text: str) -> Reply:
        """A command is always a command; what is none answers the open dialog."""
        found = self._commands.parse(text)
        if found is not None:
            command, rest = found
            if command.private and not turn.private:
                return Reply(text=IN_PRIVATE, public=IN_PRIVATE)
            return await command(self._services, turn, rest)
        if turn.private:
            made = await self._talks.typed(self._services, turn, text)
            if made is not None:
                return made
        return Reply(text=self._commands.not_known(text))

    async def _invoke(self, context: TurnContext) -> InvokeResponse:
        actor = await self._visitors.actor(context)
        if actor is None:
            return _ok(message_answer(NOT_A_MEMBER))
        verb, inputs = _verb_of(context.activity.value)
        action = self._card_actions.get(verb)
        if not is_private(context) and (action is None or not action.in_channel):
            return _ok(message_answer(IN_PRIVATE))
        if action is None:
            return _ok(error_answer("NotSupported", "This button is not known any more."))
        try:
            made = await action(self._services, self._turn(context, actor), inputs)
        except (UserError, ExternalError) as error:
            _refused(error, verb)
            return _ok(message_answer(words(error)))
        if made.card is None:
            return _ok(message_answer(made.text or ""))
        if not is_private(context):
            return _ok(message_answer(await self._replies.answer_in_private(actor, made)))
        if action.replaces:
            await self._replies.replaced(context, actor, made)
            return _ok(card_answer(made.card))
        await self._replies.answer(context, actor, made)
        return _ok(message_answer(SHOWN_BELOW))

    async def _submit(self, context: TurnContext, actor: Actor, value: dict[str, Any]) -> None:
        """Action.Submit, from clients that do not know Action.Execute."""
        verb = value.get("verb")
        action = self._card_actions.get(verb) if isinstance(verb, str) else None
        if action is None:
            await self._replies.say(context, "This button is not known any more.")
        elif not is_private(context) and not action.in_channel:
            await self._replies.say(context, IN_PRIVATE)
        else:
            try:
                made = await action(self._services, self._turn(context, actor), value)
            except (UserError, ExternalError) as error:
                _refused(error, str(verb))
                await self._replies.say(context, words(error))
                return
            if not is_private(context):
                await self._replies.say(context, await self._replies.answer_in_private(actor, made))
            elif action.replaces:
                await self._replies.replace(context, actor, made)
            else:
                await self._replies.answer(context, actor, made)

    async def _installation(self, context: TurnContext) -> None:
        action = context.activity.action or ""
        if action.startswith("add"):
            await self._welcome(context)
        elif action.startswith("remove"):
            await self._visitors.uninstalled(context)
            await self._left(context)

    async def _changed(self, context: TurnContext) -> None:
        """Who is in the conversation, or which channels its team has."""
        deleted = deleted_channel(context.activity)
        if deleted is not None:
            await self._services.channels.left(deleted)
        elif _bot_was_removed(context.activity):
            await self._left(context)

    async def _left(self, context: TurnContext) -> None:
        if not is_private(context):
            await self._services.channels.left(place_of(context.activity))

    async def _welcome(self, context: TurnContext) -> None:
        """Once a conversation: the events of an installation come in any order, and again."""
        actor = await self._visitors.actor(context)
        place = reference_of(context)
        if actor is None:
            if await self._first_time(place.conversation_id, "welcome"):
                await reply(context, activity_of(self._stranger()))
            return
        made, member_id = self._stranger(), None
        if is_private(context):
            made = welcome_reply(self._services, self._turn(context, actor))
            member_id = actor.member_id
        first = await self._cards.claim(
            actor.organization_id, member_id, place.service_url, place.conversation_id, "welcome"
        )
        if not first:
            return
        try:
            await reply(context, activity_of(made))
        except (ConnectorError, RecipientUnreachable):
            await self._cards.unclaim(place.conversation_id, "welcome")
            raise

    def _stranger(self) -> Reply:
        return Reply(card=stranger_card(self._services.links.privacy), kind="welcome")

    def _turn(self, context: TurnContext, actor: Actor) -> Turn:
        return Turn(
            actor=actor,
            now=self._now(),
            private=is_private(context),
            place=None if is_private(context) else place_of(context.activity),
            written=written(context.activity),
            mentions=_mentions(context.activity),
            roster=partial(roster, context),
            look_up=partial(look_up, context),
        )


def _bot_was_added(activity: Activity) -> bool:
    bot_id = activity.recipient.id if activity.recipient is not None else None
    return any(member.id == bot_id for member in activity.members_added or [])


def _bot_was_removed(activity: Activity) -> bool:
    bot_id = activity.recipient.id if activity.recipient is not None else None
    return any(member.id == bot_id for member in activity.members_removed or [])


def _mentions(activity: Activity) -> tuple[str, ...]:
    """Teams ids of the people mentioned; the bot is not one of them."""
    bot_id = activity.recipient.id if activity.recipient is not None else None
    found = []
    for entity in activity.entities or []:
        mentioned = entity.additional_properties.get("mentioned")
        if entity.type == "mention" and isinstance(mentioned, dict):
            teams_id = mentioned.get("id")
            if isinstance(teams_id, str) and teams_id != bot_id:
                found.append(teams_id)
    return tuple(dict.fromkeys(found))


def _verb_of(value: object) -> tuple[str, dict[str, Any]]:
    """(verb, data) of an Action.Execute; of a malformed one, a verb nobody has."""
    action = value.get("action") if isinstance(value, dict) else None
    if not isinstance(action, dict):
        return "", {}
    verb, data = action.get("verb"), action.get("data")
    return (
        verb if isinstance(verb, str) else "",
        data if isinstance(data, dict) else {},
    )


def _ok(body: dict[str, Any]) -> InvokeResponse:
    return InvokeResponse(status=200, body=body)


def _refused(error: UserError | ExternalError, what: str) -> None:
    """`what` is `message` or a verb of our own table."""
    level = log.info if isinstance(error, UserError) else log.warning
    level("turn refused", error=type(error).__name__, what=what)
