"""How Graph writes down messages, folders and people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from sandbox.graph.access import OpenMailbox, access_denied
from sandbox.graph.protocol import GraphRequest, Json
from sandbox.mail.folders import ROOT, Folder
from sandbox.mail.mailbox import Mailbox
from sandbox.mail.parsing import plain_text, preview
from sandbox.mail.records import Address, Content, Message

CONTENTS = {"body", "bodyPreview", "uniqueBody", "attachments", "extensions"}
"""What Mail.ReadBasic never shows. Asking for one by name is refused."""
HEADERS = "internetMessageHeaders"
_ONLY_IF_ASKED = {"uniqueBody", "attachments", "extensions", HEADERS}


def moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class MessageShape:
    """Writes messages for one request: its `$select`, its ids, what its caller may see."""

    def __init__(
        self,
        request: GraphRequest,
        opened: OpenMailbox,
        select: tuple[str, ...] | None,
        *,
        withhold_headers: bool,
    ) -> None:
        """Raises a 403 where `select` names contents that the caller may not read."""
        if opened.basic_only and select and CONTENTS & set(select):
            raise access_denied()
        self._mailbox = opened.mailbox
        self._immutable = request.immutable_ids
        self._as_text = request.body_as_text
        names = select or [name for name in PROPERTIES if name not in _ONLY_IF_ASKED]
        hidden = CONTENTS if opened.basic_only else set()
        if opened.basic_only and withhold_headers:
            hidden = hidden | {HEADERS}
        self._names = [name for name in names if name not in hidden]

    def write(self, message: Message) -> Json:
        return self._write(message, self._names)

    def write_read_state(self, message: Message) -> Json:
        """The short form in which a delta tells that only the read state has changed."""
        return self._write(message, [name for name in self._names if name == "isRead"])

    def _write(self, message: Message, names: list[str]) -> Json:
        view = _View(self._mailbox, message, self._immutable, self._as_text)
        row: Json = {"@odata.etag": f'W/"{self._mailbox.change_key(message)}"', "id": view.id}
        row.update((name, PROPERTIES[name](view)) for name in names if name != "id")
        return row


class _View:
    """A message with what has to be worked out for it, at most once."""

    def __init__(self, mailbox: Mailbox, message: Message, immutable: bool, as_text: bool) -> None:
        self.mailbox, self.message, self._as_text = mailbox, message, as_text
        self.id = mailbox.message_id(message, immutable=immutable)
        self._content: Content | None = None

    @property
    def content(self) -> Content:
        if self._content is None:
            self._content = self.mailbox.content(self.message)
        return self._content

    @property
    def body(self) -> Json:
        if self._as_text and self.content.content_type == "html":
            return {"contentType": "text", "content": plain_text(self.content)}
        return {"contentType": self.content.content_type, "content": self.content.text}

    @property
    def web_link(self) -> str:
        item = quote(self.id, safe="")
        return (
            f"https://outlook.office365.com/owa/?ItemID={item}&exvsurl=1&viewmodel=ReadMessageItem"
        )


def _person(address: Address | None) -> Json | None:
    if address is None:
        return None
    return {"emailAddress": {"name": address.name, "address": address.address}}


def _people(addresses: tuple[Address, ...]) -> list[Json | None]:
    return [_person(one) for one in addresses]


PROPERTIES: dict[str, Callable[[_View], object]] = {
    "id": lambda view: view.id,
    "createdDateTime": lambda view: moment(view.message.created_at),
    "lastModifiedDateTime": lambda view: moment(view.message.modified_at),
    "changeKey": lambda view: view.mailbox.change_key(view.message),
    "categories": lambda view: list(view.message.categories),
    "receivedDateTime": lambda view: moment(view.message.received_at),
    "sentDateTime": lambda view: moment(view.message.sent_at),
    "hasAttachments": lambda view: view.message.has_attachments,
    "internetMessageId": lambda view: view.message.internet_message_id,
    "subject": lambda view: view.message.subject,
    "bodyPreview": lambda view: preview(view.content),
    "importance": lambda view: view.message.importance,
    "parentFolderId": lambda view: view.mailbox.folder_id(view.message.folder),
    "conversationId": lambda view: view.mailbox.conversation_id(view.message.conversation),
    "conversationIndex": lambda view: view.mailbox.conversation_index(view.message),
    "isDeliveryReceiptRequested": lambda view: False,
    "isReadReceiptRequested": lambda view: False,
    "isRead": lambda view: view.message.is_read,
    "isDraft": lambda view: view.message.is_draft,
    "webLink": lambda view: view.web_link,
    "inferenceClassification": lambda view: "focused",
    "body": lambda view: view.body,
    "uniqueBody": lambda view: view.body,
    "sender": lambda view: _person(view.message.sender),
    "from": lambda view: _person(view.message.from_),
    "toRecipients": lambda view: _people(view.message.to),
    "ccRecipients": lambda view: _people(view.message.cc),
    "bccRecipients": lambda view: _people(view.message.bcc),
    "replyTo": lambda view: _people(view.message.reply_to),
    "flag": lambda view: {"flagStatus": view.message.flag},
    "attachments": lambda view: attachments_json(view.content),
    "extensions": lambda view: [],
    HEADERS: lambda view: [{"name": name, "value": value} for name, value in view.content.headers],
}
"""Every property of a message, each with how it is found."""


def attachments_json(content: Content) -> list[Json]:
    """What is attached, without the bytes."""
    return [
        {
            "@odata.type": "#microsoft.graph.fileAttachment",
            "id": f"attachment-{at}",
            "name": name,
            "contentType": media_type,
            "size": size,
            "isInline": False,
        }
        for at, (name, media_type, size) in enumerate(content.attachments)
    ]


def folder_json(mailbox: Mailbox, folder: Folder) -> Json:
    children = sum(one.parent == folder.number for one in mailbox.folders.values())
    parent = folder.parent or ROOT
    return {
        "id": mailbox.folder_id(folder.number),
        "displayName": folder.name,
        "parentFolderId": mailbox.folder_id(parent),
        "childFolderCount": children,
        "unreadItemCount": folder.unread,
        "totalItemCount": len(folder.order),
        "sizeInBytes": 0,
        "isHidden": False,
    }


FOLDER_PROPERTIES = (
    "id",
    "displayName",
    "parentFolderId",
    "childFolderCount",
    "unreadItemCount",
    "totalItemCount",
    "sizeInBytes",
    "isHidden",
)


def chosen(row: Json, select: tuple[str, ...] | None) -> Json:
    """The row with what was selected; an id always comes along."""
    if select is None:
        return row
    return {name: value for name, value in row.items() if name == "id" or name in select}
