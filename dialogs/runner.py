"""Run dialogs: plain data between the turns, one open dialog a member.

An answer is claimed first, by compare-and-set on the dialog's version, so that of two
answers at once one does the step. A claim that was never finished (the process died in the
middle) runs out after CLAIM_SECONDS, and the step can be answered again. `cancel`, `back`
and `help` work at every step; any other command is simply run, and the dialog waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from core.conversations.open_dialogs import OpenDialog
from core.errors import ExternalError, NotAllowed, UserError
from core.people.views import Actor
from dialogs.cards.question import question_card
from dialogs.moves import Answer, Ask, Done, Memory, Move, Question, Reply, Stay
from dialogs.services import OpenDialogs, Services
from dialogs.turns import Turn
from dialogs.wording import BUSY, STALE, words

CLAIM_SECONDS = 30
_TRAIL, _CLAIMED = "trail", "claimed"

Asks = Callable[[Services, Turn, Memory], Awaitable[Question]]
Takes = Callable[[Services, Turn, Memory, Answer], Awaitable[Move]]


@dataclass(frozen=True, slots=True)
class Step:
    """`ask` draws the question from ids; `take` uses the answer and says what comes next."""

    ask: Asks
    take: Takes
    help: str


@dataclass(frozen=True, slots=True)
class Dialog:
    name: str
    first: str
    steps: Mapping[str, Step]
    may: Callable[[Actor], bool]
    needs: str
    """The role it is for."""
    cancelled: str
    """What is said when it is cancelled: what is kept, how to go on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the card that was answered stood."""

    dialog: str
    step: str
    version: int


class DialogRunner:
    def __init__(self, dialogs: tuple[Dialog, ...]) -> None:
        self._dialogs = {dialog.name: dialog for dialog in dialogs}

    async def begin(
        self,
        services: Services,
        turn: Turn,
        name: str,
        *,
        step: str | None = None,
        memory: Memory | None = None,
    ) -> Reply:
        """Open a dialog; if it is open already and no step is named, go on with it."""
        dialog = self._dialogs[name]
        if not dialog.may(turn.actor):
            raise NotAllowed(dialog.needs)
        standing = await services.open_dialogs.current(turn.actor)
        if step is None and standing is not None and standing.dialog == name:
            say = "You were here. `cancel` ends it."
            return await self._question(services, turn, dialog, standing, say)
        opened = await services.open_dialogs.begin(
            turn.actor, name, step or dialog.first, memory or {}
        )
        return await self._question(services, turn, dialog, opened)

    async def answer(
        self, services: Services, turn: Turn, answer: Answer, place: Place | None = None
    ) -> Reply | None:
        """Give an answer to the open dialog; None if there is none.

        `place` is what a card carried; a card of an earlier step answers nothing.
        """
        standing = await services.open_dialogs.current(turn.actor)
        dialog = self._dialogs.get(standing.dialog) if standing else None
        if standing is None or dialog is None or standing.step not in dialog.steps:
            return None
        if place is not None and place != Place(standing.dialog, standing.step, standing.version):
            return await self._question(services, turn, dialog, standing, STALE)
        if not dialog.may(turn.actor):
            await services.open_dialogs.close(turn.actor, standing.version)
            return Reply(text=words(NotAllowed(dialog.needs)))
        claimed = await _claim(services.open_dialogs, turn, standing)
        if claimed is None:
            return Reply(text=BUSY)
        return await self._take(services, turn, dialog, claimed, answer)

    async def back(self, services: Services, turn: Turn) -> Reply | None:
        standing = await services.open_dialogs.current(turn.actor)
        dialog = self._dialogs.get(standing.dialog) if standing else None
        if standing is None or dialog is None:
            return None
        memory = dict(standing.memory)
        trail = [step for step in memory.get(_TRAIL, []) if step in dialog.steps]
        if not trail:
            return await self._question(services, turn, dialog, standing, "This is the first step.")
        step = trail.pop()
        memory[_TRAIL] = trail
        memory.pop(_CLAIMED, None)
        moved = await _move(services.open_dialogs, turn, standing, step, memory)
        return await self._after(services, turn, dialog, moved)

    async def cancel(self, services: Services, turn: Turn) -> Reply | None:
        standing = await services.open_dialogs.current(turn.actor)
        if standing is None:
            return None
        await services.open_dialogs.close(turn.actor, standing.version)
        dialog = self._dialogs.get(standing.dialog)
        return Reply(text=dialog.cancelled if dialog else "Cancelled.")

    async def help(self, services: Services, turn: Turn) -> Reply | None:
        """What the open step is about, with its question again."""
        standing = await services.open_dialogs.current(turn.actor)
        dialog = self._dialogs.get(standing.dialog) if standing else None
        if standing is None or dialog is None or standing.step not in dialog.steps:
            return None
        say = dialog.steps[standing.step].help
        return await self._question(services, turn, dialog, standing, say)

    async def show(self, services: Services, turn: Turn) -> Reply | None:
        """The open question again."""
        standing = await services.open_dialogs.current(turn.actor)
        dialog = self._dialogs.get(standing.dialog) if standing else None
        if standing is None or dialog is None:
            return None
        return await self._question(services, turn, dialog, standing)

    async def _take(
        self, services: Services, turn: Turn, dialog: Dialog, claimed: OpenDialog, answer: Answer
    ) -> Reply:
        memory = {key: value for key, value in claimed.memory.items() if key != _CLAIMED}
        step, say = claimed.step, ""
        try:
            move = await dialog.steps[step].take(services, turn, dict(memory), answer)
        except (UserError, ExternalError) as error:
            move = Stay(words(error))
        except BaseException:
            await services.open_dialogs.change(turn.actor, claimed.version, step, memory)
            raise
        match move:
            case Done(reply):
                await services.open_dialogs.close(turn.actor, claimed.version)
                return reply
            case Stay(say):
                pass
            case Ask(step, kept, say):
                trail = [*memory.get(_TRAIL, []), claimed.step]
                memory = {**kept, _TRAIL: trail[-len(dialog.steps) :]}
        moved = await _move(services.open_dialogs, turn, claimed, step, memory)
        return await self._after(services, turn, dialog, moved, say)

    async def _after(
        self,
        services: Services,
        turn: Turn,
        dialog: Dialog,
        moved: OpenDialog | None,
        say: str = "",
    ) -> Reply:
        """Draw where the dialog stands; if another turn was quicker, where that left it."""
        if moved is None:
            return await self.show(services, turn) or Reply(text="That dialog is over.")
        return await self._question(services, turn, dialog, moved, say)

    async def _question(
        self,
        services: Services,
        turn: Turn,
        dialog: Dialog,
        standing: OpenDialog,
        say: str = "",
    ) -> Reply:
        """An error here means the dialog has lost its ground: it is closed and the error worded."""
        step = dialog.steps.get(standing.step)
        try:
            if step is None:
                raise NotAllowed(dialog.needs)
            question = await step.ask(services, turn, dict(standing.memory))
        except UserError as error:
            await services.open_dialogs.close(turn.actor, standing.version)
            return Reply(text=words(error))
        except ExternalError as error:
            return Reply(text=f"{words(error)} Say `back` or `cancel`, or answer again later.")
        made = question_card(
            question,
            dialog=dialog.name,
            step=standing.step,
            version=standing.version,
            can_go_back=bool(standing.memory.get(_TRAIL)),
            say=say,
        )
        return Reply(card=made, kind="dialog", people=question.people)


async def _claim(store: OpenDialogs, turn: Turn, standing: OpenDialog) -> OpenDialog | None:
    now = int(turn.now.timestamp())
    since = standing.memory.get(_CLAIMED)
    if isinstance(since, int) and now - since < CLAIM_SECONDS:
        return None
    memory = {**standing.memory, _CLAIMED: now}
    return await _move(store, turn, standing, standing.step, memory)


async def _move(
    store: OpenDialogs, turn: Turn, standing: OpenDialog, step: str, memory: Memory
) -> OpenDialog | None:
    if not await store.change(turn.actor, standing.version, step, memory):
        return None
    return OpenDialog(standing.dialog, step, memory, standing.version + 1)
