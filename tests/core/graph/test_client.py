import asyncio
import gc

import httpx
import pytest

from core import transactions
from core.errors import DeltaLinkExpired, GraphAuthFailed, GraphError, GraphThrottled
from core.graph.batch import BatchItem
from core.graph.client import GraphClient, path
from core.graph.http import make_http
from core.graph.slots import MailboxSlots
from core.outgoing import AllowedHosts, HostNotAllowed
from core.transactions import OutsideCallInTransaction

ROOT = "https://graph.microsoft.com/v1.0"
THROTTLED = httpx.Response(429, headers={"Retry-After": "3"})
OK = httpx.Response(200, json={"ok": True})


async def test_sends_token_preferences_and_options(client, graph):
    graph.answers = [OK]

    answer = await client.get("/me", token=graph.token, params={"$top": "1"}, prefer=("a", "b"))

    request = graph.requests[0]
    assert answer == {"ok": True}
    assert str(request.url) == f"{ROOT}/me?%24top=1"
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Prefer"] == "a, b"


async def test_follows_a_link_as_it_is(client, graph):
    graph.answers = [OK]
    link = f"{ROOT}/users/a/messages/delta?$deltatoken=aB-_~%2B%2f'x(1)&$skip=2"

    await client.get(link, token=graph.token)

    assert str(graph.requests[0].url) == link


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/me",
        "https://graph.microsoft.com.evil.example/v1.0/me",
        "https://graph.microsoft.com@evil.example/v1.0/me",
        "https://user:word@graph.microsoft.com/v1.0/me",
        "http://graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com:8443/v1.0/me",
        "https://login.microsoftonline.com/x",
        "https://contoso.sharepoint.com/x",
        "//evil.example/x\x00",
        "ftp:",
        "",
    ],
)
async def test_a_token_goes_to_graph_and_nowhere_else(client, graph, link):
    graph.answers = [OK]

    with pytest.raises((HostNotAllowed, GraphError)):
        await client.get(link, token=graph.token)

    assert (graph.requests, graph.tokens) == ([], [])


async def test_a_path_cannot_leave_for_another_host(client, graph):
    graph.answers = [OK]

    await client.get("//evil.example/x", token=graph.token)

    assert graph.requests[0].url.host == "graph.microsoft.com"


async def test_the_http_client_refuses_hosts_off_the_list(graph):
    network = httpx.MockTransport(graph)
    async with make_http(AllowedHosts(["graph.example"]), transport=network) as http:
        with pytest.raises(HostNotAllowed):
            await http.get("https://evil.example/")

    assert graph.requests == []


async def test_a_redirect_is_not_followed(client, graph):
    graph.answers = [httpx.Response(302, headers={"Location": f"{ROOT}/other"})]

    with pytest.raises(GraphError) as caught:
        await client.get("/me", token=graph.token)

    assert caught.value.status == 302
    assert len(graph.requests) == 1


async def test_nothing_is_asked_while_a_transaction_is_open(client, graph):
    mark = transactions._open.set([])
    try:
        with pytest.raises(OutsideCallInTransaction):
            await client.get("/me", token=graph.token)
    finally:
        transactions._open.reset(mark)

    assert (graph.requests, graph.tokens) == ([], [])


@pytest.mark.parametrize("status", [429, 503, 504])
async def test_waits_as_long_as_asked_and_tries_again(client, graph, status):
    graph.answers = [httpx.Response(status, headers={"Retry-After": "3"}), OK]

    assert await client.get("/me", token=graph.token) == {"ok": True}

    assert graph.slept == [3.0]


async def test_backs_off_by_itself_where_no_pause_is_named(client, graph):
    graph.answers = [httpx.Response(503), httpx.Response(503), httpx.ReadTimeout("slow"), OK]

    await client.get("/me", token=graph.token)

    assert graph.slept == [1.0, 2.0, 4.0]


async def test_a_pause_too_long_is_left_to_the_job(client, graph):
    graph.answers = [httpx.Response(429, headers={"Retry-After": "31"}), OK]

    with pytest.raises(GraphThrottled) as caught:
        await client.get("/me", token=graph.token)

    assert caught.value.retry_after == 31
    assert graph.slept == []
    assert len(graph.requests) == 1


