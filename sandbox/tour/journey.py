"""The journey: its steps in order, each timed, each saying what it checked."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
from rich.table import Table

from core.errors import PostroomError
from sandbox.browser import Stuck
from sandbox.postroom import Serve
from sandbox.teams.buttons import NoSuchButton
from sandbox.teams.endpoint import BotRefused
from sandbox.teams.inputs import InputRefused
from sandbox.tour.arriving import arrive, turn_away
from sandbox.tour.checks import Checks
from sandbox.tour.closing import close
from sandbox.tour.display import Display
from sandbox.tour.figures import Figures, figures
from sandbox.tour.first_sync import first_sync
from sandbox.tour.new_mail import new_mail
from sandbox.tour.office import Office
from sandbox.tour.office_figures import OfficeFigures, day_table
from sandbox.tour.office_plan import CAPACITY
from sandbox.tour.onboarding import onboard, refuse_no_address
from sandbox.tour.options import TourOptions
from sandbox.tour.outlook import answer_in_outlook
from sandbox.tour.outsiders import keep_out
from sandbox.tour.reporting import report
from sandbox.tour.stage import CannotPlay, Stage, set_up
from sandbox.tour.summary import figures_table, print_json, print_summary
from sandbox.tour.waiting import NotInTime
from sandbox.tour.working import ask_why, pass_on_and_finish, put_back_and_take

Play = Callable[[Stage], Awaitable[None]]

STEPS: tuple[tuple[str, str, Play], ...] = (
    ("install", "People add Postroom in Teams", arrive),
    ("guest", "A guest is turned away", turn_away),
    ("address", "What is no address is refused", refuse_no_address),
    ("onboard", "The admin onboards the mailbox", onboard),
    ("first_sync", "First sync", first_sync),
    ("new_mail", "New mail arrives", new_mail),
    ("why", "A member looks at their queue and asks why", ask_why),
    ("take", "Threads are put back and taken", put_back_and_take),
    ("finish", "A thread is passed on, finished, reopened", pass_on_and_finish),
    ("outlook", "Members answer in Outlook", answer_in_outlook),
    ("report", "The lead asks for the report", report),
    ("outsiders", "Others find nothing", keep_out),
    ("closing", "Everything is told and counted", close),
)
"""(name in the figures, heading, what is played)."""

STOPS = (
    aiohttp.ClientError,
    BotRefused,
    InputRefused,
    LookupError,
    NoSuchButton,
    NotInTime,
    PostroomError,
    Stuck,
    TimeoutError,
    ValueError,
)
"""What a step may run into: the journey cannot go on, and the reason is a failed check."""


@dataclass(slots=True)
class _Outcome:
    seconds: dict[str, float] = field(default_factory=dict)
    transcript: str = ""
    figures: Figures | OfficeFigures | None = None
    tables: tuple[Table, ...] = ()


async def run(options: TourOptions, serve: Serve) -> int:
    """Play the tour; 0 if every step did what it should, 1 if not, 2 if it could not begin."""
    checks, outcome = Checks(), _Outcome()
    try:
        with Display(checks) as display:
            await _play(options, serve, checks, outcome, display)
    except CannotPlay as reason:
        print(f"The tour cannot be played: {reason}.", file=sys.stderr)
        return 2
    print_summary(outcome.transcript, checks, outcome.tables)
    if options.json and outcome.figures is not None:
        print_json(outcome.figures)
    return 0 if checks.ok else 1


async def _play(
    options: TourOptions, serve: Serve, checks: Checks, outcome: _Outcome, display: Display
) -> None:
    began = time.monotonic()
    display.step("start", "Sandbox and Postroom start")
    office = Office() if options.policy == "office" else None
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(set_up(options, serve, checks))
        if office is not None:
            await stack.enter_async_context(office.watch.running())
        outcome.seconds["start"] = time.monotonic() - began
        display.watch(stage)
        for name, heading, play in STEPS if office is None else office.steps():
            checks.step = name
            stage.transcript.heading(heading)
            display.step(name, heading)
            began = time.monotonic()
            went_on = await _step(stage, play)
            outcome.seconds[name] = time.monotonic() - began
            if not went_on:
                display.say(f"The log is kept: {stage.log_file}")
                break
        outcome.transcript = stage.transcript.text()
        if office is not None:
            outcome.figures = await office.figures(stage, outcome.seconds, ok=checks.ok)
            outcome.tables = (day_table(office.moments, CAPACITY),)
        else:
            outcome.figures = found = await figures(stage, outcome.seconds, ok=checks.ok)
            outcome.tables = (figures_table(found),)


async def _step(stage: Stage, play: Play) -> bool:
    try:
        await play(stage)
    except STOPS as error:
        stage.checks.fail("the step came to its end", f"{type(error).__name__}: {error}")
        return False
    return True
