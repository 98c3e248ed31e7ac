"""What is written with every change of assignee: the decision, the audit entry, the notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from core.assignment.choices import Choice
from core.mail.rows import Row, insert

_DECISION = ("organization_id", "thread_id", "at", "code", "member_id", "by_id", "reason")
_AUDIT = (
    "organization_id",
    "at",
    "actor_id",
    "action",
    "subject_kind",
    "subject_id",
    "facts",
)
_OUTBOX = (
    "organization_id",
    "kind",
    "order_key",
    "facts",
    "state",
    "attempts",
    "due_at",
    "created_at",
)


@dataclass(slots=True)
class Records:
    """Rows gathered while deciding, written together in the same transaction."""

    organization_id: int
    now: datetime
    by: int | None = None
    """The member who decided; None: Postroom."""
    decisions: list[Row] = field(default_factory=list)
    audit: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)

    def decided(self, thread_id: int, choice: Choice) -> None:
        reason = orjson.dumps(choice.reason()).decode()
        member = choice.member_id
        self.decisions.append(
            (self.organization_id, thread_id, self.now, choice.code, member, self.by, reason)
        )
        if member is not None:
            self.audited("thread.assigned", thread_id, {"member": member, "code": choice.code})

    def audited(self, action: str, thread_id: int, facts: dict[str, Any]) -> None:
        text = orjson.dumps(facts).decode()
        self.audit.append(
            (self.organization_id, self.now, self.by, action, "thread", thread_id, text)
        )

    def told(self, thread_id: int, member_id: int) -> None:
        """Whoever has it now gets a notice."""
        facts = {"member_id": member_id, "thread_id": thread_id}
        self.notify("thread_notice", f"thread:{thread_id}", facts)

    def redrawn(self, thread_id: int) -> None:
        """Every posted card that shows it is drawn again."""
        self.notify("thread_card", f"thread:{thread_id}", {"thread_id": thread_id})

    def notify(self, kind: str, order_key: str, facts: Mapping[str, int | str]) -> None:
        text = orjson.dumps(dict(facts)).decode()
        self.outbox.append(
            (self.organization_id, kind, order_key, text, "due", 0, self.now, self.now)
        )

    async def save(self, connection: BaseDBAsyncClient) -> None:
        await insert(connection, "decision", _DECISION, self.decisions)
        await insert(connection, "audit_entry", _AUDIT, self.audit)
        await insert(connection, "outbox_message", _OUTBOX, self.outbox)
