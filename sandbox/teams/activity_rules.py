"""What the connector refuses in an activity that a bot sends."""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.teams.card_rules import check_card
from sandbox.teams.refusals import ConnectorRefusal

MAX_MESSAGE_BYTES = 28 * 1024
ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"
FILE_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
CARD_TYPES = frozenset(
    (
        ADAPTIVE_CARD,
        FILE_CONSENT,
        "application/vnd.microsoft.card.hero",
        "application/vnd.microsoft.card.thumbnail",
        "application/vnd.microsoft.card.receipt",
        "application/vnd.microsoft.card.signin",
        "application/vnd.microsoft.card.oauth",
        "application/vnd.microsoft.teams.card.list",
        "application/vnd.microsoft.teams.card.o365connector",
        "application/vnd.microsoft.teams.card.file.info",
        "application/vnd.microsoft.teams.file.download.info",
    )
)
PERSONAL_ONLY = frozenset((FILE_CONSENT,))


def check_activity(activity: Any, *, personal: bool) -> list[str]:
    """Raise ConnectorRefusal if Teams would not post this; return what a review would warn of."""
    if not isinstance(activity, dict):
        raise ConnectorRefusal("BadSyntax", "The activity is not a JSON object")
    kind = activity.get("type")
    if kind == "typing":
        return []
    if kind != "message":
        raise ConnectorRefusal("BadSyntax", "Unknown activity type")
    if len(orjson.dumps(activity)) > MAX_MESSAGE_BYTES:
        raise ConnectorRefusal("MessageSizeTooBig")
    attachments = activity.get("attachments") or []
    text = activity.get("text") or ""
    if not isinstance(attachments, list) or not isinstance(text, str):
        raise ConnectorRefusal("BadSyntax", "text or attachments are malformed")
    if not (text.strip() or attachments):
        raise ConnectorRefusal("BadSyntax", "Activity must include non empty 'text' or attachments")
    return [warning for item in attachments for warning in _check_attachment(item, personal)]


def _check_attachment(attachment: Any, personal: bool) -> list[str]:
    kind = attachment.get("contentType") if isinstance(attachment, dict) else None
    if not isinstance(kind, str):
        raise ConnectorRefusal("BadSyntax", "An attachment has no contentType")
    if kind.startswith("application/vnd.microsoft.") and kind not in CARD_TYPES:
        raise ConnectorRefusal("BadArgument", "Unknown attachment type")
    if kind in PERSONAL_ONLY and not personal:
        raise ConnectorRefusal("BadArgument", "File consent cards are for personal chats only")
    if kind != ADAPTIVE_CARD:
        return []
    report = check_card(attachment.get("content"))
    if report.errors:
        raise ConnectorRefusal("BadArgument", "Invalid card: " + "; ".join(report.errors[:5]))
    return report.warnings
