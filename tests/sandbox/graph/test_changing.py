"""Changing mail, folders and categories through Graph."""

from __future__ import annotations

from typing import Any

import pytest

BOX = "help@contoso.example"
MESSAGES = f"/users/{BOX}/messages"
pytestmark = pytest.mark.scenario


async def test_reading_rights_change_nothing(graph: Any) -> None:
    graph.grant("Mail.Read")
    for method, path, body in (
        ("PATCH", f"{MESSAGES}/{graph.id(3)}", {"isRead": True}),
        ("DELETE", f"{MESSAGES}/{graph.id(3)}", None),
        ("POST", f"{MESSAGES}/{graph.id(3)}/move", {"destinationId": "archive"}),
        ("POST", f"{MESSAGES}/{graph.id(3)}/createReply", {}),
        ("POST", f"/users/{BOX}/sendMail", {"message": {}}),
        ("POST", f"/users/{BOX}/mailFolders", {"displayName": "X"}),
    ):
        assert (await graph.call(method, path, body)).error == "ErrorAccessDenied"


async def test_patch_sets_what_it_names_and_moves_the_change_key(graph: Any) -> None:
    graph.grant("Mail.ReadWrite")
    before = (await graph.get(f"{MESSAGES}/{graph.id(3)}")).body
    wish = {"categories": ["Ada"], "isRead": False, "flag": {"flagStatus": "flagged"}}
    after = await graph.call("PATCH", f"{MESSAGES}/{graph.id(3)}", wish)
    assert after.status == 200
    assert after.body["categories"] == ["Ada"]
    assert after.body["flag"] == {"flagStatus": "flagged"}
    assert after.body["changeKey"] != before["changeKey"]
    assert after.body["lastModifiedDateTime"] > before["lastModifiedDateTime"]


@pytest.mark.parametrize(
    "wish",
    [{"isRead": "yes"}, {"categories": "Ada"}, {"categories": [1]}, {"flag": 3}, [1], "x"],
)
async def test_malformed_patch_is_400_and_changes_nothing(graph: Any, wish: Any) -> None:
    graph.grant("Mail.ReadWrite")
    before = (await graph.get(f"{MESSAGES}/{graph.id(3)}")).body
    assert (await graph.call("PATCH", f"{MESSAGES}/{graph.id(3)}", wish)).status == 400
    assert (await graph.get(f"{MESSAGES}/{graph.id(3)}")).body == before


async def test_subject_of_received_mail_stays(graph: Any) -> None:
    graph.grant("Mail.ReadWrite")
    answer = await graph.call("PATCH", f"{MESSAGES}/{graph.id(3)}", {"subject": "Mine"})
    assert answer.error == "ErrorInvalidPropertySet"


async def test_stale_etag_is_412(graph: Any) -> None:
    graph.grant("Mail.ReadWrite")
    answer = await graph.call(
        "PATCH", f"{MESSAGES}/{graph.id(3)}", {"isRead": True}, headers={"If-Match": 'W/"old"'}
    )
    assert (answer.status, answer.error) == (412, "ErrorIrresolvableConflict")


async def test_move_answers_with_the_message_in_its_new_folder(graph: Any) -> None:
    graph.grant("Mail.ReadWrite")
    moved = await graph.call(
        "POST", f"{MESSAGES}/{graph.id(3)}/move", {"destinationId": "archive"}, prefer=""
    )
    assert moved.status == 201
    archive = (await graph.get(f"/users/{BOX}/mailFolders/archive")).body["id"]
    assert moved.body["parentFolderId"] == archive
    assert moved.body["id"] == graph.id(3, immutable=False)
    nowhere = await graph.call("POST", f"{MESSAGES}/{graph.id(3)}/move", {"destinationId": "x"})
    assert nowhere.status == 400


async def test_delete_is_soft_then_hard(graph: Any) -> None:
    graph.grant("Mail.ReadWrite")
    path = f"{MESSAGES}/{graph.id(3)}"
    assert (await graph.call("DELETE", path)).status == 204
    assert (await graph.get(path)).status == 200
    assert (await graph.call("DELETE", path)).status == 204
    assert (await graph.get(path)).error == "ErrorItemNotFound"
    gone = await graph.call("POST", f"{MESSAGES}/{graph.id(4)}/permanentDelete")
    assert gone.status == 204
    assert (await graph.get(f"{MESSAGES}/{graph.id(5)}")).status == 200


async def test_folders_are_made_renamed_and_deleted(graph: Any) -> None:
    graph.grant("Mail.ReadWrite")
    folders = f"/users/{BOX}/mailFolders"
    made = await graph.call("POST", f"{folders}/inbox/childFolders", {"displayName": "Claims"})
    assert made.status == 201
    twice = await graph.call("POST", f"{folders}/inbox/childFolders", {"displayName": "claims"})
    assert twice.error == "ErrorFolderExists"
    path = f"{folders}/{made.body['id']}"
    assert (await graph.call("PATCH", path, {"displayName": "Old"})).body["displayName"] == "Old"
    assert (await graph.call("DELETE", path)).status == 204
    assert (await graph.get(path)).error == "ErrorItemNotFound"
    assert (await graph.call("DELETE", f"{folders}/inbox")).status == 400


async def test_master_categories_need_mailbox_settings(graph: Any) -> None:
    path = f"/users/{BOX}/outlook/masterCategories"
    graph.grant("Mail.ReadWrite")
    assert (await graph.get(path)).status == 403
    graph.grant("MailboxSettings.ReadWrite")
    wish = {"displayName": "Ada", "color": "preset3"}
    assert (await graph.call("POST", path, wish)).status == 201
    assert (await graph.call("POST", path, wish)).status == 409
    assert (await graph.get(path)).body["value"][0]["displayName"] == "Ada"


async def test_ids_are_translated_both_ways(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    immutable, mutable = graph.id(3), graph.id(3, immutable=False)
    path = f"/users/{BOX}/translateExchangeIds"
    body = {
        "inputIds": [immutable, "nonsense"],
        "sourceIdType": "restImmutableEntryId",
        "targetIdType": "restId",
    }
    found, unknown = (await graph.call("POST", path, body)).body["value"]
    assert found == {"sourceId": immutable, "targetId": mutable}
    assert "targetId" not in unknown
    assert (await graph.call("POST", path, {**body, "inputIds": ["x"] * 1_001})).status == 400
