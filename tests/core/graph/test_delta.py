from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DeltaLinkExpired, GraphError, GraphThrottled
from core.graph.delta import Removed, locate, pages, read_page
from core.graph.folders import list_folders, read_folder_page, well_known_folders
from core.graph.messages import SELECT, Skipped
from core.outgoing import HostNotAllowed

ROOT = "https://graph.microsoft.com/v1.0"
NEXT = f"{ROOT}/next?$skiptoken=1"
DELTA = f"{ROOT}/delta?$deltatoken=2"


def page(*entries, next_link=None, delta_link=None):
    body = {"value": list(entries)}
    if next_link:
        body["@odata.nextLink"] = next_link
    if delta_link:
        body["@odata.deltaLink"] = delta_link
    return httpx.Response(200, json=body)


async def test_pages_run_until_the_delta_link(client, access, graph):
    graph.answers = [
        page({"id": "1"}, {"id": "2", "@removed": {"reason": "changed"}}, next_link=NEXT),
        page(next_link=f"{NEXT}2"),
        page({"id": "1"}, 7, delta_link=DELTA),
    ]

    found = [found async for found in pages(client, access, "inbox")]

    assert [[message.id for message in one.present] for one in found] == [["1"], [], ["1"]]
    assert found[0].removed == (Removed("2", "changed"),)
    assert found[2].skipped == (Skipped("not_an_object"),)
    assert [one.next_link for one in found] == [NEXT, f"{NEXT}2", None]
    assert found[-1].delta_link == DELTA


async def test_options_go_into_the_first_request_and_preferences_into_each(client, access, graph):
    graph.answers = [page(next_link=NEXT), page(delta_link=DELTA)]
    since = datetime(2026, 3, 1, 8, tzinfo=UTC)

    async for _ in pages(client, access, "AA/B=", since=since, page_size=50):
        pass

    first, second = graph.requests
    assert first.url.raw_path.startswith(
        b"/v1.0/users/support@contoso.example/mailFolders/AA%2FB%3D/messages/delta?"
    )
    assert dict(first.url.params) == {
        "$select": SELECT,
        "$filter": "receivedDateTime ge 2026-03-01T08:00:00Z",
    }
    assert str(second.url) == NEXT
    for request in graph.requests:
        assert request.headers["Prefer"] == 'odata.maxpagesize=50, IdType="ImmutableId"'


def test_no_body_is_ever_asked_for():
    for word in ("body", "bodyPreview", "uniqueBody", "attachments"):
        assert word not in SELECT.split(",")


async def test_a_link_is_taken_up_where_it_was_left(client, access, graph):
    graph.answers = [page(delta_link=DELTA)]

    async for _ in pages(client, access, "inbox", link=NEXT):
        pass

    assert str(graph.requests[0].url) == NEXT


async def test_an_expired_link_ends_the_round(client, access, graph):
    graph.answers = [httpx.Response(410)]

    with pytest.raises(DeltaLinkExpired):
        _ = [one async for one in pages(client, access, "inbox", link=DELTA)]


async def test_a_link_to_elsewhere_is_not_followed(client, access, graph):
    graph.answers = [page(next_link="https://evil.example/?t=1")]

    with pytest.raises(HostNotAllowed):
        _ = [one async for one in pages(client, access, "inbox")]

    assert len(graph.requests) == 1


async def test_a_link_to_itself_ends_the_round(client, access, graph):
    graph.answers = [page(next_link=NEXT)]

    with pytest.raises(GraphError) as caught:
        _ = [one async for one in pages(client, access, "inbox")]

    assert caught.value.code == "link_repeats"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": []},
        {"value": None, "@odata.deltaLink": DELTA},
        {"value": [], "@odata.deltaLink": 1},
        {"value": [], "@odata.deltaLink": DELTA, "@odata.nextLink": NEXT},
    ],
)
def test_what_is_no_page_is_an_error(body):
    for read in (read_page, read_folder_page):
        with pytest.raises(GraphError):
            read(body)


@given(
    st.lists(
        st.none()
        | st.integers()
        | st.dictionaries(
            st.sampled_from(["id", "@removed", "subject", "from", "displayName"]),
            st.none() | st.text() | st.integers() | st.dictionaries(st.text(), st.none()),
        )
    )
)
def test_every_entry_of_a_page_is_accounted_for(entries):
    body = {"value": entries, "@odata.deltaLink": DELTA}

    found = read_page(body)

    assert len(found.present) + len(found.removed) + len(found.skipped) == len(entries)
    read_folder_page(body)


def test_a_page_shows_no_link_in_tracebacks():
    assert "deltatoken" not in repr(read_page({"value": [], "@odata.deltaLink": DELTA}))


def batch(**by_id):
    def answer(request):
        asked = httpx.Response(200, content=request.content).json()["requests"]
        answers = []
        for item in asked:
            name = item["url"].partition("?")[0].rpartition("/")[2]
            status, body = by_id[name].pop(0)
            answers.append({"id": item["id"], "status": status, "body": body})
        return httpx.Response(200, json={"responses": answers})

    return answer


async def test_a_vanished_message_is_looked_for(client, access, graph):
    graph.answers = [
        batch(
            moved=[(200, {"id": "moved", "parentFolderId": "done"})],
            gone=[(404, {"error": {"code": "ErrorItemNotFound"}})],
            slow=[(429, {}), (200, {"parentFolderId": "inbox"})],
        )
    ]

    found = await locate(client, access, ["moved", "gone", "slow", "gone"])

    assert found == {"moved": "done", "gone": None, "slow": "inbox"}
    item = httpx.Response(200, content=graph.requests[0].content).json()["requests"][0]
    assert item == {
        "id": "0",
        "method": "GET",
        "url": "/users/support@contoso.example/messages/moved?$select=id,parentFolderId",
        "headers": {"Prefer": 'IdType="ImmutableId"'},
    }


async def test_a_message_that_may_not_be_seen_is_not_called_gone(client, access, graph):
    graph.answers = [batch(a=[(403, {"error": {"code": "ErrorAccessDenied"}})])]

    with pytest.raises(GraphError) as caught:
        await locate(client, access, ["a"])

    assert type(caught.value) is GraphError
    assert caught.value.code == "ErrorAccessDenied"


async def test_a_message_that_stays_throttled_is_left_to_the_job(client, access, graph):
    graph.answers = [batch(a=[(429, {})] * 9)]

    with pytest.raises(GraphThrottled):
        await locate(client, access, ["a"])


async def test_nothing_to_look_for_asks_nothing(client, access, graph):
    assert await locate(client, access, []) == {}
    assert graph.requests == []


async def test_folders_are_listed_at_any_depth(client, access, graph):
    graph.answers = [
        page({"id": "a", "displayName": "Inbox", "totalItemCount": 3}, next_link=NEXT),
        page({"id": "b", "parentFolderId": "a"}, {"id": "a", "@removed": {}}, delta_link=DELTA),
    ]

    folders = await list_folders(client, access)

    assert [(folder.id, folder.parent_id) for folder in folders] == [("b", "a")]


async def test_well_known_folders_that_are_missing_are_left_out(client, access, graph):
    names = ("sentitems", "drafts", "deleteditems", "junkemail", "outbox")
    graph.answers = [
        batch(
            inbox=[(200, {"id": "i"})],
            archive=[(404, {})],
            **{name: [(200, {"id": name[:1]})] for name in names},
        )
    ]

    found = await well_known_folders(client, access)

    assert found["inbox"] == "i"
    assert "archive" not in found
