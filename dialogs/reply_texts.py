"""The texts of automatic replies: listed, written, removed."""

from __future__ import annotations

from core.errors import InvalidInput, NotAllowed
from core.mailboxes.views import MailboxView
from dialogs.cards.reply_texts import reply_texts_card
from dialogs.inputs import Inputs, number_of
from dialogs.mailboxes import mailbox_of
from dialogs.moves import Answer, Done, Element, Memory, Move, Question, Reply
from dialogs.runner import Dialog, Step
from dialogs.secrets import looks_like_secret
from dialogs.services import Services
from dialogs.turns import Turn

FIELDS = "{first name} is the sender's, {number} the thread's, {hours} your business hours."


async def replies(services: Services, turn: Turn, rest: str) -> Reply:
    return await _listed(services, turn, await own_mailbox(services, turn, rest))


async def list_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    view = await mailbox_of(services, turn, number_of(inputs, "mailbox"))
    return await _listed(services, turn, view)


async def remove_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    view = await mailbox_of(services, turn, number_of(inputs, "mailbox"))
    text_id = number_of(inputs, "reply", "reply_name")
    found = await services.reply_texts.texts(turn.actor, view.mailbox_id)
    name = next((text.name for text in found if text.text_id == text_id), None)
    if name is None:
        raise InvalidInput("reply_name")
    await services.reply_texts.remove(turn.actor, view.mailbox_id, name)
    return await _listed(services, turn, view, "Removed. A rule that sends it will pause.")


async def own_mailbox(services: Services, turn: Turn, rest: str) -> MailboxView:
    """The one that is named, or the only one. Raises NotFound, InvalidInput("mailbox")."""
    if rest:
        return await mailbox_of(services, turn, await services.mailboxes.find(turn.actor, rest))
    found = await services.mailboxes.mailboxes(turn.actor)
    if len(found) != 1:
        raise InvalidInput("mailbox", "which_mailbox" if found else "")
    return found[0]


async def save_line(services: Services, turn: Turn, view: MailboxView, line: str) -> Reply:
    """`Name: text`, saved. Raises NotAllowed, InvalidInput."""
    name, _, text = line.partition(":")
    return await _saved(services, turn, view, name.strip(), text.strip())


async def _saved(services: Services, turn: Turn, view: MailboxView, name: str, text: str) -> Reply:
    if looks_like_secret(text):
        raise InvalidInput("reply_text", "leaked")
    await services.reply_texts.save(turn.actor, view.mailbox_id, name, text)
    return await _listed(services, turn, view, "Saved.")


async def _listed(services: Services, turn: Turn, view: MailboxView, say: str = "") -> Reply:
    texts = await services.reply_texts.texts(turn.actor, view.mailbox_id)
    writes = turn.actor.is_admin or view.mailbox_id in turn.actor.leads
    card = reply_texts_card(view, texts, writes=writes, say=say)
    return Reply(card=card, kind="replies", facts={"mailbox": view.mailbox_id})


async def _ask_text(services: Services, turn: Turn, memory: Memory) -> Question:
    view = await mailbox_of(services, turn, memory["mailbox"])
    if not turn.actor.is_admin and view.mailbox_id not in turn.actor.leads:
        raise NotAllowed("lead")
    name: Element = {
        "type": "Input.Text",
        "id": "name",
        "label": "Its name, as rules say it",
        "placeholder": "Out of office",
        "maxLength": 64,
    }
    text: Element = {
        "type": "Input.Text",
        "id": "text",
        "label": "The text",
        "isMultiline": True,
        "maxLength": 4000,
    }
    return Question(
        "Write the text of an automatic reply",
        (name, text),
        submit="Save",
        hint=f"{FIELDS} Or type `Name: text`.",
    )


async def _take_text(services: Services, turn: Turn, memory: Memory, answer: Answer) -> Move:
    view = await mailbox_of(services, turn, memory["mailbox"])
    if answer.text:
        return Done(await save_line(services, turn, view, answer.text))
    name, text = answer.inputs.get("name", ""), answer.inputs.get("text", "")
    return Done(await _saved(services, turn, view, name, text))


WRITING_REPLY = Dialog(
    name="reply_text",
    first="text",
    steps={
        "text": Step(
            _ask_text,
            _take_text,
            "The text is sent as plain text, with nothing of the mail it answers.",
        )
    },
    may=lambda actor: actor.is_admin or bool(actor.leads),
    needs="lead",
    cancelled="Cancelled. No text was changed.",
)