async def test_all_waits_together_stay_within_the_bound(client, graph):
    graph.answers = [httpx.Response(429, headers={"Retry-After": "12"})]

    with pytest.raises(GraphThrottled):
        await client.get("/me", token=graph.token)

    assert graph.slept == [12.0, 12.0]


async def test_gives_up_after_five_attempts(client, graph):
    graph.answers = [httpx.Response(429, headers={"Retry-After": "1"})]

    with pytest.raises(GraphThrottled):
        await client.get("/me", token=graph.token)

    assert len(graph.requests) == 5


async def test_a_post_is_sent_once(client, graph):
    graph.answers = [THROTTLED]

    with pytest.raises(GraphThrottled):
        await client.post("/x", token=graph.token)

    assert len(graph.requests) == 1


async def test_a_post_that_changes_nothing_is_tried_again(client, graph):
    graph.answers = [THROTTLED, OK]

    await client.post("/x", token=graph.token, changes_nothing=True)

    assert graph.slept == [3.0]


async def test_a_lost_connection_is_an_error_without_status(client, graph):
    graph.answers = [httpx.ConnectError("graph.microsoft.com?token=secret")]

    with pytest.raises(GraphError) as caught:
        await client.post("/x", token=graph.token)

    assert (caught.value.status, caught.value.code) == (0, "ConnectError")
    assert caught.value.__cause__ is None


async def test_a_call_that_lasts_too_long_is_given_up(graph):
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with make_http(AllowedHosts(), transport=httpx.MockTransport(hang)) as http:
        client = GraphClient(http, patience=0.01)
        with pytest.raises(GraphError) as caught:
            await client.get("/me", token=graph.token)

    assert caught.value.code == "timeout"


async def test_a_refused_token_is_replaced_once(client, graph):
    graph.answers = [httpx.Response(401), OK]

    await client.get("/me", token=graph.token)

    assert graph.tokens == [None, "token-1"]
    assert graph.requests[-1].headers["Authorization"] == "Bearer token-2"


async def test_two_refused_tokens_mean_that_consent_is_gone(client, graph):
    graph.answers = [httpx.Response(401)]

    with pytest.raises(GraphAuthFailed):
        await client.get("/me", token=graph.token)

    assert len(graph.requests) == 2


async def test_an_expired_link_says_so(client, graph):
    graph.answers = [httpx.Response(410, headers={"Location": "https://evil.example/"})]

    with pytest.raises(DeltaLinkExpired):
        await client.get("/x", token=graph.token)


@pytest.mark.parametrize("content", [b"<html>", b"[1]", b"null", b"\xff"])
async def test_a_success_must_be_an_object(client, graph, content):
    graph.answers = [httpx.Response(200, content=content)]

    with pytest.raises(GraphError) as caught:
        await client.get("/x", token=graph.token)

    assert caught.value.code == "not_json"


async def test_an_answer_without_content_is_empty(client, graph):
    graph.answers = [httpx.Response(204)]

    assert await client.post("/x", token=graph.token) == {}
    await client.delete("/x", token=graph.token)


