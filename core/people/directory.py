"""Looking people up: actors by id, names, and whom a word means. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.functions import Count

from core.errors import InvalidInput
from core.mail.models import MailThread, ThreadState
from core.mail.rows import worded
from core.mailboxes.models import MailboxMember
from core.people.models import Member, MemberState
from core.people.names import Names, match
from core.people.views import Actor, PersonView

BATCH = 500
"""Names opened between two looks at the database, so that turns are answered meanwhile."""

MOST_PEOPLE = 5_000
"""Members of an organization whose names are gone through."""

_ACTOR = """
SELECT m.organization_id, m.id, m.is_admin, m.is_privacy_officer, w.mailbox_id, w.is_lead
  FROM member m
  JOIN organization o ON o.id = m.organization_id
  LEFT JOIN mailbox_member w ON w.member_id = m.id
 WHERE m.state <> 'left' AND
"""
"""Every turn asks this, so it is written out: the ORM takes five times as long."""


class Directory:
    def __init__(self, names: Names) -> None:
        self._names = names

    async def actor(self, tenant_id: str, entra_id: str) -> Actor | None:
        """The member and their mailboxes in one query. None if unknown or left."""
        return await self._actor("o.tenant_id = {} AND m.entra_id = {}", tenant_id, entra_id)

    async def actor_of(self, member_id: int) -> Actor | None:
        return await self._actor("m.id = {}", member_id)

    async def _actor(self, where: str, *values: str | int) -> Actor | None:
        connection = get_connection("default")
        rows = await connection.execute_query_dict(worded(connection, _ACTOR + where), list(values))
        if not rows:
            return None
        member = rows[0]
        return Actor(
            organization_id=member["organization_id"],
            member_id=member["id"],
            is_admin=bool(member["is_admin"]),
            is_privacy_officer=bool(member["is_privacy_officer"]),
            mailboxes=frozenset(row["mailbox_id"] for row in rows if row["mailbox_id"] is not None),
            leads=frozenset(row["mailbox_id"] for row in rows if row["is_lead"]),
        )

    async def people(self, actor: Actor) -> tuple[PersonView, ...]:
        members = Member.filter(organization_id=actor.organization_id)
        if not actor.is_admin:
            shared = await MailboxMember.filter(mailbox_id__in=actor.mailboxes).values_list(
                "member_id", flat=True
            )
            members = members.filter(Q(id=actor.member_id) | Q(id__in=list(shared)))
        rows = await members.exclude(state=MemberState.LEFT).order_by("id").limit(MOST_PEOPLE)
        return await self._views(actor, rows)

    async def find(self, actor: Actor, text: str) -> PersonView:
        here = Member.filter(organization_id=actor.organization_id)
        here = here.exclude(state=MemberState.LEFT)
        if "@" in text:
            hashed = self._names.address_hash(actor.organization_id, text)
            found = [row.id for row in await here.filter(address_hash=hashed)]
        else:
            found = match(text, await self._all_names(here))
        if len(found) != 1:
            raise InvalidInput("member", str(len(found)))
        return (await self._views(actor, [await Member.get(id=found[0])]))[0]

    async def names(self, member_ids: Collection[int]) -> dict[int, str]:
        rows = await Member.filter(id__in=list(member_ids)).values_list(
            "id", "wrapped_key", "sealed_name"
        )
        return {row[0]: self._names.open(*row) for row in rows}

    async def _all_names(self, members: Any) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        after = 0
        while len(found) < MOST_PEOPLE:
            rows = (
                await members.filter(id__gt=after)
                .order_by("id")
                .limit(BATCH)
                .values_list("id", "wrapped_key", "sealed_name")
            )
            found += [(row[0], self._names.open(*row)) for row in rows]
            if len(rows) < BATCH:
                break
            after = rows[-1][0]
        return found

    async def _views(self, actor: Actor, members: list[Member]) -> tuple[PersonView, ...]:
        ids = [member.id for member in members]
        places = MailboxMember.filter(member_id__in=ids)
        works = await _count(places, "member_id")
        leads = await _count(places.filter(is_lead=True), "member_id")
        threads = MailThread.filter(
            organization_id=actor.organization_id, assignee_id__in=ids, state=ThreadState.OPEN
        )
        if not actor.is_admin:
            threads = threads.filter(mailbox_id__in=actor.mailboxes)
        open_threads = await _count(threads, "assignee_id")
        return tuple(
            PersonView(
                member_id=member.id,
                name=self._names.open(member.id, member.wrapped_key, member.sealed_name),
                state=member.state,
                is_admin=member.is_admin,
                is_privacy_officer=member.is_privacy_officer,
                mailboxes=works.get(member.id, 0),
                leads=leads.get(member.id, 0),
                open_threads=open_threads.get(member.id, 0),
            )
            for member in members
        )


async def _count(rows: Any, column: str) -> dict[int, int]:
    """How many rows each value of the column has."""
    counted = await rows.annotate(n=Count("id")).group_by(column).values_list(column, "n")
    return dict(counted)
