"""Deliver the outbox's messages for Teams: post cards, and draw posted ones again.

Cards are drawn when they are sent, for the rights their reader has then. A person who cannot
be written to is marked unreachable, and the error goes on to the outbox, which gives up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from bot.connector import Connector
from bot.ports import Cards
from bot.references import Reference
from bot.rendering import activity_of
from bot.replies import shown, to_reference
from core.clock import Clock
from core.errors import ConnectorError, NotAllowed, NotFound, RecipientUnreachable
from core.mail.models import ThreadState
from core.outbox.posted import Posted
from core.people.views import Actor
from dialogs.assignment import queue_reply, thread_reply, unassigned_reply
from dialogs.bulk import bulk_reply
from dialogs.cards.channel import channel_reply
from dialogs.cards.lists import queue_card
from dialogs.cards.mailboxes import progress_card
from dialogs.cards.notices import notice_card
from dialogs.cards.thread import gone_card
from dialogs.lists import KINDS as LISTS
from dialogs.lists import list_reply
from dialogs.moves import Reply
from dialogs.news import NEWS
from dialogs.notes import notes_reply
from dialogs.notices import notice_reply
from dialogs.rules_try import trial_reply
from dialogs.services import Services
from dialogs.turns import Turn

Handler = Callable[[Mapping[str, Any], int], Awaitable[None]]
"""Gets an outbox message's facts and its organization's id."""

FLOOD = 20
"""Single cards to one member within FLOOD_TIME; what comes then is one digest."""
FLOOD_TIME = timedelta(minutes=10)
NUMBERS_ONLY = frozenset({"bulk"})
"""Cards that show threads' numbers and nothing that changes with a thread."""

log = structlog.get_logger(__name__)


