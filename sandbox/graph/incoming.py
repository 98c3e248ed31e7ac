"""Read a message that a client sends as JSON. Everything malformed is a 400."""

from __future__ import annotations

from typing import Any

from sandbox.graph.protocol import GraphFailure, Json, bad_request
from sandbox.mail.records import Address, NewMail

HEADERS_LIMIT = 5
"""Custom headers in one message."""
RECIPIENTS_LIMIT = 500
_PEOPLE = {
    "toRecipients": "to",
    "ccRecipients": "cc",
    "bccRecipients": "bcc",
    "replyTo": "reply_to",
}


def read_mail(message: Json) -> NewMail:
    """A message resource as mail to be made; `from` and `sender` only if it names them."""
    return NewMail(**read_fields(message))


def read_fields(message: Json) -> dict[str, Any]:
    """The fields of NewMail that the resource gives."""
    fields: dict[str, Any] = {}
    for name, value in message.items():
        if name in _PEOPLE:
            fields[_PEOPLE[name]] = _people(value)
        elif name in ("from", "sender"):
            fields["from_" if name == "from" else name] = _person(value)
        elif name == "subject":
            fields["subject"] = _text(value)
        elif name == "body":
            fields["content_type"], fields["text"] = _body(value)
        elif name == "importance":
            fields["importance"] = _importance(value)
        elif name == "categories":
            fields["categories"] = read_categories(value)
        elif name == "internetMessageHeaders":
            fields["headers"] = _headers(value)
    if sum(len(fields.get(name, ())) for name in ("to", "cc", "bcc")) > RECIPIENTS_LIMIT:
        raise bad_request("Too many recipients.", "ErrorExceededMaxRecipientLimitShort")
    return fields


def read_categories(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise malformed()
    return tuple(dict.fromkeys(_text(one) for one in value))


def read_flag(value: object) -> str:
    if not isinstance(value, dict):
        raise malformed()
    status = value.get("flagStatus", "notFlagged")
    if status not in ("notFlagged", "flagged", "complete"):
        raise malformed()
    return str(status)


def read_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise malformed()
    return value


def malformed() -> GraphFailure:
    return bad_request(
        "The property value in the request payload has the wrong type.",
        "UnableToDeserializePostBody",
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise malformed()
    return value


def _importance(value: object) -> str:
    if value not in ("low", "normal", "high"):
        raise malformed()
    return str(value)


def _body(value: object) -> tuple[str, str]:
    if not isinstance(value, dict):
        raise malformed()
    kind = _text(value.get("contentType", "text")).lower()
    if kind not in ("text", "html"):
        raise malformed()
    return kind, _text(value.get("content", ""))


def _people(value: object) -> tuple[Address, ...]:
    if not isinstance(value, list):
        raise malformed()
    return tuple(_person(one) for one in value)


def _person(value: object) -> Address:
    held = value.get("emailAddress") if isinstance(value, dict) else None
    if not isinstance(held, dict):
        raise malformed()
    address = _text(held.get("address", ""))
    if "@" not in address:
        raise bad_request("At least one recipient is not valid.", "ErrorInvalidRecipients")
    return Address(_text(held.get("name") or address), address)


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise malformed()
    if len(value) > HEADERS_LIMIT:
        raise bad_request(
            "Maximum number of headers in one message should be less than or equal to 5.",
            "InvalidInternetMessageHeaderCollection",
        )
    headers = tuple((_text(one.get("name")), _text(one.get("value"))) for one in value)
    for name, text in headers:
        if not name.lower().startswith("x-"):
            raise bad_request(
                f"The internet message header name '{name}' should start with 'x-' or 'X-'.",
                "InvalidInternetMessageHeader",
            )
        if "\n" in text or "\r" in text:
            raise bad_request(
                "The internet message header value is not valid.", "InvalidInternetMessageHeader"
            )
    return headers