class Crowd:
    """Counts how many requests are under way at once for each mailbox."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.most: dict[str, int] = {}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        mailbox = request.url.path.split("/")[-1]
        self.now[mailbox] = self.now.get(mailbox, 0) + 1
        self.most[mailbox] = max(self.most.get(mailbox, 0), self.now[mailbox])
        for _ in range(3):
            await asyncio.sleep(0)
        self.now[mailbox] -= 1
        return httpx.Response(200, json={})


async def test_at_most_four_requests_at_once_for_a_mailbox(graph):
    crowd = Crowd()
    async with make_http(AllowedHosts(), transport=httpx.MockTransport(crowd)) as http:
        client = GraphClient(http)
        async with asyncio.TaskGroup() as tasks:
            for number in range(40):
                mailbox = "ab"[number % 2]
                tasks.create_task(
                    client.get(f"/{mailbox}", token=graph.token, mailbox=mailbox.upper())
                )

    assert crowd.most == {"a": 4, "b": 4}


async def test_a_batch_waits_until_nothing_else_is_under_way():
    slots = MailboxSlots().of("a")
    order = []

    async def single(name):
        async with slots.take():
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    async def batch():
        async with slots.take(20):
            order.append("batch")

    await asyncio.gather(single("first"), batch(), single("second"))

    assert order == ["first in", "first out", "batch", "second in", "second out"]


async def test_a_cancelled_wait_gives_its_slots_back():
    slots = MailboxSlots().of("a")
    async with slots.take(3):
        waiting = asyncio.create_task(_enter(slots, 4))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    async with asyncio.timeout(1), slots.take(4):
        pass


async def _enter(slots, count):
    async with slots.take(count):
        raise AssertionError


def test_slots_of_an_idle_mailbox_are_forgotten():
    mailboxes = MailboxSlots()
    held = mailboxes.of("a")
    assert mailboxes.of("A") is held

    del held
    gc.collect()

    assert len(mailboxes._slots) == 0


def batch_answer(*statuses, retry_after="2"):
    """Answers each item with the next status; in reverse order, as Graph may."""
    queue = list(statuses)

    def answer(request):
        asked = httpx.Response(200, content=request.content).json()["requests"]
        answers = []
        for item in asked:
            status = queue.pop(0)
            headers = {"Retry-After": retry_after} if status == 429 else {}
            answers.append(
                {"id": item["id"], "status": status, "headers": headers, "body": {"u": item["url"]}}
            )
        return httpx.Response(200, json={"responses": answers[::-1]})

    return answer


async def test_a_batch_answers_in_the_order_asked(client, graph):
    graph.answers = [batch_answer(*[200] * 45)]
    items = [BatchItem(f"/{number}") for number in range(45)]

    answers = await client.batch(items, token=graph.token, mailbox="a")

    assert [answer.body["u"] for answer in answers] == [item.path for item in items]
    assert len(graph.requests) == 3


async def test_only_the_throttled_items_are_asked_again(client, graph):
    graph.answers = [batch_answer(200, 429, 404, 429, 200, 200)]

    answers = await client.batch(
        [BatchItem(f"/{number}") for number in range(4)], token=graph.token, mailbox="a"
    )

    assert [answer.status for answer in answers] == [200, 200, 404, 200]
    assert graph.slept == [2.0]
    again = httpx.Response(200, content=graph.requests[1].content).json()["requests"]
    assert [item["url"] for item in again] == ["/1", "/3"]


async def test_a_batch_throttled_for_long_is_left_to_the_job(client, graph):
    graph.answers = [batch_answer(429, 200, retry_after="300")]

    with pytest.raises(GraphThrottled) as caught:
        await client.batch([BatchItem("/0")], token=graph.token, mailbox="a")

    assert caught.value.retry_after == 300
    assert graph.slept == []


async def test_a_batch_throttled_for_ever_ends(client, graph):
    graph.answers = [batch_answer(*[429] * 99, retry_after="1")]

    with pytest.raises(GraphThrottled):
        await client.batch([BatchItem("/0")], token=graph.token, mailbox="a")

    assert len(graph.requests) == 5


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"responses": None},
        {"responses": [None, 1, {"id": "0"}, {"id": "x", "status": 200}]},
        {"responses": [{"id": "0", "status": "200"}]},
        {"responses": [{"id": "²", "status": 200}]},
        {"responses": [{"id": "7", "status": 200}]},
        {"responses": [{"id": "0", "status": 9}]},
    ],
)
async def test_an_item_without_an_answer_is_an_error(client, graph, body):
    graph.answers = [httpx.Response(200, json=body)]

    with pytest.raises(GraphError) as caught:
        await client.batch([BatchItem("/0")], token=graph.token, mailbox="a")

    assert caught.value.code == "batch_incomplete"


def test_ids_are_quoted_whole():
    assert path("users", "a@b.example", "messages", "AA/+=?#") == (
        "/users/a@b.example/messages/AA%2F%2B%3D%3F%23"
    )


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_an_id_cannot_climb_out_of_its_place(segment):
    with pytest.raises(GraphError):
        path("users", segment)
