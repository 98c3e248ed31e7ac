"""The availability of members, read from their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.moments import moment, some_moment
from core.mail.rows import marks, select
from core.people.availability import Availability
from core.people.public_holidays import Holidays
from core.people.week import kept_week

_PEOPLE = """
SELECT m.id, m.week, m.timezone, m.holidays, o.timezone AS home, o.holidays AS common
  FROM member m JOIN organization o ON o.id = m.organization_id
 WHERE m.id IN ({ids})
"""
_ANY = "id > {}"


async def load_availability(
    connection: BaseDBAsyncClient, member_ids: Collection[int]
) -> dict[int, Availability]:
    """By member id, in two queries; inside the caller's transaction. Who is not there is left out.

    A member without a zone or a region of their own has the organization's.
    """
    ids = list(member_ids)
    absences: defaultdict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    away = await select(
        connection, "member_id, starts_at, ends_at", "absence", _ANY, [0], ("member_id", ids)
    )
    for row in away:
        span = moment(row["starts_at"]), some_moment(row["ends_at"])
        absences[row["member_id"]].append(span)
    if not ids:
        return {}
    statement = _PEOPLE.format(ids=marks(connection, len(ids)))
    return {
        row["id"]: Availability(
            week=kept_week(row["week"]),
            zone=ZoneInfo(row["timezone"] or row["home"]),
            holidays=Holidays(row["common"] if row["holidays"] is None else row["holidays"]),
            absences=tuple(sorted(absences[row["id"]], key=lambda span: span[0])),
        )
        for row in await connection.execute_query_dict(statement, ids)
    }