class Notifier:
    def __init__(self, services: Services, connector: Connector, cards: Cards, now: Clock) -> None:
        self._services = services
        self._connector = connector
        self._cards = cards
        self._now = now

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "thread_notice": self.thread_notice,
            "thread_news": self.thread_news,
            "thread_card": self.thread_card,
            "channel_news": self.channel_news,
            "overdue_notice": self.overdue_notice,
            "queue_notice": self.queue_notice,
            "progress": self.progress,
            "trial": self.trial,
            "bulk_card": self.bulk_card,
            "notice": self.notice,
        }

    async def thread_notice(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """A thread was given to somebody: its card, or the digest if many come at once."""
        actor = await self._reader(facts["member_id"], organization_id)
        if actor is None:
            return
        try:
            view = await self._services.threads.thread(actor, facts["thread_id"])
        except NotFound:
            return
        if view.assignee_id != actor.member_id or view.state is ThreadState.DONE:
            return
        if await self._floods(actor):
            await self._digest(actor)
        else:
            await self._post(
                actor, await thread_reply(self._services, self._turn(actor), view.thread_id)
            )

    async def thread_news(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """Something happened that this member wants to hear of: the card with a sentence."""
        actor = await self._reader(facts["member_id"], organization_id)
        news = NEWS.get(str(facts["code"]))
        if actor is None or news is None:
            return
        try:
            view = await self._services.threads.thread(actor, facts["thread_id"])
        except NotFound:
            return
        if not news.still_true(view):
            return
        turn = self._turn(actor)
        if await self._floods(actor) and news.digest in LISTS:
            made = await list_reply(self._services, turn, news.digest, say="Much has happened.")
            await self._renew(actor, made)
        elif await self._floods(actor):
            await self._digest(actor)
        else:
            await self._post(
                actor, await thread_reply(self._services, turn, view.thread_id, news.words)
            )

    async def thread_card(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """A thread changed: every posted card that shows it is drawn again."""
        for posted in await self._cards.showing(facts["thread_id"]):
            if posted.organization_id == organization_id:
                await self._redraw(posted, facts["thread_id"])

    async def channel_news(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """A rule tells the mailbox's channel of a thread; refused there, the channel is let go."""
        mailbox_id = facts["mailbox_id"]
        news = await self._services.channels.news(mailbox_id, facts["thread_id"], facts["rule_id"])
        if news.organization_id != organization_id:
            return
        place, made = news.place, channel_reply(news)
        there = Reference(place.service_url, place.conversation_id, place.tenant_id, place.bot_id)
        try:
            activity_id = await self._connector.send(there, activity_of(made))
        except (RecipientUnreachable, ConnectorError) as error:
            if isinstance(error, ConnectorError) and error.status not in (403, 404):
                raise
            await self._services.channels.refused(mailbox_id, place)
            return
        if activity_id:
            await self._cards.record(
                organization_id,
                None,
                place.service_url,
                place.conversation_id,
                activity_id,
                shown(made),
            )

    async def overdue_notice(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """Many threads of a mailbox are late at once: one card with all that is overdue."""
        actor = await self._reader(facts["member_id"], organization_id)
        if actor is None:
            return
        made = await list_reply(
            self._services, self._turn(actor), "overdue", say="Several threads have become late."
        )
        if made.threads:
            await self._post(actor, made)

    async def queue_notice(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """A backlog reached somebody: one card with all of it, page by page."""
        actor = await self._reader(facts["member_id"], organization_id)
        if actor is None:
            return
        made = await queue_reply(
            self._services, self._turn(actor), say="These are yours from now on."
        )
        if made.threads:
            await self._post(actor, made)

    async def progress(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """How far a first sync is: one card that changes, and in the end is the summary."""
        actor = await self._reader(facts["member_id"], organization_id)
        mailbox_id = facts["mailbox_id"]
        if actor is None or not (actor.is_admin or mailbox_id in actor.mailboxes):
            return
        view = await self._services.mailboxes.progress(mailbox_id)
        made = Reply(
            card=progress_card(view),
            kind="progress",
            people=tuple(i for i in view.named if i != actor.member_id),
            facts={"mailbox": mailbox_id},
        )
        posted = await self._cards.newest(actor.member_id, "progress", mailbox=mailbox_id)
        if posted is None or not await self._update(posted, actor, made):
            await self._post(actor, made)

    async def trial(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """How far a rule's trial is: one card that changes, and in the end says what was found."""
        actor = await self._reader(facts["member_id"], organization_id)
        if actor is None:
            return
        trial_id = facts["trial_id"]
        made = await self._trial(self._turn(actor), trial_id)
        if made.kind == "gone":
            return
        posted = await self._cards.newest(actor.member_id, "trial", trial=trial_id)
        if posted is None or not await self._update(posted, actor, made):
            await self._post(actor, made)

    async def bulk_card(self, facts: Mapping[str, Any], organization_id: int) -> None:
        """How far a bulk change is: on the card that began it."""
        actor = await self._reader(facts["member_id"], organization_id)
        if actor is None:
            return
        try:
            made = await bulk_reply(self._services, self._turn(actor), facts["bulk_id"])
        except NotFound:
            return
        posted = await self._cards.newest(actor.member_id, "bulk", bulk=facts["bulk_id"])
        if posted is None or not await self._update(posted, actor, made):
            await self._post(actor, made)

    async def notice(self, facts: Mapping[str, Any], organization_id: int) -> None:
        actor = await self._reader(facts["member_id"], organization_id)
        made = await notice_reply(self._services, actor, facts) if actor else None
        if actor is not None and made is not None:
            await self._post(actor, made)

    async def _digest(self, actor: Actor) -> None:
        page = await self._services.threads.queue(actor)
        title = f"Much has arrived: {page.total:,} open threads are yours"
        made = Reply(
            card=queue_card(page, now=self._now(), title=title),
            kind="digest",
            threads=tuple(row.thread_id for row in page.rows),
            facts={"page": 1},
        )
        await self._renew(actor, made)

    async def _floods(self, actor: Actor) -> bool:
        since = self._now() - FLOOD_TIME
        return await self._cards.count(actor.member_id, ("thread",), since) >= FLOOD

    async def _renew(self, actor: Actor, made: Reply) -> None:
        """Update the list that was posted lately, or post it."""
        since = self._now() - FLOOD_TIME
        posted = await self._cards.newest(actor.member_id, made.kind, since=since)
        if posted is None or not await self._update(posted, actor, made):
            await self._post(actor, made)

    async def _redraw(self, posted: Posted, thread_id: int) -> None:
        """A card that Teams no longer has is forgotten; its reader may be gone, too."""
        if posted.member_id is None or posted.kind in NUMBERS_ONLY:
            return
        actor = await self._services.people.actor_of(posted.member_id)
        if actor is None:
            return
        made = await self._drawn_again(posted, actor, thread_id)
        try:
            await self._update(posted, actor, made)
        except RecipientUnreachable:
            log.info("card not redrawn", member_id=posted.member_id)

    async def _drawn_again(self, posted: Posted, actor: Actor, thread_id: int) -> Reply:
        turn = self._turn(actor)
        page = posted.facts.get("page", 1)
        match posted.kind:
            case "queue" | "digest":
                made = await queue_reply(self._services, turn, page)
                return Reply(
                    card=made.card, kind=posted.kind, threads=made.threads, facts=made.facts
                )
            case "unassigned":
                return await unassigned_reply(self._services, turn, page)
            case kind if kind in LISTS:
                return await list_reply(self._services, turn, kind, page)
            case "trial":
                return await self._trial(turn, posted.facts["trial"])
            case _:
                draw = notes_reply if posted.kind == "notes" else thread_reply
                try:
                    return await draw(self._services, turn, thread_id)
                except NotFound:
                    return Reply(card=gone_card(thread_id), kind="gone")

    async def _trial(self, turn: Turn, trial_id: int) -> Reply:
        """Where it is no longer theirs to see, a card that says so."""
        try:
            view = await self._services.rules.trials.trial(turn.actor, trial_id)
        except (NotFound, NotAllowed):
            return Reply(card=notice_card("This trial is gone", "Try it again."), kind="gone")
        return trial_reply(turn, view)

    async def _reader(self, member_id: int, organization_id: int) -> Actor | None:
        actor = await self._services.people.actor_of(member_id)
        if actor is None or actor.organization_id != organization_id:
            return None
        return actor

    async def _post(self, actor: Actor, made: Reply) -> None:
        place = await self._place(actor)
        try:
            activity_id = await self._connector.send(place, activity_of(made))
        except RecipientUnreachable as error:
            await self._services.people.unreachable(actor.member_id, error.code)
            raise
        await self._record(actor, place, activity_id, made)

    async def _update(self, posted: Posted, actor: Actor, made: Reply) -> bool:
        """False where the activity is gone from Teams; then it is forgotten."""
        place = await self._place(actor)
        there = Reference(
            service_url=place.service_url,
            conversation_id=posted.conversation_id,
            tenant_id=place.tenant_id,
            bot_id=place.bot_id,
            user_id=place.user_id,
        )
        try:
            await self._connector.update(there, posted.activity_id, activity_of(made))
        except RecipientUnreachable as error:
            await self._services.people.unreachable(actor.member_id, error.code)
            raise
        except ConnectorError as error:
            if error.status not in (403, 404):
                raise
            await self._cards.forget(posted.conversation_id, posted.activity_id)
            return False
        await self._record(actor, there, posted.activity_id, made)
        return True

    async def _record(self, actor: Actor, place: Reference, activity_id: str, made: Reply) -> None:
        if activity_id:
            await self._cards.record(
                actor.organization_id,
                actor.member_id,
                place.service_url,
                place.conversation_id,
                activity_id,
                shown(made),
            )

    async def _place(self, actor: Actor) -> Reference:
        try:
            return to_reference(await self._services.people.reference(actor.member_id))
        except NotFound:
            raise RecipientUnreachable("no_conversation", actor.member_id) from None

    def _turn(self, actor: Actor) -> Turn:
        return Turn(actor=actor, now=self._now())
