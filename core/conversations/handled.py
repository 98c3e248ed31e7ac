"""Which inbound activities were taken already: Teams sends one again when an answer is late."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from tortoise.connection import get_connection

from core.clock import Clock
from core.conversations.models import HandledActivity
from core.mail.rows import insert_new

KEEP = timedelta(days=2)


class HandledActivities:
    def __init__(self, now: Clock) -> None:
        self._now = now

    async def first_time(self, conversation_id: str, activity_id: str) -> bool:
        """Whether this activity has never been taken; it is from now on."""
        key = sha256(f"{conversation_id}\0{activity_id}".encode("utf-8", "replace")).hexdigest()
        added = await insert_new(
            get_connection("default"),
            "handled_activity",
            {"key_hash": key, "at": self._now()},
            ("key_hash",),
        )
        return added is not None

    async def sweep(self) -> None:
        await HandledActivity.filter(at__lt=self._now() - KEEP).delete()
