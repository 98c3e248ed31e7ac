"""Change many threads at once: counted on a card first, then done, then perhaps undone."""

from __future__ import annotations

from core.errors import NotFound
from core.threads.bulk_reading import BulkVerb, BulkWish, read_bulk
from core.threads.bulk_views import BulkOrder, BulkView
from dialogs.cards.bulk import bulk_card
from dialogs.cards.notices import notice_card
from dialogs.inputs import Inputs, number_of
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import Turn

LEFT = "Nothing was changed."
_YES, _NO = frozenset({"yes", "do it"}), frozenset({"no", "cancel"})


async def assign_all(services: Services, turn: Turn, rest: str) -> Reply:
    """`assign all unassigned from @fabrikam.com to Ada`."""
    return await _preview(services, turn, read_bulk(BulkVerb.ASSIGN, rest))


async def done_all(services: Services, turn: Turn, rest: str) -> Reply:
    return await _preview(services, turn, read_bulk(BulkVerb.DONE, rest))


async def release_all(services: Services, turn: Turn, rest: str) -> Reply:
    return await _preview(services, turn, read_bulk(BulkVerb.RELEASE, rest))


async def snooze_all(services: Services, turn: Turn, rest: str) -> Reply:
    return await _preview(services, turn, read_bulk(BulkVerb.SNOOZE, rest))


async def tag_all(services: Services, turn: Turn, rest: str) -> Reply:
    return await _preview(services, turn, read_bulk(BulkVerb.TAG, rest))


async def undo(services: Services, turn: Turn, rest: str) -> Reply:
    return _reply(turn, await services.bulk.undo(turn.actor))


async def do_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return _reply(turn, await services.bulk.begin(turn.actor, number_of(inputs, "bulk")))


async def show_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await bulk_reply(services, turn, number_of(inputs, "bulk"))


async def undo_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return _reply(turn, await services.bulk.undo(turn.actor, number_of(inputs, "bulk")))


async def drop_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    await services.bulk.drop(turn.actor, number_of(inputs, "bulk"))
    return Reply(card=notice_card(LEFT), kind="notice")


async def bulk_reply(services: Services, turn: Turn, bulk_id: int) -> Reply:
    """Its card as it stands. Raises NotFound for another's."""
    return _reply(turn, await services.bulk.show(turn.actor, bulk_id))


async def answer_typed(services: Services, turn: Turn, text: str) -> Reply | None:
    """`yes` or `no` to the newest preview, unless something was asked since; None: it is none."""
    said = text.casefold().strip(" .!")
    if said not in _YES | _NO:
        return None
    standing = await services.open_dialogs.current(turn.actor)
    bulk_id = await services.bulk.pending(turn.actor, standing.asked_at if standing else None)
    if bulk_id is None:
        return None
    if said in _YES:
        return _reply(turn, await services.bulk.begin(turn.actor, bulk_id))
    await services.bulk.drop(turn.actor, bulk_id)
    return Reply(card=notice_card(LEFT), kind="notice")


async def _preview(services: Services, turn: Turn, wish: BulkWish) -> Reply:
    if not turn.actor.mailboxes:  # before any name is looked up: strangers learn none
        raise NotFound("thread")
    order = await _order(services, turn, wish)
    return _reply(turn, await services.bulk.preview(turn.actor, order))


async def _order(services: Services, turn: Turn, wish: BulkWish) -> BulkOrder:
    """The wish with people and the mailbox looked up; raises where there is none."""
    where, verb = wish.where, wish.verb
    mailbox_id = None
    if where.mailbox is not None:
        mailbox_id = await services.mailboxes.find(turn.actor, where.mailbox)
    return BulkOrder(
        verb,
        unassigned=bool(where.unassigned),
        sender=where.sender,
        person_id=await _person(services, turn, where.person),
        tagged=where.tagged,
        older_than_hours=where.older_than_hours,
        mailbox_id=mailbox_id,
        to_id=await _person(services, turn, wish.what) if verb is BulkVerb.ASSIGN else None,
        until=wish.what if verb is BulkVerb.SNOOZE else None,
        tag=wish.what if verb is BulkVerb.TAG else None,
    )


async def _person(services: Services, turn: Turn, said: str | None) -> int | None:
    if said is None:
        return None
    if said.casefold() in ("me", "myself", "my own"):
        return turn.actor.member_id
    return (await services.people.find(turn.actor, said)).member_id


def _reply(turn: Turn, view: BulkView) -> Reply:
    named = {view.to_id} - {None, turn.actor.member_id}
    return Reply(
        card=bulk_card(view, now=turn.now),
        kind="bulk",
        threads=view.first,
        people=tuple(i for i in named if i is not None),
        facts={"bulk": view.bulk_id},
    )
