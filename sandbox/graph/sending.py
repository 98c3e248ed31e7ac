"""Sending: sendMail, reply, drafts of replies, and sending a draft."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta

from sandbox.graph.access import Access, OpenMailbox
from sandbox.graph.incoming import read_fields, read_mail
from sandbox.graph.messages import open_message
from sandbox.graph.protocol import (
    GraphAnswer,
    GraphFailure,
    GraphRequest,
    Json,
    Routes,
    bad_request,
)
from sandbox.graph.shapes import MessageShape
from sandbox.mail.composing import reply_to
from sandbox.mail.mailbox import Mailbox
from sandbox.mail.records import Address, Message, NewMail
from sandbox.mail.store import MailStore

PER_MINUTE = 30
"""Messages a mailbox may send in a minute."""


class SendingApi:
    def __init__(self, access: Access, mail: MailStore) -> None:
        self._access = access
        self._mail = mail
        self._sent_at: dict[str, deque[datetime]] = {}

    def add_to(self, routes: Routes) -> None:
        routes.add("POST", "users/{mailbox}/sendMail", self.send_mail)
        routes.add("POST", "users/{mailbox}/messages", self.create_draft)
        routes.add("POST", "users/{mailbox}/mailFolders/{folder}/messages", self.create_draft)
        for base in ("users/{mailbox}", "users/{mailbox}/mailFolders/{folder}"):
            one = f"{base}/messages/{{message}}"
            routes.add("POST", f"{one}/send", self.send_draft)
            routes.add("POST", f"{one}/reply", self.reply)
            routes.add("POST", f"{one}/replyAll", self.reply_all)
            routes.add("POST", f"{one}/createReply", self.create_reply)
            routes.add("POST", f"{one}/createReplyAll", self.create_reply_all)

    async def send_mail(self, request: GraphRequest, mailbox: str) -> GraphAnswer:
        box = self._access.open(request, mailbox, "send").mailbox
        body = request.json_object()
        mail = read_mail(_object(body.get("message")))
        self._send(request, box, mail, keep=body.get("saveToSentItems") is not False)
        return GraphAnswer(202)

    async def create_draft(
        self, request: GraphRequest, mailbox: str, folder: str = "drafts"
    ) -> GraphAnswer:
        opened = self._access.open(request, mailbox, "write")
        mail = self._signed(request, opened.mailbox, read_mail(request.json_object()))
        made = self._mail.create(opened.mailbox.address, folder, mail, is_draft=True, is_read=True)
        return self._draft(request, opened, made)

    async def create_reply(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        opened = self._access.open(request, mailbox, "write")
        mail = self._reply(request, opened.mailbox, message, folder, everyone=False)
        made = self._mail.create(
            opened.mailbox.address, "drafts", mail, is_draft=True, is_read=True
        )
        return self._draft(request, opened, made)

    async def create_reply_all(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        opened = self._access.open(request, mailbox, "write")
        mail = self._reply(request, opened.mailbox, message, folder, everyone=True)
        made = self._mail.create(
            opened.mailbox.address, "drafts", mail, is_draft=True, is_read=True
        )
        return self._draft(request, opened, made)

    async def reply(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        box = self._access.open(request, mailbox, "send").mailbox
        self._send(request, box, self._reply(request, box, message, folder, everyone=False))
        return GraphAnswer(202)

    async def reply_all(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        box = self._access.open(request, mailbox, "send").mailbox
        self._send(request, box, self._reply(request, box, message, folder, everyone=True))
        return GraphAnswer(202)

    async def send_draft(
        self, request: GraphRequest, mailbox: str, message: str, folder: str | None = None
    ) -> GraphAnswer:
        """The draft goes; its copy in Sent Items has another id, immutable or not."""
        box = self._access.open(request, mailbox, "send").mailbox
        draft = open_message(box, message, folder)
        if not draft.is_draft:
            raise bad_request("The message is not a draft.", "ErrorInvalidRequest")
        self._send(request, box, _mail_of(box, draft))
        self._mail.hard_delete(box.address, draft.number)
        return GraphAnswer(202)

    def _reply(
        self,
        request: GraphRequest,
        mailbox: Mailbox,
        message: str,
        folder: str | None,
        *,
        everyone: bool,
    ) -> NewMail:
        body = {} if request.body is None else request.json_object()
        given = read_fields(_object(body.get("message") or {}))
        comment = body.get("comment")
        if comment is not None and "text" in given:
            raise bad_request(
                "Comment and the body property of the message cannot be both specified.",
                "ErrorInvalidRequest",
            )
        if comment is not None and not isinstance(comment, str):
            raise bad_request("The comment must be a string.", "UnableToDeserializePostBody")
        mail = reply_to(
            open_message(mailbox, message, folder),
            comment or "",
            from_=Address(mailbox.name, mailbox.address),
            everyone=everyone,
        )
        return self._signed(request, mailbox, replace(mail, **given))

    def _signed(self, request: GraphRequest, mailbox: Mailbox, mail: NewMail) -> NewMail:
        """From the mailbox; the sender is the person whose token it is, if it is one's."""
        own = Address(mailbox.name, mailbox.address)
        from_ = mail.from_ or own
        if from_.address.lower() != mailbox.address:
            # From another mailbox: only as far as this caller may send from there.
            self._access.open(request, from_.address, "send")
        user = self._access.caller_user(request)
        sender = Address(user.name, user.email) if user else from_
        return replace(mail, from_=from_, sender=sender)

    def _send(
        self, request: GraphRequest, mailbox: Mailbox, mail: NewMail, *, keep: bool = True
    ) -> None:
        mail = self._signed(request, mailbox, mail)
        if not (mail.to or mail.cc or mail.bcc):
            raise bad_request(
                "At least one recipient is required to send a message.", "ErrorInvalidRecipients"
            )
        self._count(mailbox)
        self._mail.send(mail, copy_in=self._copy_in(request, mailbox, mail) if keep else None)

    def _copy_in(self, request: GraphRequest, mailbox: Mailbox, mail: NewMail) -> str:
        """Whose Sent Items get the copy: the shared mailbox's, or the delegate's own."""
        user = self._access.caller_user(request)
        sender = self._mail.mailbox(mail.from_.address) if mail.from_ else None
        if user is None or sender is None or sender.id == user.id:
            return mailbox.address
        own = self._mail.mailbox(user.id)
        if sender.message_copy_for_sent_as or own is None:
            return sender.address
        return own.address

    def _count(self, mailbox: Mailbox) -> None:
        now = self._mail.now()
        sent_at = self._sent_at.setdefault(mailbox.address, deque())
        while sent_at and sent_at[0] <= now - timedelta(minutes=1):
            sent_at.popleft()
        if len(sent_at) >= PER_MINUTE:
            wait = sent_at[0] + timedelta(minutes=1) - now
            raise GraphFailure(
                429,
                "ApplicationThrottled",
                "The mailbox has sent too many messages.",
                {"Retry-After": str(int(wait.total_seconds()) + 1)},
            )
        sent_at.append(now)

    @staticmethod
    def _draft(request: GraphRequest, opened: OpenMailbox, made: Message) -> GraphAnswer:
        shape = MessageShape(request, opened, None, withhold_headers=False)
        return GraphAnswer(201, shape.write(made))


def _mail_of(mailbox: Mailbox, draft: Message) -> NewMail:
    content = mailbox.content(draft)
    return NewMail(
        subject=draft.subject,
        text=content.text,
        content_type=content.content_type,
        from_=draft.from_,
        to=draft.to,
        cc=draft.cc,
        bcc=draft.bcc,
        reply_to=draft.reply_to,
        headers=content.headers,
        message_id=draft.internet_message_id,
        references=draft.references,
        importance=draft.importance,
        categories=draft.categories,
        attachments=content.attachments,
    )


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise bad_request("The message is missing.", "ErrorInvalidRequest")
    return value
