"""Which inbound activities were taken already: Teams sends one again when an answer is late."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from tortoise.exceptions import IntegrityError

from core.clock import Clock
from core.conversations.models import HandledActivity

KEEP = timedelta(days=2)


class HandledActivities:
    def __init__(self, now: Clock) -> None:
        self._now = now

    async def first_time(self, conversation_id: str, activity_id: str) -> bool:
        """Whether this activity has never been taken; it is from now on."""
        key = sha256(f"{conversation_id}\0{activity_id}".encode("utf-8", "replace")).hexdigest()
        try:
            await HandledActivity.create(key_hash=key, at=self._now())
        except IntegrityError:
            return False
        return True

    async def sweep(self) -> None:
        await HandledActivity.filter(at__lt=self._now() - KEEP).delete()
