"""A chat with the bot in a terminal: the simulated Teams client, driven by a person's typing."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from rich.console import Console
from rich.text import Text

from sandbox.teams.buttons import NoSuchButton
from sandbox.teams.card_answers import Pressed
from sandbox.teams.chats import Conversation, base_id
from sandbox.teams.client import TeamsClient
from sandbox.teams.endpoint import BotRefused
from sandbox.teams.history import Activity, Received
from sandbox.teams.inputs import Input, InputRefused, inputs_of
from sandbox.teams.numbering import CardNumbers
from sandbox.teams.reading import ReadLine
from sandbox.teams.screen import draw
from sandbox.teams.text import one_line, plain
from sandbox.tenant import User

HELP = """\
Type text to talk to the bot.
3           press button 3 of the newest card; 2.3 presses button 3 of card 2
/say 3      say "3" instead of pressing a button
/open 3     show the link behind button 3 (or 2.3)
/as Ada     become another person; /people lists them
/add        add the app for oneself, as from the Teams store; /remove takes it away
/channel    talk in the team's channel (the bot is mentioned for you); /chat goes back to 1:1
/card 2     draw card 2 again
/exchange   run the lines for Exchange that stand on a card, as its administrator would
/help, /quit (or Ctrl-D)"""
_ROLE = re.compile(r"New-ManagementRoleAssignment [^']*-Role '([A-Za-z. ]+)'")
RECENT = 6
"""Messages of the history shown to someone who takes over."""


class Terminal:
    """`run` returns when the person leaves. Cards are numbered as they come, for each person."""

    def __init__(
        self,
        client: TeamsClient,
        users: Sequence[User],
        read_line: ReadLine,
        console: Console | None = None,
        channel: Conversation | None = None,
        run_lines: Callable[[Sequence[str]], None] | None = None,
    ) -> None:
        """`run_lines` gives roles in Exchange, where there is one to give them."""
        self._client = client
        self._users = list(users)
        self._read_line = read_line
        self._console = console or Console(highlight=False)
        self._channel = channel
        self._run_lines = run_lines
        self._me = self._users[0]
        self._in_channel = False
        self._numbers = CardNumbers(client.service.history.message)
        self._commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "/say": self._say,
            "/open": self._open,
            "/as": self._become,
            "/people": self._people,
            "/add": self._add,
            "/remove": self._remove,
            "/channel": self._enter_channel,
            "/chat": self._enter_chat,
            "/card": self._draw_again,
            "/exchange": self._run_in_exchange,
            "/help": self._help,
        }

    async def run(self) -> None:
        listeners = self._client.service.history.listeners
        listeners.append(self._hear)
        try:
            self._note(f"You are {one_line(self._me.name)}. /help says what to type.")
            self._show_history()
            while (line := await self._read_line(self._prompt())) is not None:
                line = line.strip()
                if line == "/quit":
                    return
                if line:
                    await self._obey(line)
        finally:
            listeners.remove(self._hear)

    async def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        try:
            if word in self._commands:
                await self._commands[word](rest.strip())
            elif word.startswith("/"):
                self._note("There is no such command; /help lists them.")
            elif self._numbers.names_a_button(self._me.id, line):
                await self._press(line)
            else:
                await self._say(line)
        except InputRefused as refused:
            for name, why in refused.problems.items():
                self._note(f"{name}: {why}")
        except NoSuchButton:
            self._note("There is no such button.")
        except BotRefused as refused:
            self._note(f"Unable to reach the app: it answered {refused.status}.")
        except (aiohttp.ClientError, TimeoutError):
            self._note("Unable to reach the app.")

    async def _say(self, text: str) -> None:
        if self._in_channel and self._channel is not None:
            await self._client.say_in_channel(self._me, self._channel, text)
        elif text:
            await self._client.say(self._me, text)

    async def _press(self, number: str) -> None:
        activity, button = self._numbers.button(self._me.id, number)
        inputs: dict[str, str] = {}
        if button.type != "Action.OpenUrl":
            for field in inputs_of(button):
                value = await self._ask(field)
                if value is None:
                    self._note("Not sent.")
                    return
                inputs[field.id] = value
        pressed = await self._client.press(self._me, activity, button, inputs)
        self._show_outcome(pressed)

    async def _ask(self, field: Input) -> str | None:
        """An answer the card allows, or None when the person gives up with an empty Ctrl-D."""
        hint = field.default
        if field.choices:
            for number, (title, value) in enumerate(field.choices, 1):
                self._note(f"  {number}. {one_line(title)}")
                hint = str(number) if value == field.default else hint
        suffix = f" [{one_line(hint)}]" if hint else ""
        while True:
            answer = await self._read_line(f"{one_line(field.label)}{suffix}: ")
            if answer is None:
                return None
            value = _chosen(field, answer.strip()) or field.default
            problem = field.problem(value)
            if problem is None:
                return value
            self._note(problem)

    async def _open(self, number: str) -> None:
        _, button = self._numbers.button(self._me.id, number)
        url = button.action.get("url") or button.action.get("value")
        is_link = isinstance(url, str) and url.startswith(("https://", "http://"))
        self._note(one_line(url) if is_link else "That button opens no link.")

    async def _become(self, name: str) -> None:
        wanted = name.casefold()
        named = [user for user in self._users if wanted and wanted in user.name.casefold()]
        exact = [user for user in named if user.given_name.casefold() == wanted]
        found = exact or named
        if len(found) != 1:
            self._note("Who? /people lists everybody.")
            return
        self._me, self._in_channel = found[0], False
        self._note(f"You are {one_line(self._me.name)} now.")
        self._show_history()

    async def _people(self, _: str) -> None:
        for user in self._users:
            there = self._client.chat(user).bots
            state = "" if self._client.bot_app_id in there else " (has not added the app)"
            mark = "→" if user is self._me else " "
            self._note(f"{mark} {one_line(user.name)}{state}")

    async def _add(self, _: str) -> None:
        await self._client.install(self._me)

    async def _remove(self, _: str) -> None:
        await self._client.uninstall(self._me)
        self._note("You have removed the app.")

    async def _enter_channel(self, _: str) -> None:
        if self._channel is None:
            self._note("There is no team here.")
            return
        self._in_channel = True
        self._note("You are in the channel now; /chat goes back.")

    async def _enter_chat(self, _: str) -> None:
        self._in_channel = False
        self._show_history()

    async def _draw_again(self, number: str) -> None:
        activity = self._numbers.card(self._me.id, number)
        self._print(activity, self._number_of(activity))

    async def _run_in_exchange(self, _: str) -> None:
        """The role assignments of the newest card that shows any."""
        for activity in reversed(self._client.transcript(self._me)):
            roles = _ROLE.findall(json.dumps(activity.get("attachments") or []))
            if roles and self._run_lines is not None:
                self._run_lines(roles)
                self._note(f"Exchange gives: {one_line(', '.join(roles))}. Press Continue.")
                return
        self._note("No card here shows lines for Exchange.")

    async def _help(self, _: str) -> None:
        self._note(HELP)

    def _hear(self, received: Received) -> None:
        """Draw what the bot does, if the present person can see it; called by the connector."""
        where = base_id(received.conversation)
        mine = where == self._client.chat(self._me).id
        in_channel = self._channel is not None and where == self._channel.id
        if not mine and not (in_channel and self._in_channel):
            self._count_for_others(received)
            return
        if received.user_id not in (None, self._me.id):
            return
        if received.kind == "deleted":
            self._note("A message was deleted.")
        elif received.kind != "typing":
            activity = received.activity
            number = self._number_of(activity)
            if received.kind != "sent" and number and self._numbers.is_old(self._me.id, number):
                self._note(f"Card {number} has changed; /card {number} draws it.")
                return
            remark = "changed" if received.kind != "sent" else ""
            if self._in_channel and mine:
                remark = f"{remark} in your own chat".strip()
            self._print(activity, number, remark)

    def _count_for_others(self, received: Received) -> None:
        """A card that comes to somebody else gets its number in their own counting."""
        for user in self._users:
            if base_id(received.conversation) == self._client.chat(user).id:
                self._number_of(received.activity, user)

    def _show_history(self) -> None:
        transcript = self._client.transcript(self._me)
        for activity in transcript:
            self._number_of(activity)
        for activity in transcript[-RECENT:]:
            self._print(activity, self._number_of(activity))

    def _print(self, activity: Activity, number: int | None, remark: str = "") -> None:
        sender = activity.get("from") or {}
        header = Text()
        header.append(one_line(sender.get("name") or "Bot"), "bold magenta")
        header.append(f"  {_time_of(activity)}", "dim")
        if number is not None:
            header.append(f"  card {number}", "dim")
        if remark:
            header.append(f"  ({remark})", "dim italic")
        self._console.print(header)
        self._console.print(draw(activity))

    def _note(self, text: str) -> None:
        self._console.print(plain(text, "dim"))

    def _prompt(self) -> str:
        place = " in the channel" if self._in_channel else ""
        return f"{one_line(self._me.given_name)}{place}> "

    def _number_of(self, activity: Activity, user: User | None = None) -> int | None:
        return self._numbers.number((user or self._me).id, activity)

    def _show_outcome(self, pressed: Pressed) -> None:
        if pressed.kind == "toast":
            self._note(str(pressed.value))
        elif pressed.kind == "url":
            self._note(one_line(pressed.value))
        elif pressed.kind == "error":
            self._note(str(pressed.value.get("message") or pressed.value.get("code")))


def _chosen(field: Input, answer: str) -> str:
    """A choice may be named by its number or title; several are divided by commas."""
    if not field.choices or not answer:
        return answer
    by_name: dict[str, str] = {}
    for number, (title, value) in enumerate(field.choices, 1):
        by_name |= {str(number): value, title.casefold(): value, value.casefold(): value}
    parts = [part.strip() for part in answer.split(",")] if _is_multi(field.element) else [answer]
    return ",".join(by_name.get(part.casefold(), part) for part in parts)


def _is_multi(element: dict[str, Any]) -> bool:
    return bool(element.get("isMultiSelect"))


def _time_of(activity: Activity) -> str:
    return str(activity.get("timestamp", ""))[11:16]
