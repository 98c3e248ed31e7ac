"""The availability of members, read from their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from core.people.availability import Availability
from core.people.models import Absence, Member
from core.people.public_holidays import Holidays
from core.people.week import kept_week


async def load_availability(
    connection: BaseDBAsyncClient, member_ids: Collection[int]
) -> dict[int, Availability]:
    """By member id, in two queries; inside the caller's transaction. Who is not there is left out.

    A member without a zone or a region of their own has the organization's.
    """
    ids = list(member_ids)
    absences: defaultdict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    away = Absence.filter(member_id__in=ids).using_db(connection).order_by("starts_at")
    for member_id, start, end in await away.values_list("member_id", "starts_at", "ends_at"):
        absences[member_id].append((start, end))
    rows = await (
        Member.filter(id__in=ids)
        .using_db(connection)
        .values_list(
            "id",
            "week",
            "timezone",
            "holidays",
            "organization__timezone",
            "organization__holidays",
        )
    )
    return {
        member_id: Availability(
            week=kept_week(week),
            zone=ZoneInfo(zone or home),
            holidays=Holidays(common if region is None else region),
            absences=tuple(absences[member_id]),
        )
        for member_id, week, zone, region, home, common in rows
    }
