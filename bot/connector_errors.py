"""What the connector's refusals mean.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
"""

from __future__ import annotations

import re
from typing import Any

from bot.outgoing import Answer
from bot.patience import UNSENT
from core.errors import ConnectorError, RecipientUnreachable

UNREACHABLE = frozenset(
    {
        (403, "BotNotInConversationRoster"),
        (403, "ConversationBlockedByUser"),
        (403, "BotDisabledByAdmin"),
        (403, "MessageWritesBlocked"),
        (403, "ForbiddenOperationException"),
        (404, "ConversationNotFound"),
    }
)
"""Nothing gets through until the person installs or unblocks the bot."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")


def error_for(answer: Answer) -> ConnectorError | RecipientUnreachable:
    """The error that stands for a refused call. Its message holds no text of the answer."""
    if answer.status == UNSENT:
        return ConnectorError(UNSENT, "Unreachable")
    codes = _codes(answer.json())
    for code in codes:
        if (answer.status, code) in UNREACHABLE:
            return RecipientUnreachable(code)
    return ConnectorError(answer.status, codes[0] if codes else "Unknown", answer.retry_after)


def _codes(body: Any) -> list[str]:
    """`error.code`, and the `subCode` that says more where there is one."""
    outer = body if isinstance(body, dict) else {}
    inner = outer.get("error")
    inner = inner if isinstance(inner, dict) else {}
    named = [inner.get("code"), outer.get("code"), inner.get("subCode"), outer.get("subCode")]
    return [code for code in named if isinstance(code, str) and _CODE.fullmatch(code)]
