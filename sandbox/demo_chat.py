"""The demo's chat: a terminal for every member, with mail trickling in."""

from __future__ import annotations

import asyncio
import random
import sys

from rich.console import Console

from sandbox.microsoft365 import Microsoft365
from sandbox.teams.chats import Conversation
from sandbox.teams.reading import ReadLine, lines_from
from sandbox.teams.terminal import Terminal
from sandbox.tour.scene import Scene

FIRST_MAIL = 15.0
NEXT_MAIL = (30.0, 90.0)
"""Seconds."""

HOW_TO = """
[bold]Postroom is running.[/] This terminal is Microsoft Teams; type as if to the bot:
  queue       your open threads, as a card; a number presses that button of the newest card
  take 12     make a thread yours; also: done 12, why 12, assign 12 to {colleague}
  report      figures of the mailbox
  next        take a thread that waits; unassigned shows them
  rules       a rule that was made for you to try: rules try 1
  help        all that can be said to Postroom
  /as {colleague}   become a colleague; /help says what else this terminal can do
  /exchange   be the Exchange administrator who runs the lines that a card shows,
              such as those of allow replies
New mail arrives now and then. Ctrl-C ends it all; the next start carries on.
"""


async def chat(scene: Scene, channel: Conversation, console: Console, ended: asyncio.Event) -> None:
    """Until the person leaves. Where nobody is at the keyboard, until `ended`."""
    colleague = scene.people[min(1, len(scene.people) - 1)].given_name
    console.print(HOW_TO.format(colleague=colleague))
    arriving = asyncio.create_task(_trickle(scene.box))
    try:
        async with lines_from() as read_line:
            reader = _Patient(read_line, ended)
            terminal = Terminal(
                scene.client,
                scene.people,
                reader,
                channel=channel,
                run_lines=scene.box.run_in_exchange,
            )
            await terminal.run()
    finally:
        arriving.cancel()


class _Patient:
    """Reads lines; started without a keyboard and without any line, it waits for the end."""

    def __init__(self, read_line: ReadLine, ended: asyncio.Event) -> None:
        self._read_line = read_line
        self._ended = ended
        self._is_silent = not sys.stdin.isatty()

    async def __call__(self, prompt: str) -> str | None:
        line = await self._read_line(prompt)
        if line is None and self._is_silent:
            await self._ended.wait()
        self._is_silent = False
        return line


async def _trickle(box: Microsoft365) -> None:
    """The mail held back, one by one."""
    wait = FIRST_MAIL
    while True:
        await asyncio.sleep(wait)
        if not box.mail.deliver_held(box.mailbox, 1):
            return
        wait = random.uniform(*NEXT_MAIL)
