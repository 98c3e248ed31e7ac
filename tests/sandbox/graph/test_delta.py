"""Message delta over HTTP: rounds, links, quirks, resets."""

from __future__ import annotations

from typing import Any

import pytest

BOX = "help@contoso.example"
INBOX = f"/users/{BOX}/mailFolders/inbox/messages/delta?$select=subject,isRead"
pytestmark = pytest.mark.scenario


async def a_round(graph: Any, link: str, size: int = 6) -> tuple[list[dict[str, Any]], str]:
    """Every row of a round, and its delta link."""
    prefer = f'odata.maxpagesize={size}, IdType="ImmutableId"'
    rows: list[dict[str, Any]] = []
    for _ in range(100):
        answer = await graph.get(link, prefer=prefer)
        assert answer.status == 200, answer.body
        assert len(answer.body["value"]) <= size
        rows += answer.body["value"]
        if "@odata.deltaLink" in answer.body:
            return rows, answer.body["@odata.deltaLink"]
        link = answer.body["@odata.nextLink"]
    raise AssertionError("the round does not end")


async def test_first_round_shows_the_folder_newest_first(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    rows, _ = await a_round(graph, INBOX)
    assert [row["subject"] for row in rows] == [f"Question {n}" for n in reversed(range(20))]
    assert set(rows[0]) == {"@odata.type", "@odata.etag", "id", "subject", "isRead"}


async def test_next_round_tells_only_what_changed(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    _, link = await a_round(graph, INBOX)
    graph.store.categorize(BOX, 3, "Blue")
    graph.store.deliver_held(BOX, 1)
    rows, link = await a_round(graph, link)
    assert [row["subject"] for row in rows] == ["Question 2", "Question 20"]
    assert await a_round(graph, link) == ([], link)


async def test_some_pages_are_empty_and_go_on(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    link, sizes = INBOX, []
    while link:
        answer = await graph.get(link, prefer="odata.maxpagesize=2")
        sizes.append(len(answer.body["value"]))
        link = answer.body.get("@odata.nextLink")
    assert 0 in sizes[:-1]
    assert sum(sizes) == 20


async def test_a_changed_read_state_alone_comes_without_other_fields(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    _, link = await a_round(graph, INBOX)
    graph.store.mark_read(BOX, 3, read=not graph.store.mailboxes[BOX].messages[3].is_read)
    [row], _ = await a_round(graph, link)
    assert "subject" not in row
    assert row["id"] == graph.id(3)


async def test_moved_mail_is_removed_here_and_present_there_under_one_id(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    archive = INBOX.replace("inbox", "archive")
    _, inbox_link = await a_round(graph, INBOX)
    _, archive_link = await a_round(graph, archive)
    graph.store.move(BOX, 3, "archive")
    [gone], _ = await a_round(graph, inbox_link)
    [here], _ = await a_round(graph, archive_link)
    assert gone["@removed"]
    assert gone["id"] == here["id"]


async def test_reason_is_changed_in_deleted_items_and_deleted_for_good(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    _, link = await a_round(graph, INBOX)
    graph.store.delete(BOX, 3)
    graph.store.hard_delete(BOX, 4)
    rows, _ = await a_round(graph, link)
    assert [row["@removed"]["reason"] for row in rows] == ["changed", "deleted"]


async def test_there_and_back_within_a_round_tells_only_of_the_leaving(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    _, link = await a_round(graph, INBOX)
    graph.store.move(BOX, 3, "archive")
    graph.store.move(BOX, 3, "inbox")
    [row], link = await a_round(graph, link)
    assert row["@removed"]
    assert (await graph.get(f"/users/{BOX}/messages/{row['id']}")).status == 200
    graph.store.categorize(BOX, 3, "Blue")
    [row], _ = await a_round(graph, link)
    assert row["subject"] == "Question 2"


async def test_there_and_back_with_mutable_ids_is_another_item(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    link = INBOX
    while "deltatoken" not in link:
        body = (await graph.get(link, prefer="odata.maxpagesize=100")).body
        link = body.get("@odata.nextLink") or body["@odata.deltaLink"]
    before = graph.id(3, immutable=False)
    graph.store.move(BOX, 3, "archive")
    graph.store.move(BOX, 3, "inbox")
    gone, here = (await graph.get(link, prefer="")).body["value"]
    assert (gone["id"], here["id"]) == (before, graph.id(3, immutable=False))
    assert (await graph.get(f"/users/{BOX}/messages/{before}")).error == "ErrorItemNotFound"


async def test_filter_by_receipt_stops_at_the_moment_given(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    bound = graph.store.mailboxes[BOX].messages[18].received_at
    rows, _ = await a_round(
        graph, f"{INBOX}&$filter=receivedDateTime ge {bound:%Y-%m-%dT%H:%M:%SZ}"
    )
    assert [row["subject"] for row in rows] == ["Question 19", "Question 18", "Question 17"]


async def test_change_type_narrows_what_is_told(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    _, link = await a_round(graph, INBOX + "&changeType=created")
    graph.store.categorize(BOX, 3, "Blue")
    graph.store.hard_delete(BOX, 4)
    graph.store.deliver_held(BOX, 1)
    rows, _ = await a_round(graph, link)
    assert [row["subject"] for row in rows] == ["Question 20"]


async def test_expired_link_is_410_with_a_location_to_begin_at(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    _, link = await a_round(graph, INBOX)
    graph.service.mail_faults.expire_delta_links()
    answer = await graph.get(link)
    assert (answer.status, answer.error) == (410, "SyncStateNotFound")
    assert answer.headers["Location"].endswith("/messages/delta?$deltatoken=")
    rows, _ = await a_round(graph, answer.headers["Location"])
    assert len(rows) == 20


async def test_link_of_a_folder_that_is_gone_has_expired(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    folder = graph.store.create_folder(BOX, "Claims")
    id_ = graph.store.mailboxes[BOX].folder_id(folder.number)
    _, link = await a_round(graph, INBOX.replace("inbox", id_))
    graph.store.delete_folder(BOX, id_)
    assert (await graph.get(link)).status == 410


async def test_forged_link_is_refused_as_an_invalid_sync_state(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    answer = await graph.get(INBOX + "&$deltatoken=Zm9yZ2Vk")
    assert (answer.status, answer.error) == (400, "SyncStateInvalid")


async def test_a_page_can_be_made_to_come_twice(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    graph.service.mail_faults.duplicate_next_page()
    rows, _ = await a_round(graph, INBOX)
    assert len(rows) == 26
    assert len({row["id"] for row in rows}) == 20


@pytest.mark.parametrize(
    "options",
    [
        "$filter=isRead eq false",
        "$orderby=subject",
        "$search=x",
        "changeType=moved",
        "$select=nope",
    ],
)
async def test_unsupported_option_is_a_400(graph: Any, options: str) -> None:
    graph.grant("Mail.ReadBasic")
    path = f"/users/{BOX}/mailFolders/inbox/messages/delta?{options}"
    assert (await graph.get(path)).status == 400


async def test_there_is_no_delta_of_a_whole_mailbox(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    answer = await graph.get(f"/users/{BOX}/messages/delta")
    assert answer.status == 400
    assert "Change tracking is not supported" in answer.body["error"]["message"]


async def test_folder_delta_tells_of_folders_made_and_gone(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    first = await graph.get(f"/users/{BOX}/mailFolders/delta?$select=displayName")
    assert {"Inbox", "Sent Items"} <= {row["displayName"] for row in first.body["value"]}
    made = graph.store.create_folder(BOX, "Claims", "inbox")
    second = await graph.get(first.body["@odata.deltaLink"])
    assert [row["displayName"] for row in second.body["value"]] == ["Claims"]
    graph.store.delete_folder(BOX, graph.store.mailboxes[BOX].folder_id(made.number))
    third = await graph.get(second.body["@odata.deltaLink"])
    assert third.body["value"][0]["@removed"]
