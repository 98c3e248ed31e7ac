from datetime import UTC, datetime

import httpx
import orjson
import pytest

from core.errors import GraphAuthFailed, GraphError, GraphThrottled
from core.graph.access import MailboxAccess, Right
from core.graph.mail_actions import (
    Draft,
    SentMessage,
    create_reply,
    find_draft,
    find_sent,
    get_header,
    send_draft,
    set_categories,
    translate_ids,
)
from core.graph.messages import SELECT

HERE = "/v1.0/users/support@contoso.example"


async def test_one_header_is_read(client, access, graph):
    graph.answers = [httpx.Response(200, json={"id": "m", "subject": "Hello"})]

    message = await get_header(client, access, "m")

    assert message.subject == "Hello"
    assert graph.requests[0].url.params["$select"] == SELECT
    assert graph.requests[0].headers["Prefer"] == 'IdType="ImmutableId"'


async def test_a_message_that_is_gone_has_no_header(client, access, graph):
    graph.answers = [httpx.Response(404, json={"error": {"code": "ErrorItemNotFound"}})]

    assert await get_header(client, access, "m") is None


async def test_a_refusal_of_one_message_does_not_mean_that_consent_is_gone(client, access, graph):
    graph.answers = [httpx.Response(403, json={"error": {"code": "ErrorAccessDenied"}})]

    with pytest.raises(GraphError) as caught:
        await get_header(client, access, "m")

    assert not isinstance(caught.value, GraphAuthFailed)


async def test_categories_are_replaced(client, access, graph):
    graph.answers = [httpx.Response(200, json={})]

    await set_categories(client, access, "m/1", ("Ada", "Open"))

    request = graph.requests[0]
    assert request.method == "PATCH"
    assert request.url.raw_path == f"{HERE}/messages/m%2F1".encode()
    assert orjson.loads(request.content) == {"categories": ["Ada", "Open"]}


async def test_a_reply_is_written_first_and_sent_then(client, access, graph):
    graph.answers = [
        httpx.Response(
            201,
            json={
                "id": "d",
                "internetMessageId": "<2@x>",
                "conversationId": "c",
                "body": {"content": "SECRET"},
                "toRecipients": [{"emailAddress": {"address": "Grace@x.example"}}],
            },
        ),
        httpx.Response(202),
    ]

    draft = await create_reply(client, access, "m", "We are on it.", to="grace@x.example")
    await send_draft(client, access, draft.id)

    assert draft == Draft("d", "<2@x>", "c")
    written, sent = graph.requests
    assert written.url.path == f"{HERE}/messages/m/createReply"
    assert orjson.loads(written.content) == {
        "message": {
            "body": {"contentType": "text", "content": "We are on it."},
            "internetMessageHeaders": [
                {"name": "x-auto-response-suppress", "value": "All"},
                {"name": "x-postroom-auto-submitted", "value": "auto-replied"},
            ],
            "toRecipients": [{"emailAddress": {"address": "grace@x.example"}}],
        },
    }
    assert sent.url.path == f"{HERE}/messages/d/send"


async def test_a_reply_that_graph_addressed_to_somebody_else_is_addressed_anew(
    client, access, graph
):
    other = [{"emailAddress": {"address": "victim@y.example"}}]
    graph.answers = [
        httpx.Response(201, json={"id": "d", "toRecipients": other}),
        httpx.Response(200, json={}),
    ]

    await create_reply(client, access, "m", "We are on it.", to="grace@x.example")

    _, addressed = graph.requests
    assert (addressed.method, addressed.url.path) == ("PATCH", f"{HERE}/messages/d")
    assert orjson.loads(addressed.content) == {
        "toRecipients": [{"emailAddress": {"address": "grace@x.example"}}],
        "ccRecipients": [],
        "bccRecipients": [],
    }


async def test_a_draft_is_found_again_by_its_internet_message_id(client, access, graph):
    graph.answers = [
        httpx.Response(200, json={"value": [{"id": "d"}]}),
        httpx.Response(200, json={"value": []}),
    ]

    assert await find_draft(client, access, "<1@x>") == "d"
    assert await find_draft(client, access, "<1@x>") is None
    assert graph.requests[0].url.path == f"{HERE}/mailFolders/drafts/messages"


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.Response(429, headers={"Retry-After": "1"}), GraphThrottled),
        (httpx.Response(503), GraphError),
        (httpx.ReadTimeout("slow"), GraphError),
    ],
)
async def test_sending_is_tried_once(client, access, graph, failure, kind):
    graph.answers = [failure]

    with pytest.raises(kind):
        await send_draft(client, access, "d")

    assert len(graph.requests) == 1


async def test_what_was_not_granted_is_not_tried(client, graph):
    access = MailboxAccess("a@x.example", graph.token, frozenset({Right.HEADERS}))

    for call in (
        set_categories(client, access, "m", []),
        create_reply(client, access, "m", "x", to="grace@x.example"),
        send_draft(client, access, "d"),
    ):
        with pytest.raises(GraphAuthFailed):
            await call
    assert graph.requests == []


async def test_sent_mail_is_found_by_its_internet_id(client, access, graph):
    graph.answers = [
        httpx.Response(
            200,
            json={
                "value": [
                    {
                        "id": "s",
                        "internetMessageId": "<o'brien@x>",
                        "conversationId": "c",
                        "sentDateTime": "2026-03-01T10:00:00Z",
                    },
                    {"subject": "no id"},
                    None,
                ]
            },
        )
    ]

    found = await find_sent(client, access, internet_message_id="<o'brien@x>")

    assert found == (SentMessage("s", "<o'brien@x>", "c", datetime(2026, 3, 1, 10, tzinfo=UTC)),)
    params = graph.requests[0].url.params
    assert params["$filter"] == "internetMessageId eq '<o''brien@x>'"


async def test_sent_mail_is_found_by_its_conversation(client, access, graph):
    graph.answers = [httpx.Response(200, json={"value": []})]

    assert await find_sent(client, access, conversation_id="c=") == ()

    assert graph.requests[0].url.params["$filter"] == "conversationId eq 'c='"


async def test_ids_are_translated_a_thousand_at_a_time(client, access, graph):
    def translate(request):
        asked = orjson.loads(request.content)
        assert asked["sourceIdType"] == "restImmutableEntryId"
        assert asked["targetIdType"] == "restId"
        pairs = [{"sourceId": one, "targetId": f"rest-{one}"} for one in asked["inputIds"]]
        return httpx.Response(200, json={"value": [*pairs[1:], {"sourceId": "x"}, None]})

    graph.answers = [translate]

    found = await translate_ids(client, access, [str(number) for number in range(1_001)])

    assert len(graph.requests) == 2
    assert len(found) == 999
    assert found["999"] == "rest-999"
