"""Reading folders, messages and people: what is shown, to whom, and what is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

BOX = "help@contoso.example"
BEN = "ben@contoso.example"
MESSAGES = f"/users/{BOX}/messages"
pytestmark = pytest.mark.scenario


async def test_bad_token_is_401_in_graphs_words(graph: Any) -> None:
    answer = await graph.get(MESSAGES, token="bad", headers={"client-request-id": "mine"})
    assert (answer.status, answer.error) == (401, "InvalidAuthenticationToken")
    inner = answer.body["error"]["innerError"]
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["client-request-id"] == answer.headers["client-request-id"] == "mine"


async def test_without_a_role_the_application_reads_nothing(graph: Any) -> None:
    answer = await graph.get(MESSAGES)
    assert (answer.status, answer.error) == (403, "ErrorAccessDenied")


async def test_a_role_opens_the_named_mailbox_alone(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    assert (await graph.get(MESSAGES)).status == 200
    assert (await graph.get(f"/users/{BEN}/messages")).error == "ErrorAccessDenied"


async def test_entra_roles_add_up_with_exchanges(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    graph.tenant.entra_roles["app-1"] = {"Mail.Read"}
    assert (await graph.get(f"/users/{BEN}/messages")).status == 200
    assert (await graph.get(f"{MESSAGES}?$select=body")).status == 200


async def test_revoked_access_is_403_until_it_is_given_back(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    graph.service.access.revoked.add(BOX)
    assert (await graph.get(MESSAGES)).status == 403
    graph.service.access.revoked.clear()
    assert (await graph.get(MESSAGES)).status == 200


async def test_unknown_mailbox_is_404(graph: Any) -> None:
    assert (await graph.get("/users/nobody@contoso.example/messages")).error == "ErrorInvalidUser"


@pytest.mark.parametrize("name", ["body", "bodyPreview", "uniqueBody", "attachments"])
async def test_contents_asked_for_by_name_are_refused_under_read_basic(
    graph: Any, name: str
) -> None:
    graph.grant("Mail.ReadBasic")
    message = graph.id(3)
    for path in (
        f"{MESSAGES}?$select=subject,{name}",
        f"{MESSAGES}/{message}?$select={name}",
        f"/users/{BOX}/mailFolders/inbox/messages/delta?$select={name}",
    ):
        answer = await graph.get(path)
        assert (answer.status, answer.error) == (403, "ErrorAccessDenied")


async def test_contents_are_left_out_under_read_basic(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    message = (await graph.get(f"{MESSAGES}/{graph.id(3)}")).body
    assert message["subject"] == "Question 2"
    assert not {"body", "bodyPreview", "uniqueBody"} & set(message)
    assert (await graph.get(f"{MESSAGES}/{graph.id(3)}/attachments")).status == 403


async def test_contents_are_there_with_mail_read(graph: Any) -> None:
    graph.grant("Mail.Read")
    message = (await graph.get(f"{MESSAGES}/{graph.id(3)}")).body
    assert message["body"] == {"contentType": "text", "content": "The body of 2.\r\n"}
    assert message["bodyPreview"] == "The body of 2."
    assert (await graph.get(f"{MESSAGES}/{graph.id(3)}/attachments")).body["value"] == []


@pytest.mark.parametrize("withheld", [True, False])
async def test_internet_headers_come_when_asked_for_and_not_withheld(
    graph: Any, withheld: bool
) -> None:
    graph.grant("Mail.ReadBasic")
    graph.service.mail_faults.withhold_headers = withheld
    assert "internetMessageHeaders" not in (await graph.get(f"{MESSAGES}/{graph.id(3)}")).body
    asked = await graph.get(f"{MESSAGES}/{graph.id(3)}?$select=internetMessageHeaders")
    assert asked.status == 200
    assert ("internetMessageHeaders" in asked.body) is not withheld


async def test_list_pages_newest_first(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    link, subjects = f"{MESSAGES}?$select=subject&$top=7&$count=true", []
    while link:
        body = (await graph.get(link)).body
        assert body["@odata.count"] == 20
        subjects += [row["subject"] for row in body["value"]]
        link = body.get("@odata.nextLink")
    assert subjects == [f"Question {n}" for n in reversed(range(20))]


async def test_filters_narrow_and_keep_their_order(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    box = graph.store.mailboxes[BOX]
    message = box.messages[5]
    graph.store.mark_read(BOX, 5, read=False)
    conversation = box.conversation_id(message.conversation)
    at = f"{message.received_at:%Y-%m-%dT%H:%M:%SZ}"
    for wanted, count in (
        (f"conversationId eq '{conversation}'", 1),
        (f"internetMessageId eq '{message.internet_message_id}'", 1),
        (f"internetMessageId eq '{message.internet_message_id}' and isRead eq true", 0),
        (f"receivedDateTime ge {at} and receivedDateTime lt 2100-01-01T00:00:00Z", 16),
    ):
        answer = await graph.get(f"{MESSAGES}?$top=50&$filter={quote(wanted)}")
        assert (wanted, len(answer.body["value"])) == (wanted, count)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("$filter=subject eq 'x'", "ErrorInvalidUrlQueryFilter"),
        ("$filter=isRead eq false and", "ErrorInvalidUrlQueryFilter"),
        ("$filter=isRead eq 'x'", "ErrorInvalidUrlQueryFilter"),
        ("$filter=isRead eq false&$orderby=receivedDateTime desc", "InefficientFilter"),
        ("$select=nonsense", "RequestBroker--ParseUri"),
        ("$top=-1", "BadRequest"),
        ("$search=x", "ErrorAccessDenied"),
    ],
)
async def test_malformed_options_are_refused(graph: Any, options: str, code: str) -> None:
    graph.grant("Mail.ReadBasic")
    assert (await graph.get(f"{MESSAGES}?{options}")).error == code


async def test_ids_are_immutable_only_where_this_request_asks(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    path = f"{MESSAGES}/{graph.id(3)}?$select=id,webLink"
    asked, unasked = (await graph.get(path)).body, (await graph.get(path, prefer="")).body
    assert asked["id"] == graph.id(3)
    assert unasked["id"] == graph.id(3, immutable=False)
    assert quote(unasked["id"], safe="") in unasked["webLink"]


async def test_malformed_id_is_400_and_another_case_is_another_id(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    assert (await graph.get(f"{MESSAGES}/nonsense")).error == "ErrorInvalidIdMalformed"
    swapped = await graph.get(f"{MESSAGES}/{graph.id(3).swapcase()}")
    assert swapped.status in (400, 404)


async def test_folders_by_name_by_id_and_as_odata_keys(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    inbox = (await graph.get(f"/users/{BOX}/mailFolders/inbox")).body
    assert (inbox["displayName"], inbox["totalItemCount"]) == ("Inbox", 20)
    again = await graph.get(f"/users('{BOX}')/mailFolders('{inbox['id']}')")
    assert again.body == inbox
    listed = (await graph.get(f"/users/{BOX}/mailFolders?$top=50")).body["value"]
    assert "Inbox" in {row["displayName"] for row in listed}
    graph.store.create_folder(BOX, "Claims", "inbox")
    children = (await graph.get(f"/users/{BOX}/mailFolders/inbox/childFolders")).body["value"]
    assert [row["displayName"] for row in children] == ["Claims"]


async def test_folder_list_pages(graph: Any) -> None:
    graph.grant("Mail.ReadBasic")
    link, names = f"/users/{BOX}/mailFolders?$top=3&$select=displayName", []
    while link:
        body = (await graph.get(link)).body
        names += [row["displayName"] for row in body["value"]]
        link = body.get("@odata.nextLink")
    assert len(names) == len(set(names)) == 7


async def test_delegate_reads_the_shared_mailbox_with_shared_scopes_alone(graph: Any) -> None:
    assert (await graph.get(MESSAGES, token="ada:Mail.ReadBasic.Shared")).status == 200
    assert (await graph.get(MESSAGES, token="ada:Mail.Read")).status == 403
    assert (await graph.get(MESSAGES, token="chloé:Mail.ReadBasic.Shared")).status == 403


async def test_shared_scope_reaches_the_persons_own_mail_too(graph: Any) -> None:
    assert (await graph.get("/me/messages", token="ada:Mail.Read.Shared")).status == 200
    assert (await graph.get(f"/users/{BEN}/messages", token="ada:Mail.Read.Shared")).status == 403


async def test_me_is_for_people(graph: Any) -> None:
    assert (await graph.get("/me", token="ada:User.Read")).body["displayName"] == "Ada Example"
    assert (await graph.get("/me")).status == 400


async def test_profiles_need_their_own_permission(graph: Any) -> None:
    graph.grant("Mail.Read")
    assert (await graph.get(f"/users/{BEN}")).error == "Authorization_RequestDenied"
    assert (await graph.get(f"/users/{BEN}", token="ada:User.Read")).status == 403
    graph.tenant.entra_roles["app-1"] = {"User.Read.All"}
    assert (await graph.get(f"/users/{BEN}")).body["id"] == "user-ben"
    assert (await graph.get(f"/users/{BOX}")).body["id"] == "box-1"
    found = await graph.get(f"/users?$filter=mail eq '{BOX}'&$select=id")
    assert found.body["value"] == [{"id": "box-1"}]
    assert (await graph.get("/users/nobody")).error == "Request_ResourceNotFound"
    assert (await graph.get("/users")).status == 400


async def test_unknown_path_and_method_are_refused(graph: Any) -> None:
    assert (await graph.get("/nowhere")).status == 400
    assert (await graph.call("PUT", "/me", token="ada:User.Read")).status == 405
