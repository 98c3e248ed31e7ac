"""The people, the mailbox and the thread that conversations are tried on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.mail.models import ThreadState
from core.mail.views import ThreadView, WhyView

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ANNA, BEN, CARA, STRANGER = 1, 2, 3, 9
"""Anna is admin and leads the mailbox, Ben works it, Cara works none."""
MAILBOX, FOREIGN_MAILBOX = 10, 90
FOREIGN_THREAD = 900
ADDRESS = "support@contoso.example"


def a_thread(thread_id: int = 42, **changes: Any) -> ThreadView:
    view = ThreadView(
        thread_id=thread_id,
        version=1,
        mailbox_id=MAILBOX,
        mailbox=ADDRESS,
        subject="Printer on fire",
        sender_name="Zoe Outside",
        sender_address="zoe@outside.example",
        state=ThreadState.OPEN,
        is_history=False,
        received_at=NOW - timedelta(hours=5),
        last_received_at=NOW - timedelta(hours=2),
        assignee_id=None,
        assignee=None,
        assigned_at=None,
        answered_at=None,
        finished_at=None,
        waiting_reason="nobody_ready",
        has_attachments=True,
        message_id=7,
        why=WhyView(
            "fewest_open",
            "Anna Admin",
            None,
            NOW,
            (("Anna Admin", 2),),
            (("Ben", "invited"),),
            people=(ANNA, BEN),
        ),
    )
    return replace(view, **changes)
