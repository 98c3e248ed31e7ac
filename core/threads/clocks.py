"""The business clock that deadlines run on. It is open all the time."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient

from core.threads.deadlines import Clock


class AlwaysOpen:
    def add(self, at: datetime, minutes: int) -> datetime:
        return at + timedelta(minutes=minutes)

    def between(self, start: datetime, end: datetime) -> float:
        return max((end - start).total_seconds() / 60, 0.0)


async def load_business_clock(connection: BaseDBAsyncClient, mailbox_id: int) -> Clock:
    return AlwaysOpen()
