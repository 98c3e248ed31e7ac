from datetime import timedelta

import httpx
import orjson
import pytest

from core.errors import GraphAuthFailed
from core.graph.access import MailboxAccess
from core.graph.probes import (
    Outcome,
    probe_body_refused,
    probe_internet_headers,
    probe_mailbox,
    probe_send,
    probe_write,
)

MINUTE = timedelta(minutes=1)


def refused(status, code="x"):
    return httpx.Response(status, json={"error": {"code": code}})


@pytest.mark.parametrize(
    ("answer", "granted_since", "outcome"),
    [
        (httpx.Response(200, json={"value": []}), None, Outcome.WORKED),
        (httpx.Response(200, json={"value": [{"id": "1"}]}), MINUTE, Outcome.WORKED),
        (refused(403, "ErrorAccessDenied"), None, Outcome.REFUSED),
        (refused(403, "ErrorAccessDenied"), MINUTE, Outcome.WAITING),
        (refused(403, "ErrorAccessDenied"), 120 * MINUTE, Outcome.REFUSED),
        (refused(401), MINUTE, Outcome.WAITING),
        (refused(404, "ErrorItemNotFound"), None, Outcome.REFUSED),
        (refused(404, "ErrorInvalidUser"), MINUTE, Outcome.NO_MAILBOX),
        (refused(404, "MailboxNotEnabledForRESTAPI"), None, Outcome.NO_MAILBOX),
        (refused(500), MINUTE, Outcome.UNKNOWN),
        (refused(429), MINUTE, Outcome.UNKNOWN),
        (httpx.ConnectTimeout("slow"), None, Outcome.UNKNOWN),
    ],
)
async def test_a_mailbox_is_tried(client, access, graph, answer, granted_since, outcome):
    graph.answers = [answer]

    assert await probe_mailbox(client, access, granted_since=granted_since) is outcome

    assert dict(graph.requests[0].url.params) == {"$top": "1", "$select": "id"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(200, json={"value": [{"body": {"content": "x"}}]}), Outcome.WORKED),
        (httpx.Response(200, json={"value": [{"id": "1"}]}), Outcome.REFUSED),
        (httpx.Response(200, json={"value": [{"body": None}]}), Outcome.REFUSED),
        (httpx.Response(200, json={"value": []}), Outcome.UNKNOWN),
        (httpx.Response(200, json={"value": 3}), Outcome.UNKNOWN),
        (refused(403, "ErrorAccessDenied"), Outcome.REFUSED),
        (refused(403, "somethingElse"), Outcome.REFUSED),
        (refused(503), Outcome.UNKNOWN),
    ],
)
async def test_a_body_is_tried(client, access, graph, answer, outcome):
    graph.answers = [answer]

    assert await probe_body_refused(client, access) is outcome


async def test_an_app_that_gets_no_token_is_refused(client):
    async def no_token(refused=None):
        raise GraphAuthFailed(400, "unauthorized_client")

    access = MailboxAccess("a@x.example", no_token, frozenset())

    assert await probe_mailbox(client, access, granted_since=MINUTE) is Outcome.WAITING


ONE = httpx.Response(200, json={"value": [{"id": "m", "categories": ["Red"]}]})


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([ONE, httpx.Response(200, json={})], Outcome.WORKED),
        ([ONE, refused(403, "ErrorAccessDenied")], Outcome.REFUSED),
        ([ONE, refused(503)], Outcome.UNKNOWN),
        ([refused(403, "ErrorAccessDenied")], Outcome.REFUSED),
        ([httpx.Response(200, json={"value": []})], Outcome.UNKNOWN),
    ],
)
async def test_writing_is_tried_without_changing_anything(client, access, graph, answers, outcome):
    graph.answers = list(answers)

    assert await probe_write(client, access) is outcome

    for request in graph.requests[1:]:
        assert request.method == "PATCH"
        assert orjson.loads(request.content) == {"categories": ["Red"]}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refused(400, "ErrorInvalidRecipients"), Outcome.WORKED),
        (httpx.Response(202), Outcome.WORKED),
        (refused(403, "ErrorAccessDenied"), Outcome.REFUSED),
        (refused(404, "ErrorInvalidUser"), Outcome.NO_MAILBOX),
        (refused(503), Outcome.UNKNOWN),
    ],
)
async def test_sending_is_tried_with_a_mail_to_nobody(client, access, graph, answer, outcome):
    graph.answers = [answer]

    assert await probe_send(client, access) is outcome

    (request,) = graph.requests
    assert orjson.loads(request.content) == {
        "message": {"toRecipients": []},
        "saveToSentItems": False,
    }


@pytest.mark.parametrize(
    ("messages", "outcome"),
    [
        ([{"id": "1"}, {"id": "2", "internetMessageHeaders": [{"name": "a"}]}], Outcome.WORKED),
        ([{"id": "1"}, {"id": "2", "internetMessageHeaders": []}], Outcome.REFUSED),
        ([], Outcome.UNKNOWN),
    ],
)
async def test_whether_internet_headers_are_told(client, access, graph, messages, outcome):
    graph.answers = [httpx.Response(200, json={"value": messages})]

    assert await probe_internet_headers(client, access) is outcome

    assert "/mailFolders/inbox/messages" in graph.requests[0].url.path
