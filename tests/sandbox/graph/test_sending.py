"""Sending mail through Graph."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

BOX = "help@contoso.example"
MESSAGES = f"/users/{BOX}/messages"
TO = [{"emailAddress": {"name": "N", "address": "n@fabrikam.example"}}]
pytestmark = pytest.mark.scenario


def sent(graph: Any, address: str = BOX) -> list[Any]:
    return list(graph.store.mailboxes[address].in_folder("sentitems"))


async def test_send_mail_goes_out_with_a_copy_in_sent_items(graph: Any) -> None:
    graph.grant("Mail.Send")
    message = {
        "subject": "Hello",
        "body": {"contentType": "HTML", "content": "<p>Hi</p>"},
        "toRecipients": TO,
        "internetMessageHeaders": [{"name": "x-postroom", "value": "1"}],
    }
    answer = await graph.call("POST", f"/users/{BOX}/sendMail", {"message": message})
    assert (answer.status, answer.body) == (202, None)
    [mail] = graph.store.outgoing
    assert (mail.subject, mail.content_type, mail.headers) == (
        "Hello",
        "html",
        (("x-postroom", "1"),),
    )
    [copy] = sent(graph)
    assert copy.from_.address == copy.sender.address == BOX


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"subject": "x"}, "ErrorInvalidRecipients"),
        ({"toRecipients": [{"emailAddress": {"address": "x"}}]}, "ErrorInvalidRecipients"),
        ({"toRecipients": "x"}, "UnableToDeserializePostBody"),
        ({"toRecipients": TO, "subject": 1}, "UnableToDeserializePostBody"),
        (
            {"toRecipients": TO, "internetMessageHeaders": [{"name": "Auto", "value": "1"}]},
            "InvalidInternetMessageHeader",
        ),
        (
            {
                "toRecipients": TO,
                "internetMessageHeaders": [{"name": "x-a", "value": "1\r\nBcc:x"}],
            },
            "InvalidInternetMessageHeader",
        ),
        (
            {"toRecipients": TO, "internetMessageHeaders": [{"name": "x-a", "value": "1"}] * 6},
            "InvalidInternetMessageHeaderCollection",
        ),
        (None, "ErrorInvalidRequest"),
    ],
)
async def test_what_cannot_be_sent_is_refused_and_not_sent(
    graph: Any, message: Any, code: str
) -> None:
    graph.grant("Mail.Send")
    answer = await graph.call("POST", f"/users/{BOX}/sendMail", {"message": message})
    assert answer.error == code
    assert graph.store.outgoing == []


async def test_reply_draft_is_threaded_and_its_sent_copy_has_another_id(graph: Any) -> None:
    graph.grant("Mail.ReadWrite", "Mail.Send")
    body = {
        "comment": "We are on it.",
        "message": {"internetMessageHeaders": [{"name": "x-auto", "value": "All"}]},
    }
    draft = await graph.call("POST", f"{MESSAGES}/{graph.id(3)}/createReply", body)
    assert draft.status == 201
    assert draft.body["isDraft"] is True
    assert draft.body["subject"] == "RE: Question 2"
    original = graph.store.mailboxes[BOX].messages[3]
    assert draft.body["toRecipients"][0]["emailAddress"]["address"] == original.from_.address
    answer = await graph.call("POST", f"{MESSAGES}/{draft.body['id']}/send")
    assert answer.status == 202
    assert (await graph.get(f"{MESSAGES}/{draft.body['id']}")).status == 404
    [copy] = sent(graph)
    assert copy.conversation == original.conversation
    assert copy.internet_message_id == draft.body["internetMessageId"]
    assert copy.references[-1] == original.internet_message_id
    assert graph.store.outgoing[0].headers == (("x-auto", "All"),)
    assert graph.store.outgoing[0].text == "We are on it."


async def test_reply_takes_a_comment_or_a_body_not_both(graph: Any) -> None:
    graph.grant("Mail.Send")
    body = {"comment": "x", "message": {"body": {"contentType": "text", "content": "y"}}}
    path = f"{MESSAGES}/{graph.id(3)}/reply"
    assert (await graph.call("POST", path, body)).status == 400
    assert (await graph.call("POST", path, {"comment": "x"})).status == 202


async def test_reply_all_reaches_the_others_but_not_the_mailbox(graph: Any) -> None:
    graph.grant("Mail.ReadWrite")
    draft = await graph.call("POST", f"{MESSAGES}/{graph.id(3)}/createReplyAll", {})
    assert draft.body["ccRecipients"] == []


async def test_draft_can_be_changed_until_it_is_sent(graph: Any) -> None:
    graph.grant("Mail.ReadWrite", "Mail.Send")
    draft = await graph.call("POST", MESSAGES, {"subject": "First", "toRecipients": TO})
    path = f"{MESSAGES}/{draft.body['id']}"
    change = {"subject": "Second", "body": {"contentType": "text", "content": "Body"}}
    assert (await graph.call("PATCH", path, change)).body["subject"] == "Second"
    await graph.call("POST", f"{path}/send")
    assert (graph.store.outgoing[0].subject, graph.store.outgoing[0].text) == ("Second", "Body")
    again = await graph.call("POST", f"{MESSAGES}/{graph.id(3)}/send")
    assert again.error == "ErrorInvalidRequest"


@pytest.mark.parametrize("copied", [True, False])
async def test_delegates_copy_lands_where_the_tenant_says(graph: Any, copied: bool) -> None:
    graph.store.mailboxes[BOX].message_copy_for_sent_as = copied
    answer = await graph.call(
        "POST",
        f"{MESSAGES}/{graph.id(3)}/reply",
        {"comment": "Done"},
        token="ada:Mail.Send.Shared,Mail.ReadBasic.Shared",
    )
    assert answer.status == 202
    where = BOX if copied else "ada@contoso.example"
    [copy] = sent(graph, where)
    assert (copy.from_.address, copy.sender.address) == (BOX, "ada@contoso.example")
    other = "ada@contoso.example" if copied else BOX
    assert sent(graph, other) == []


async def test_delegate_cannot_send_as_a_mailbox_that_is_not_theirs(graph: Any) -> None:
    message = {"toRecipients": TO, "from": {"emailAddress": {"address": "ben@contoso.example"}}}
    answer = await graph.call(
        "POST", "/me/sendMail", {"message": message}, token="ada:Mail.Send,Mail.Send.Shared"
    )
    assert answer.error == "ErrorAccessDenied"


async def test_more_than_thirty_a_minute_are_throttled(graph: Any) -> None:
    graph.grant("Mail.Send")
    graph.clock.step = timedelta(0)
    body = {"message": {"subject": "x", "toRecipients": TO}}
    statuses = [
        (await graph.call("POST", f"/users/{BOX}/sendMail", body)).status for _ in range(31)
    ]
    assert statuses == [202] * 30 + [429]


async def test_mail_between_the_tenants_mailboxes_arrives(graph: Any) -> None:
    to = [{"emailAddress": {"address": BOX}}]
    body = {"message": {"subject": "Inside", "toRecipients": to}, "saveToSentItems": False}
    answer = await graph.call("POST", "/me/sendMail", body, token="ben:Mail.Send")
    assert answer.status == 202
    assert graph.store.mailboxes[BOX].in_folder("inbox")[0].subject == "Inside"
    assert sent(graph, "ben@contoso.example") == []
