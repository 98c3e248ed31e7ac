"""The commands and buttons that open, answer and end dialogs."""

from __future__ import annotations

from core.errors import InvalidInput
from core.mailboxes.models import MailboxState
from dialogs.allowing import picked
from dialogs.availability import back
from dialogs.bulk import answer_typed
from dialogs.cards.elements import card, text_block
from dialogs.cards.welcome import Help, help_card, welcome_card
from dialogs.inputs import Inputs, number_of, texts_of
from dialogs.mailboxes import mailbox_of, named_mailbox
from dialogs.moves import Answer, Memory, Reply
from dialogs.reply_texts import own_mailbox, save_line
from dialogs.runner import DialogRunner, Place
from dialogs.secrets import looks_like_secret
from dialogs.services import Services
from dialogs.turns import Turn
from dialogs.wording import BUSY, LEAKED

NOTHING_OPEN = "Nothing is open. `help` says what you can say."
_BEFORE_PROOF = ("address", "kind", "from", "consent", "wider", "waiting")


class Talks:
    def __init__(self, runner: DialogRunner) -> None:
        self._runner = runner

    async def onboard(self, services: Services, turn: Turn, rest: str) -> Reply:
        return await self._runner.begin(services, turn, "onboarding")

    async def offboard(self, services: Services, turn: Turn, rest: str) -> Reply:
        if not rest:
            return await self._runner.begin(services, turn, "offboarding")
        mailbox_id = await named_mailbox(services, turn, rest)
        return await self._runner.begin(
            services, turn, "offboarding", step="data", memory={"mailbox": mailbox_id}
        )

    async def allow(self, services: Services, turn: Turn, rest: str) -> Reply:
        memory = await picked(services, turn, rest)
        return await self._runner.begin(services, turn, "allowing", step="yes", memory=memory)

    async def write_reply(self, services: Services, turn: Turn, rest: str) -> Reply:
        """`reply text` asks for it, `reply text Thanks: Dear …` is all of it."""
        if ":" in rest and "@" not in rest.partition(":")[0]:
            view = await own_mailbox(services, turn, "")
            return await save_line(services, turn, view, rest)
        view = await own_mailbox(services, turn, rest)
        return await self._write_reply(services, turn, view.mailbox_id)

    async def write_reply_button(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        view = await mailbox_of(services, turn, number_of(inputs, "mailbox"))
        return await self._write_reply(services, turn, view.mailbox_id)

    async def _write_reply(self, services: Services, turn: Turn, mailbox_id: int) -> Reply:
        return await self._runner.begin(
            services, turn, "reply_text", step="text", memory={"mailbox": mailbox_id}
        )

    async def cancel(self, services: Services, turn: Turn, rest: str) -> Reply:
        """What was asked last: a change of many threads that was counted, or a dialog."""
        left = await answer_typed(services, turn, "cancel")
        return left or await self._cancel(services, turn)

    async def _cancel(self, services: Services, turn: Turn) -> Reply:
        return await self._runner.cancel(services, turn) or Reply(text=NOTHING_OPEN)

    async def back(self, services: Services, turn: Turn, rest: str) -> Reply:
        """One step back; where nothing is asked, the person is back at work."""
        return await self._runner.back(services, turn) or await back(services, turn, rest)

    async def help(self, services: Services, turn: Turn, told: Help) -> Reply:
        """Of the open step, if there is one; else what the person may say."""
        if turn.private:
            reply = await self._runner.help(services, turn)
            if reply is not None:
                return reply
        return Reply(card=help_card(told, services.links.privacy), kind="help")

    async def hello(self, services: Services, turn: Turn, rest: str) -> Reply:
        return welcome_reply(services, turn)

    async def typed(self, services: Services, turn: Turn, text: str) -> Reply | None:
        """What is no command answers what was asked last; None if nothing was."""
        reply = await answer_typed(services, turn, text)
        if reply is not None:
            return reply
        reply = await self._runner.answer(services, turn, Answer(text=text))
        if reply is None and looks_like_secret(text):
            return Reply(text=LEAKED)
        return reply

    async def answer_button(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        answer = Answer(inputs=texts_of(inputs))
        reply = await self._runner.answer(services, turn, answer, _place(inputs))
        return _in_place(reply or Reply(text=NOTHING_OPEN))

    async def back_button(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        return _in_place(await self._runner.back(services, turn) or Reply(text=NOTHING_OPEN))

    async def cancel_button(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        return _in_place(await self._cancel(services, turn))

    async def help_button(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        return _in_place(await self._runner.help(services, turn) or Reply(text=NOTHING_OPEN))

    async def go_on_button(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        """From a notice: go on with onboarding where Microsoft or a person had to act."""
        view = await mailbox_of(services, turn, number_of(inputs, "mailbox"))
        standing = await services.open_dialogs.current(turn.actor)
        memory: Memory = {"mailbox": view.mailbox_id}
        if standing is not None and standing.memory.get("mailbox") == view.mailbox_id:
            if standing.step not in _BEFORE_PROOF:
                return await self._runner.begin(services, turn, standing.dialog)
            memory = dict(standing.memory)
        if view.kind is None:
            return await self._runner.begin(
                services, turn, "onboarding", step="consent", memory=memory
            )
        await self._runner.begin(services, turn, "onboarding", step="waiting", memory=memory)
        made = await self._runner.answer(services, turn, Answer())
        return _in_place(made or Reply(text=NOTHING_OPEN))

    async def consent_button(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        """Consent again to a mailbox whose grant is gone; while it is onboarded, go on there."""
        view = await mailbox_of(services, turn, number_of(inputs, "mailbox"))
        if view.state is not MailboxState.NEEDS_CONSENT:
            return await self.go_on_button(services, turn, inputs)
        return await self._runner.begin(
            services, turn, "consenting", step="consent", memory={"mailbox": view.mailbox_id}
        )

    async def offboard_button(self, services: Services, turn: Turn, inputs: Inputs) -> Reply:
        view = await mailbox_of(services, turn, number_of(inputs, "mailbox"))
        return await self._runner.begin(
            services, turn, "offboarding", step="data", memory={"mailbox": view.mailbox_id}
        )


def welcome_reply(services: Services, turn: Turn) -> Reply:
    made = welcome_card(
        services.links.privacy,
        has_mailboxes=bool(turn.actor.mailboxes),
        is_admin=turn.actor.is_admin,
    )
    return Reply(card=made, kind="welcome")


def _in_place(reply: Reply) -> Reply:
    """A dialog's last words take the place of its card, so that no button is left to press."""
    if reply.card is not None or reply.text in (None, BUSY):
        return reply
    return Reply(card=card([text_block(str(reply.text))], says="Done"), kind="notice")


def _place(inputs: Inputs) -> Place:
    dialog, step = inputs.get("dialog"), inputs.get("step")
    if not isinstance(dialog, str) or not isinstance(step, str):
        raise InvalidInput("answer")
    return Place(dialog, step, number_of(inputs, "at", "answer"))
