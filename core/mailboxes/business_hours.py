"""The business clock of a mailbox, read from its row."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from core.errors import NotFound
from core.mailboxes.business_clock import BusinessClock
from core.mailboxes.models import Mailbox
from core.people.public_holidays import Holidays
from core.people.week import kept_week


async def load_business_clock(connection: BaseDBAsyncClient, mailbox_id: int) -> BusinessClock:
    """In one query, inside the caller's transaction. Raises NotFound("mailbox")."""
    rows = await (
        Mailbox.filter(id=mailbox_id)
        .using_db(connection)
        .values_list(
            "week", "timezone", "holidays", "organization__timezone", "organization__holidays"
        )
    )
    if not rows:
        raise NotFound("mailbox")
    week, zone, region, home, common = rows[0]
    return BusinessClock(
        week=kept_week(week),
        zone=ZoneInfo(zone or home),
        holidays=Holidays(common if region is None else region),
    )
