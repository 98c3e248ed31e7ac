"""Make messages that no source holds: arriving mail, drafts, replies and sent copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sandbox.mail.mailbox import Mailbox
from sandbox.mail.records import Address, Message, NewMail


def compose(mailbox: Mailbox, folder: int, mail: NewMail, at: datetime) -> Message:
    """The message as it will lie in `folder`, in the conversation that its references name."""
    number = mailbox.next_number()
    domain = mailbox.address.partition("@")[2]
    conversation, depth = _conversation(mailbox, number, mail.references)
    return Message(
        number=number,
        folder=folder,
        generation=0,
        version=0,
        conversation=conversation,
        depth=depth,
        internet_message_id=mail.message_id or f"<{mailbox.key.hex()[:12]}.{number}@{domain}>",
        references=mail.references,
        subject=mail.subject[:255],
        from_=mail.from_,
        sender=mail.sender or mail.from_,
        to=mail.to,
        cc=mail.cc,
        bcc=mail.bcc,
        reply_to=mail.reply_to,
        created_at=at,
        sent_at=at,
        received_at=at,
        modified_at=at,
        importance=mail.importance,
        has_attachments=bool(mail.attachments),
        categories=mail.categories,
    )


def reply_to(
    message: Message,
    text: str,
    *,
    from_: Address,
    sender: Address | None = None,
    everyone: bool = False,
    content_type: str = "text",
) -> NewMail:
    """The answer to a message: to its Reply-To, else its From, and with its thread's references."""
    to = message.reply_to or ((message.from_,) if message.from_ else ())
    others = (*message.to, *message.cc) if everyone else ()
    own = from_.address.lower()
    return NewMail(
        subject=reply_subject(message.subject),
        text=text,
        content_type=content_type,
        from_=from_,
        sender=sender or from_,
        to=to,
        cc=tuple(one for one in others if one.address.lower() != own and one not in to),
        references=(*message.references, message.internet_message_id),
    )


def reply_subject(subject: str) -> str:
    """As Outlook does it: one `RE: `, however often it is answered."""
    return subject if subject[:3].lower() == "re:" else f"RE: {subject}"[:255]


def as_delivered(mail: NewMail, message_id: str | None) -> NewMail:
    """The mail as its recipients get it."""
    return replace(mail, message_id=message_id or mail.message_id, bcc=(), categories=())


def as_received(mail: NewMail, by: str) -> NewMail:
    """With the headers that every mail has when it has been carried somewhere."""
    if any(name.lower() == "received" for name, _ in mail.headers):
        return mail
    sender = mail.from_.address if mail.from_ else ""
    carried = (
        ("Received", f"from mx.{sender.partition('@')[2] or 'unknown'} by mx.{by}"),
        ("MIME-Version", "1.0"),
    )
    return replace(mail, headers=(*carried, *mail.headers))


def _conversation(mailbox: Mailbox, number: int, references: tuple[str, ...]) -> tuple[int, int]:
    for reference in reversed(references):
        for known in mailbox.by_internet_id.get(reference, ()):
            conversation = mailbox.messages[known].conversation
            return conversation, len(mailbox.by_conversation[conversation])
    return number, 0
