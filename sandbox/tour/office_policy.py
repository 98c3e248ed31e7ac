"""The office's policy, said in chat as an admin, a lead and each person would."""

from __future__ import annotations

from datetime import timedelta

from sandbox.tenant import User
from sandbox.tour.cards import words
from sandbox.tour.office_plan import BUSINESS_HOURS, CAPACITY, Shift
from sandbox.tour.stage import Stage

VACATION = timedelta(days=13)


async def say_when(stage: Stage, shifts: dict[str, Shift]) -> None:
    """Each person says when they work and where; who is on vacation says until when."""
    for user in stage.people:
        shift = shifts[user.id]
        await _says(stage, user, f"hours {shift.words} {shift.zone}", "Saved.")
        if shift.away:
            today = stage.clock().date()
            await _says(stage, user, f"vacation {today} to {today + VACATION}", "Away,")


async def set_policy(stage: Stage) -> None:
    """What the lead decides for the mailbox, before its first mail is assigned."""
    admin, address = stage.admin, stage.box.mailbox
    await _says(stage, admin, f"capacity {address} {CAPACITY}", "Saved.")
    await _says(stage, admin, f"business hours {address} {BUSINESS_HOURS}", "Saved.")
    card = await stage.ask(admin, f"policy {address}")
    await stage.press(admin, card, "Save", {"hand_back": "pool"})
    said = words(stage.standing(admin, card))
    stage.checks.true("the form of the policy saves what is handed back", "Saved." in said, said)


async def _says(stage: Stage, user: User, text: str, answer: str) -> None:
    said = words(await stage.ask(user, text))
    stage.checks.true(f"`{text}` is understood", answer in said, said[:200])
