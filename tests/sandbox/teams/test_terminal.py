"""The chat in a terminal, driven by lines."""

from __future__ import annotations

import io

import pytest
from aiohttp import web
from rich.console import Console

from sandbox.teams.reading import lines_from
from sandbox.teams.terminal import Terminal

pytestmark = pytest.mark.scenario

ASSIGN = {"type": "Action.Execute", "title": "Assign", "verb": "assign", "data": {"thread": 42}}
OPEN = {"type": "Action.OpenUrl", "title": "Open in Outlook", "url": "https://x.example/42"}
WHO = {
    "type": "Input.ChoiceSet",
    "id": "who",
    "label": "To whom",
    "isRequired": True,
    "choices": [{"title": "Ada", "value": "a"}, {"title": "Mateo", "value": "m"}],
}


@pytest.fixture
def typing(client, tenant, bot, connector, card_message):
    """Type lines as Ada, or let something happen in between.

    The bot sends one card for `queue` and answers a press with a toast.
    """

    async def answer(activity):
        if activity["type"] == "invoke":
            kind = "application/vnd.microsoft.activity.message"
            return web.json_response({"statusCode": 200, "type": kind, "value": "Assigned"})
        if activity.get("text", "").endswith("queue"):
            card = card_message(
                [{"type": "TextBlock", "text": "Mail 42"}, WHO], actions=[ASSIGN, OPEN]
            )
            await connector.send(activity["conversation"]["id"], card)
        return None

    bot.answers = answer
    users = list(tenant.users.values())
    for user in users:
        client.service.chats.install("bot-app-id", user)

    run: list[str] = []

    async def type_lines(*lines, channel=None):
        out = io.StringIO()
        console = Console(file=out, width=80, highlight=False)
        waiting = iter(lines)

        async def read_line(prompt):
            out.write(prompt)
            line = next(waiting, None)
            if callable(line):
                await line()
                return ""
            return line

        await Terminal(client, users, read_line, console, channel, run.extend).run()
        return out.getvalue()

    type_lines.run = run
    return type_lines


async def test_draws_what_the_bot_answers(typing):
    shown = await typing("queue")
    assert "Mail 42" in shown
    assert "[1] Assign   [2] Open in Outlook" in shown
    assert "card 1" in shown


async def test_a_number_presses_the_newest_cards_button_and_asks_its_inputs(typing, bot):
    shown = await typing("queue", "1", "2")
    assert bot.activities[-1]["value"]["action"]["data"] == {"thread": 42, "who": "m"}
    assert "To whom: " in shown
    assert "Assigned" in shown


async def test_an_input_is_asked_again_until_the_card_allows_it(typing, bot):
    shown = await typing("queue", "1", "", "nobody", "ada")
    assert "a value is required" in shown
    assert "is not one of the choices" in shown
    assert bot.activities[-1]["value"]["action"]["data"]["who"] == "a"


async def test_giving_up_on_an_input_sends_nothing(typing, bot):
    assert "Not sent" in await typing("queue", "1")
    assert bot.activities[-1]["type"] == "message"


async def test_an_older_card_is_named_before_the_dot(typing, client, bot, ada):
    await typing("queue", "queue", "1.1", "1")
    first = client.service.current(client.chat(ada).id)[0]
    assert bot.activities[-1]["replyToId"] == first["id"]


async def test_a_number_that_is_no_button_is_said(typing, bot):
    await typing("queue", "42", "/say 1")
    assert [a["text"] for a in bot.activities] == ["queue", "42", "1"]


async def test_a_link_is_shown(typing):
    shown = await typing("queue", "/open 2", "/open 1")
    assert "https://x.example/42" in shown
    assert "opens no link" in shown


async def test_another_member_sees_their_own_chat(typing, bot):
    shown = await typing("queue", "/as mateo", "hello", "/as Ada")
    assert [a["from"]["name"] for a in bot.activities] == ["Ada Okonkwo", "Mateo Álvarez"]
    assert shown.count("Mail 42") == 2
    assert "You are Mateo Álvarez now." in shown


async def test_the_channel_is_spoken_to_with_a_mention(typing, client, bot, ada):
    team = client.service.chats.create_team("Helpdesk", [ada])
    team.bots.add("bot-app-id")
    channel = client.service.chats.channel(team)
    shown = await typing("/channel", "queue", "/chat", "hello", channel=channel)
    assert [a.get("text") for a in bot.activities] == ["<at>Postroom</at> queue", "hello"]
    assert "Mail 42" in shown


async def test_a_changed_card_is_drawn_again_under_its_number(
    typing, client, ada, connector, card_message
):
    async def change():
        chat = client.chat(ada).id
        activity_id = client.service.current(chat)[0]["id"]
        path = f"v3/conversations/{chat}/activities/{activity_id}"
        await connector("PUT", path, card_message([], actions=[OPEN]))

    shown = await typing("queue", change)
    assert "card 1  (changed)" in shown
    assert shown.endswith("│ [1] Open in Outlook │\n╰─────────────────────╯\nAda> ")


async def test_what_comes_unasked_is_drawn_for_whom_it_is(typing, client, connector, ada, mateo):
    async def tell():
        for user, words in ((ada, "for Ada"), (mateo, "for Mateo")):
            await connector.send(client.chat(user).id, {"type": "message", "text": words})

    shown = await typing(tell)
    assert "for Ada" in shown
    assert "for Mateo" not in shown


async def test_people_help_and_mistakes_are_answered(typing):
    shown = await typing("/people", "/help", "/fly", "/as nobody", "/card 9", "/channel")
    for words in (
        "→ Ada Okonkwo",
        "Yuki Tanaka",
        "press button 3",
        "no such command",
        "Who?",
        "no such button",
        "no team here",
    ):
        assert words in shown


async def test_a_bot_that_is_down_is_said_so(typing, bot):
    async def fail(_):
        return web.Response(status=500)

    bot.answers = fail
    assert "Unable to reach the app: it answered 500." in await typing("hello")


async def test_leaving_stops_listening(typing, client):
    await typing("/quit", "never said")
    assert client.service.history.listeners == []


async def test_lines_come_from_a_pipe(capsys):
    async with lines_from(io.StringIO("one\ntwo\n")) as read_line:
        lines = [await read_line("> ") for _ in range(3)]
    assert lines == ["one", "two", None]
    assert capsys.readouterr().out == "> one\n> two\n"


async def test_an_older_card_that_changes_is_named_and_not_drawn_again(
    typing, client, ada, connector, card_message
):
    async def change():
        chat = client.chat(ada).id
        activity_id = client.service.current(chat)[0]["id"]
        path = f"v3/conversations/{chat}/activities/{activity_id}"
        await connector("PUT", path, card_message([], actions=[OPEN]))

    shown = await typing("queue", "queue", change)
    assert shown.endswith("Card 1 has changed; /card 1 draws it.\nAda> ")


async def test_lines_for_exchange_on_a_card_are_run(typing, client, ada, connector, card_message):
    async def lines():
        line = "New-ManagementRoleAssignment -App 1 -Role 'Application Mail.Send' -Custom"
        block = {"type": "TextBlock", "text": line}
        await connector.send(client.chat(ada).id, card_message([block], actions=[OPEN]))

    assert "No card here shows lines" in await typing("/exchange")
    assert "Exchange gives: Application Mail.Send." in await typing(lines, "/exchange")
    assert typing.run == ["Application Mail.Send"]
