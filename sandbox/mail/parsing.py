"""Read a message out of any bytes, as Exchange would show it. Nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message as EmailMessage
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from html import unescape

from sandbox.mail.addresses import parse_addresses
from sandbox.mail.records import Address, Content, Headers
from sandbox.mail.text import decode_bytes, header_text, whole

SUBJECT_LIMIT = 255
"""Exchange stores at most this many characters of a subject."""
REFERENCES_KEPT = 100
NAME_LIMIT = 255
_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_ATTACHED = re.compile(rb"^content-disposition:[ \t]*attachment", re.IGNORECASE | re.MULTILINE)
_PARSER = BytesParser(policy=compat32)
_TAG = re.compile(r"<[^<>]*>")
_UNSEEN = re.compile(r"<(style|script)\b", re.IGNORECASE)
_UNSEEN_END = re.compile(r"</(style|script)[^<>]*>", re.IGNORECASE)
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, IndexError)
"""What the email package is known to raise on malformed parts."""

RawHeaders = dict[str, list[str]]


def parse_headers(raw: bytes) -> Headers:
    """The header fields of a message of any bytes."""
    fields = _fields(raw)
    from_ = _first_address(fields, "from")
    return Headers(
        subject=header_text(_first(fields, "subject") or "")[:SUBJECT_LIMIT],
        from_=from_,
        sender=_first_address(fields, "sender") or from_,
        to=parse_addresses(fields.get("to", [])),
        cc=parse_addresses(fields.get("cc", [])),
        bcc=parse_addresses(fields.get("bcc", [])),
        reply_to=parse_addresses(fields.get("reply-to", [])),
        date=_date(_first(fields, "date")),
        message_id=_message_id(_first(fields, "message-id")),
        references=_references(fields),
        importance=_importance(fields),
        has_attachments=_ATTACHED.search(raw) is not None,
    )


def parse_content(raw: bytes) -> Content:
    """The body that Exchange would show (HTML where there is some) and every header line."""
    headers = tuple((name, header_text(value)) for name, value in _lines(raw))
    try:
        kind, text, attachments = _body(_PARSER.parsebytes(raw))
    except _UNREADABLE:
        kind, text, attachments = "text", decode_bytes(raw), ()
    return Content(kind, text, headers, attachments)


def preview(content: Content) -> str:
    """The first 255 characters of the body as text, the way bodyPreview shows them."""
    return " ".join(plain_text(content)[:4_000].split())[:255]


def plain_text(content: Content) -> str:
    """The body without its markup."""
    if content.content_type == "text":
        return content.text
    return whole(unescape(_TAG.sub(" ", "".join(_seen(content.text)))))


def _seen(html: str) -> Iterator[str]:
    """The pieces outside of style and script elements."""
    at = 0
    while opening := _UNSEEN.search(html, at):
        yield html[at : opening.start()]
        closing = _UNSEEN_END.search(html, opening.end())
        if closing is None:
            return
        at = closing.end()
    yield html[at:]


def _lines(raw: bytes) -> list[tuple[str, str]]:
    end = _HEAD_END.search(raw)
    head = raw[: end.start()] if end else raw
    parsed = _PARSER.parsebytes(head + b"\n\n", headersonly=True)
    return [(name, str(value)) for name, value in parsed.raw_items()]


def _fields(raw: bytes) -> RawHeaders:
    fields: RawHeaders = {}
    for name, value in _lines(raw):
        fields.setdefault(name.lower(), []).append(value)
    return fields


def _first(fields: RawHeaders, name: str) -> str | None:
    values = fields.get(name)
    return values[0] if values else None


def _first_address(fields: RawHeaders, name: str) -> Address | None:
    if name not in fields:
        return None
    found = parse_addresses(fields[name][:1])
    return found[0] if found else Address("", "")


def _date(value: str | None) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value or "")
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=UTC)
        return parsed.astimezone(UTC)
    except (*_UNREADABLE, OverflowError):
        return None


def _message_id(value: str | None) -> str | None:
    found = _MESSAGE_ID.search(header_text(value or ""))
    return found.group() if found else None


def _references(fields: RawHeaders) -> tuple[str, ...]:
    text = " ".join(
        value for name in ("references", "in-reply-to") for value in fields.get(name, ())
    )
    found = _MESSAGE_ID.findall(header_text(text))
    return tuple(dict.fromkeys(found[-REFERENCES_KEPT:]))


def _importance(fields: RawHeaders) -> str:
    said = (_first(fields, "importance") or "").strip().lower()
    if said in ("high", "low"):
        return said
    priority = (_first(fields, "x-priority") or "").strip()[:1]
    return {"1": "high", "2": "high", "4": "low", "5": "low"}.get(priority, "normal")


def _body(message: EmailMessage) -> tuple[str, str, tuple[tuple[str, str, int], ...]]:
    texts: dict[str, str] = {}
    attachments: list[tuple[str, str, int]] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        kind = {"text/plain": "text", "text/html": "html"}.get(part.get_content_type())
        if part.get_content_disposition() == "attachment" or kind is None:
            name = header_text(str(part.get_filename() or "attachment"))
            attachments.append((name[:NAME_LIMIT], part.get_content_type(), len(data)))
        elif kind not in texts:
            texts[kind] = decode_bytes(data, _charset(part))
    kind = "html" if "html" in texts else "text"
    return kind, texts.get(kind, ""), tuple(attachments)


def _charset(part: EmailMessage) -> str | None:
    charset = part.get_param("charset")
    return charset if isinstance(charset, str) else None
