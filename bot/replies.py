"""Send a turn's replies, and record what each card shows."""

from __future__ import annotations

from botbuilder.core import TurnContext

from bot.connector import Connector
from bot.patience import IN_TURN
from bot.ports import Cards
from bot.references import Reference
from bot.rendering import activity_of
from bot.turn import message, reference_of, reply, update
from core.errors import ConnectorError, NotFound, RecipientUnreachable
from core.outbox.posted import Shown
from core.people.views import Actor, ReferenceView
from dialogs.moves import Reply
from dialogs.services import People
from dialogs.wording import ANSWERED_IN_PRIVATE, ASKED_IN_CHANNEL

ADD_ME = "I answer that in 1:1 only: please add Postroom in Teams, then say it to me there."


class Replies:
    def __init__(self, connector: Connector, people: People, cards: Cards) -> None:
        self._connector = connector
        self._people = people
        self._cards = cards

    async def say(self, context: TurnContext, text: str) -> None:
        """A sentence of ours; it shows nobody's data."""
        await reply(context, message(text))

    async def answer(self, context: TurnContext, actor: Actor, made: Reply) -> None:
        """In the 1:1 conversation that this turn came from."""
        sent = await reply(context, activity_of(made))
        await self._record(actor, reference_of(context), sent, made)

    async def answer_in_channel(self, context: TurnContext, actor: Actor, made: Reply) -> None:
        """What a channel may read there; everything else in 1:1, and the channel is told so."""
        if made.public is not None:
            await self.say(context, made.public)
        elif made.card is None or made.kind in ("help", "welcome"):
            await reply(context, activity_of(made))
        else:
            await self.say(context, await self.answer_in_private(actor, made))

    async def answer_in_private(self, actor: Actor, made: Reply) -> str:
        """What was asked in a channel, in 1:1; what the channel is told of that."""
        try:
            place = to_reference(await self._people.reference(actor.member_id))
            payload = activity_of(made, origin=ASKED_IN_CHANNEL)
            sent = await self._connector.send(place, payload, patience=IN_TURN)
        except (NotFound, RecipientUnreachable):
            return ADD_ME
        await self._record(actor, place, sent, made)
        return ANSWERED_IN_PRIVATE

    async def replaced(self, context: TurnContext, actor: Actor, made: Reply) -> None:
        """Record what a card shows now that an invoke's answer has taken its place."""
        activity_id = context.activity.reply_to_id
        if activity_id:
            await self._record(actor, reference_of(context), activity_id, made)

    async def replace(self, context: TurnContext, actor: Actor, made: Reply) -> None:
        """For a client that pressed Action.Submit: update its card, or answer below it."""
        activity_id = context.activity.reply_to_id
        if activity_id and made.card is not None:
            try:
                await update(context, activity_id, activity_of(made))
            except ConnectorError:
                pass
            else:
                await self._record(actor, reference_of(context), activity_id, made)
                return
        await self.answer(context, actor, made)

    async def _record(self, actor: Actor, place: Reference, activity_id: str, made: Reply) -> None:
        if made.card is None or not activity_id:
            return
        await self._cards.record(
            actor.organization_id,
            actor.member_id,
            place.service_url,
            place.conversation_id,
            activity_id,
            shown(made),
        )


def shown(made: Reply) -> Shown:
    return Shown(made.kind, made.threads, made.people, made.facts)


def to_reference(view: ReferenceView) -> Reference:
    return Reference(
        service_url=view.service_url,
        conversation_id=view.conversation_id,
        tenant_id=view.tenant_id,
        bot_id=view.bot_id,
        user_id=view.user_id,
    )
