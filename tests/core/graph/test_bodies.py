"""The text of a message: asked for as text, bounded, and only where the grant covers it."""

import httpx
import pytest

from core.errors import GraphAuthFailed, GraphError
from core.graph.access import MailboxAccess, Right
from core.graph.bodies import MOST_BYTES, TEXT_LIMIT, get_body_text


def answer(content: object) -> httpx.Response:
    return httpx.Response(
        200, json={"id": "m", "body": {"contentType": "text", "content": content}}
    )


async def test_a_body_is_asked_for_alone_and_as_text(client, access, graph):
    graph.answers = [answer("Please pay")]

    assert await get_body_text(client, access, "m") == "Please pay"
    request = graph.requests[0]
    assert request.url.params["$select"] == "body"
    assert 'outlook.body-content-type="text"' in request.headers["Prefer"]


async def test_without_the_right_graph_is_not_asked(client, graph):
    access = MailboxAccess("support@contoso.example", graph.token, frozenset({Right.HEADERS}))

    with pytest.raises(GraphAuthFailed) as caught:
        await get_body_text(client, access, "m")

    assert caught.value.code == "not_granted_bodies"
    assert graph.requests == []


async def test_a_long_text_is_cut(client, access, graph):
    graph.answers = [answer("x" * (TEXT_LIMIT + 9))]

    assert len(await get_body_text(client, access, "m")) == TEXT_LIMIT


async def test_an_answer_without_end_is_broken_off_and_not_known(client, access, graph):
    graph.answers = [answer("x" * MOST_BYTES)]

    assert await get_body_text(client, access, "m") is None


@pytest.mark.parametrize("body", [None, "text", {"content": 7}, {}])
async def test_an_odd_body_is_not_known(client, access, graph, body):
    graph.answers = [httpx.Response(200, json={"id": "m", "body": body})]

    assert await get_body_text(client, access, "m") is None


async def test_a_message_that_is_gone_has_no_body(client, access, graph):
    graph.answers = [httpx.Response(404, json={"error": {"code": "ErrorItemNotFound"}})]

    assert await get_body_text(client, access, "m") is None


async def test_a_refusal_speaks_of_one_message_and_repeats_nothing_of_it(client, access, graph):
    echo = {"error": {"code": "ErrorAccessDenied", "message": "Secret text"}}
    graph.answers = [httpx.Response(403, json=echo)]

    with pytest.raises(GraphError) as caught:
        await get_body_text(client, access, "m")

    assert not isinstance(caught.value, GraphAuthFailed)
    assert "Secret" not in repr(caught.value.args)
