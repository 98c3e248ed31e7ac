"""The connector over real loopback HTTP, as a bot meets it."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from sandbox.teams.chats import Chats

pytestmark = pytest.mark.scenario

HELLO = {"type": "message", "text": "hello", "from": {"id": "28:bot-app-id", "name": "Postroom"}}
CREATE = "v3/conversations"


def one_to_one(member, tenant_id="tenant-1"):
    return {
        "isGroup": False,
        "bot": {"id": "28:bot-app-id"},
        "members": [{"id": member}],
        "channelData": {"tenant": {"id": tenant_id}},
    }


def code(body):
    return body["error"]["code"]


@pytest.fixture
def chat(service, ada):
    return service.chats.install("bot-app-id", ada).id


@pytest.fixture
def team(service, ada, mateo):
    team = service.chats.create_team("Helpdesk", [ada, mateo], ("Mail",))
    team.bots.add("bot-app-id")
    return team


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer forged"}])
async def test_a_bad_token_is_refused(connector, chat, headers):
    status, body, _ = await connector("GET", f"{CREATE}/{chat}/members", headers=headers)
    assert (status, list(body)) == (401, ["message"])


async def test_a_bot_nobody_registered_is_refused(connector, chat):
    headers = {"Authorization": "Bearer stranger"}
    status, body, _ = await connector("GET", f"{CREATE}/{chat}/members", headers=headers)
    assert (status, code(body)) == (401, "BotNotRegistered")


async def test_asking_twice_for_a_chat_gives_the_same_conversation(connector, chat, ada):
    answers = [await connector("POST", CREATE, one_to_one(who)) for who in (ada.id, ada.teams_id)]
    assert [(status, body["id"]) for status, body, _ in answers] == [(201, chat)] * 2


async def test_a_chat_can_start_with_an_activity(connector, service, chat, ada):
    _, body, _ = await connector("POST", CREATE, one_to_one(ada.id) | {"activity": HELLO})
    assert [a["id"] for a in service.current(chat)] == [body["activityId"]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (one_to_one("oid-ada", tenant_id=None), (400, "BadSyntax")),
        (one_to_one("ada@contoso.example"), (400, "BadSyntax")),
        (one_to_one("29:nobody"), (400, "MemberNotFoundInConversation")),
        (one_to_one("oid-mateo"), (403, "BotNotInConversationRoster")),
        (one_to_one("oid-ada") | {"isGroup": True}, (400, "BadSyntax")),
    ],
)
async def test_a_chat_that_cannot_be_is_refused(connector, chat, wanted, expected):
    status, body, _ = await connector("POST", CREATE, wanted)
    assert (status, code(body)) == expected


async def test_a_team_with_the_bot_opens_chats_with_its_members(connector, team, mateo):
    status, body, _ = await connector("POST", CREATE, one_to_one(mateo.id))
    assert status == 201
    await connector.send(body["id"], HELLO)


async def test_a_channel_conversation_starts_with_its_first_activity(connector, service, team):
    channel = team.channel("Mail").id
    wanted = {"isGroup": True, "channelData": {"channel": {"id": channel}}, "activity": HELLO}
    status, body, _ = await connector("POST", CREATE, wanted)
    assert status == 201
    assert body["id"] == f"{channel};messageid={body['activityId']}"
    reply = await connector.send(quote(body["id"], safe=""), HELLO)
    thread = [activity["id"] for activity in service.current(body["id"])]
    assert thread == [body["activityId"], reply]


async def test_a_reply_to_a_thread_that_is_not_there_is_refused(connector, team):
    path = f"{CREATE}/{quote(team.id + ';messageid=12')}/activities"
    status, body, _ = await connector("POST", path, HELLO)
    assert (status, code(body)) == (404, "ActivityNotFoundInConversation")


async def test_a_sent_activity_is_kept_with_its_place_and_time(connector, service, chat, clock):
    activity_id = await connector.send(chat, HELLO)
    received = service.received[-1]
    assert (received.kind, received.activity_id, received.at) == ("sent", activity_id, clock())
    assert received.activity["conversation"]["id"] == received.conversation == chat
    assert received.activity["from"] == {"id": "28:bot-app-id", "name": "Postroom"}
    assert activity_id.isdigit()


async def test_a_reply_says_to_what(connector, service, chat):
    path = f"{CREATE}/{chat}/activities/f:some-event"
    status, body, _ = await connector("POST", path, HELLO)
    assert status == 201
    assert service.history.message(chat, body["id"])["replyToId"] == "f:some-event"


async def test_updates_keep_their_place_and_deletions_leave(connector, service, chat):
    first, second, third = [await connector.send(chat, HELLO) for _ in range(3)]
    path = f"{CREATE}/{chat}/activities"
    updated, _, _ = await connector("PUT", f"{path}/{first}", HELLO | {"text": "changed"})
    deleted, _, _ = await connector("DELETE", f"{path}/{second}")
    assert (updated, deleted) == (200, 200)
    assert [(a["id"], a["text"]) for a in service.current(chat)] == [
        (first, "changed"),
        (third, "hello"),
    ]
    assert [r.kind for r in service.received] == ["sent", "sent", "sent", "updated", "deleted"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_message_that_is_gone_cannot_be_changed(connector, chat, method):
    status, body, _ = await connector(method, f"{CREATE}/{chat}/activities/1", HELLO)
    assert (status, code(body)) == (404, "ActivityNotFoundInConversation")


async def test_another_bots_message_cannot_be_changed(connector, service, chat, ada):
    service.chats.install("other-bot", ada)
    service.history.add(chat, HELLO | {"id": "7"}, "other-bot")
    status, body, _ = await connector("PUT", f"{CREATE}/{chat}/activities/7", HELLO)
    assert (status, code(body)) == (403, "NotEnoughPermissions")


async def test_typing_is_received_but_stays_in_no_chat(connector, service, chat):
    status, _, _ = await connector("POST", f"{CREATE}/{chat}/activities", {"type": "typing"})
    assert (status, service.current(chat)) == (202, [])
    assert service.received[-1].kind == "typing"


async def test_nothing_reaches_someone_who_removed_the_app(connector, service, chat, team, ada):
    service.chats.uninstall("bot-app-id", ada)
    status, body, _ = await connector("POST", f"{CREATE}/{chat}/activities", HELLO)
    assert (status, code(body)) == (403, "BotNotInConversationRoster")


@pytest.mark.parametrize("reason", ["ConversationBlockedByUser", "BotDisabledByAdmin"])
async def test_a_blocked_conversation_says_why(connector, service, chat, reason):
    service.chats.find(chat).refuses_with = reason
    status, body, _ = await connector("POST", f"{CREATE}/{chat}/activities", HELLO)
    assert (status, code(body)) == (403, reason)


async def test_blocked_writes_come_in_the_chat_services_own_shape(connector, service, chat):
    service.chats.find(chat).refuses_with = "MessageWritesBlocked"
    status, body, _ = await connector("POST", f"{CREATE}/{chat}/activities", HELLO)
    assert (status, body["errorCode"]) == (403, 209)
    assert json.loads(body["message"])["subCode"] == "MessageWritesBlocked"


async def test_an_unknown_conversation_is_not_found(connector):
    status, body, _ = await connector("POST", f"{CREATE}/a:nowhere/activities", HELLO)
    assert (status, code(body)) == (404, "ConversationNotFound")


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        (["not", "an", "object"], (400, "BadSyntax")),
        ({"type": "message"}, (400, "BadSyntax")),
        ({"type": "message", "text": "  "}, (400, "BadSyntax")),
        ({"type": "message", "text": 7}, (400, "BadSyntax")),
        ({"type": "shout", "text": "hello"}, (400, "BadSyntax")),
        ({"type": "message", "attachments": [{}]}, (400, "BadSyntax")),
        (
            {
                "type": "message",
                "attachments": [{"contentType": "application/vnd.microsoft.card.animation"}],
            },
            (400, "BadArgument"),
        ),
        ({"type": "message", "text": "x" * 29_000}, (413, "MessageSizeTooBig")),
    ],
)
async def test_an_activity_teams_would_not_post_is_refused(
    connector, service, chat, activity, expected
):
    status, body, _ = await connector("POST", f"{CREATE}/{chat}/activities", activity)
    assert (status, code(body)) == expected
    assert service.received == []


async def test_a_body_that_is_not_json_is_refused(connector, chat):
    status, body, _ = await connector("POST", f"{CREATE}/{chat}/activities", data=b"{nope")
    assert (status, code(body)) == (400, "BadSyntax")


async def test_a_card_teams_would_not_show_is_refused(connector, chat, card_message):
    path = f"{CREATE}/{chat}/activities"
    status, body, _ = await connector("POST", path, card_message([{"type": "TextBlock"}]))
    assert (status, code(body)) == (400, "BadArgument")
    assert "TextBlock has no text" in body["error"]["message"]


async def test_what_only_a_store_review_minds_is_posted_and_noted(
    connector, service, chat, card_message
):
    actions = [{"type": "Action.Submit", "title": str(n)} for n in range(7)]
    await connector.send(chat, card_message(actions=actions))
    assert service.warnings == ["more than 6 actions at the top of a card"]


async def test_file_consent_is_for_personal_chats_only(connector, chat, team):
    kind = "application/vnd.microsoft.teams.card.file.consent"
    ask = {
        "type": "message",
        "attachments": [{"contentType": kind, "name": "a.csv", "content": {}}],
    }
    await connector.send(chat, ask)
    status, body, _ = await connector("POST", f"{CREATE}/{team.id}/activities", ask)
    assert (status, code(body)) == (400, "BadArgument")


async def test_too_many_sends_are_throttled_with_a_pause(connector, service, chat, clock):
    for _ in range(7):
        await connector.send(chat, HELLO)
    status, body, headers = await connector("POST", f"{CREATE}/{chat}/activities", HELLO)
    assert (status, code(body), headers["Retry-After"]) == (429, "Throttled", "1")
    assert service.throttled == 1
    clock.advance(1)
    await connector.send(chat, HELLO)


async def test_updates_count_against_the_same_limit(connector, service, chat):
    path = f"{CREATE}/{chat}/activities/{await connector.send(chat, HELLO)}"
    statuses = [(await connector("PUT", path, HELLO))[0] for _ in range(7)]
    assert statuses == [200] * 6 + [429]


async def test_threads_of_a_channel_share_its_limit(connector, team):
    statuses = []
    for _ in range(8):
        path = f"{CREATE}/{team.channel('Mail').id}/activities"
        statuses.append((await connector("POST", path, HELLO))[0])
    assert statuses == [201] * 7 + [429]


async def test_creating_chats_is_limited(connector, chat, ada):
    statuses = [(await connector("POST", CREATE, one_to_one(ada.id)))[0] for _ in range(8)]
    assert statuses == [201] * 7 + [429]


async def test_reading_the_roster_is_limited(connector, chat):
    statuses = [(await connector("GET", f"{CREATE}/{chat}/members"))[0] for _ in range(15)]
    assert statuses == [200] * 14 + [429]


async def test_limits_can_be_switched_off(connector, service, chat):
    service.limits.enabled = False
    for _ in range(30):
        await connector.send(chat, HELLO)
    assert service.throttled == 0


async def test_the_roster_names_people_as_teams_does(connector, team, ada):
    _, members, _ = await connector("GET", f"{CREATE}/{team.id}/members")
    assert members[0] == {
        "id": "29:Ada",
        "aadObjectId": "oid-ada",
        "objectId": "oid-ada",
        "name": "Ada Okonkwo",
        "givenName": "Ada",
        "surname": "Okonkwo",
        "email": "ada@contoso.example",
        "userPrincipalName": "ada@contoso.example",
        "tenantId": "tenant-1",
        "userRole": "user",
    }


@pytest.mark.parametrize("wanted", ["29:Ada", "oid-ada"])
async def test_one_member_is_found_by_either_id(connector, team, wanted):
    path = f"{CREATE}/{quote(team.id)}/members/{quote(wanted)}"
    status, member, _ = await connector("GET", path)
    assert (status, member["name"]) == (200, "Ada Okonkwo")


async def test_someone_who_is_not_in_the_team_is_not_found(connector, team, yuki):
    path = f"{CREATE}/{team.id}/members/{yuki.id}"
    status, body, _ = await connector("GET", path)
    assert (status, code(body)) == (404, "MemberNotFoundInConversation")


async def test_a_large_roster_comes_in_pages(connector, service, tenant, make_people):
    people = make_people(tenant, 120)
    team = service.chats.create_team("Everyone", people)
    team.bots.add("bot-app-id")
    path, token, pages = f"{CREATE}/{team.id}/pagedmembers?pageSize=50", "", []
    while token is not None:
        _, page, _ = await connector("GET", f"{path}&continuationToken={token}" if token else path)
        pages.append([member["id"] for member in page["members"]])
        token = page.get("continuationToken")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [m for page in pages for m in page] == [user.teams_id for user in people]


async def test_the_roster_of_a_place_without_the_bot_is_refused(connector, service, ada):
    team = service.chats.create_team("Elsewhere", [ada])
    status, body, _ = await connector("GET", f"{CREATE}/{team.id}/pagedmembers")
    assert (status, code(body)) == (403, "BotNotInConversationRoster")


async def test_a_team_tells_its_figures_and_channels(connector, team):
    _, details, _ = await connector("GET", f"v3/teams/{quote(team.id)}")
    _, channels, _ = await connector("GET", f"v3/teams/{quote(team.id)}/conversations")
    figures = details["name"], details["channelCount"], details["memberCount"]
    assert figures == ("Helpdesk", 2, 2)
    assert [c.get("name") for c in channels["conversations"]] == [None, "Mail"]


async def test_a_channel_is_no_team(connector, team):
    status, body, _ = await connector("GET", f"v3/teams/{team.channel('Mail').id}")
    assert (status, code(body)) == (404, "ConversationNotFound")


async def test_a_chat_keeps_its_id_when_the_sandbox_starts_again(service, tenant, clock, ada):
    assert (
        Chats(tenant).personal("bot-app-id", ada).id == service.chats.personal("bot-app-id", ada).id
    )
