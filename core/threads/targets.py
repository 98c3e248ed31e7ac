"""Targets of a mailbox: how fast it wants to be, set by its leads, for all or for some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tortoise.connection import get_connection

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput
from core.mail.models import MailThread, Priority, ThreadState
from core.mailboxes.scope import mailbox_for_lead, mailbox_of
from core.people.scope import hold
from core.people.views import Actor
from core.ports import JobQueue
from core.sealing import Vault
from core.threads.due import aims_of, renew_later, set_deadlines
from core.threads.models import Target, TargetKind
from core.threads.tags import tag_ids, views
from core.threads.warnings import count_as_warned
from core.transactions import transaction

LONGEST = 60 * 24 * 366
"""Minutes of business time."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class TargetView:
    kind: TargetKind
    minutes: int
    """Of business time."""
    tag: str | None
    priority: Priority | None


@dataclass(frozen=True, slots=True)
class TargetsView:
    mailbox_id: int
    targets: tuple[TargetView, ...]
    """The mailbox's own first, then by priority, then by tag."""
    warns: bool
    """False: no answer has been seen in Sent Items yet, so nobody is warned."""


class Targets:
    def __init__(self, vault: Vault, jobs: JobQueue, now: Clock) -> None:
        self._vault = vault
        self._jobs = jobs
        self._now = now

    async def targets(self, actor: Actor, mailbox_id: int) -> TargetsView:
        """For the mailbox's people and for admins."""
        mailbox = await mailbox_of(actor, mailbox_id)
        aims = await aims_of(get_connection("default"), mailbox_id)
        tagged = {aim.tag_id for aim in aims if aim.tag_id is not None}
        tags = await views(get_connection("default"), self._vault, tagged)
        shown = [
            TargetView(
                aim.kind,
                aim.minutes,
                tags[aim.tag_id].name if aim.tag_id is not None else None,
                aim.priority,
            )
            for aim in aims
        ]
        shown.sort(key=lambda t: (t.tag or "", str(t.priority or ""), t.kind))
        return TargetsView(mailbox_id, tuple(shown), mailbox.answers_seen)

    async def set(
        self,
        actor: Actor,
        mailbox_id: int,
        minutes: Mapping[TargetKind, int | None],
        *,
        tag: str | None = None,
        priority: Priority | None = None,
    ) -> None:
        """Set, or with None take away, targets: of a tag, a priority, or the whole mailbox.

        Raises NotFound, NotAllowed("lead"), InvalidInput("duration" | "tag").
        """
        if any(value is not None and not 1 <= value <= LONGEST for value in minutes.values()):
            raise InvalidInput("duration")
        mailbox = await mailbox_for_lead(actor, mailbox_id)
        async with transaction() as connection:
            await hold(mailbox.organization_id)
            tag_id = None
            if tag is not None:
                ids = await tag_ids(connection, mailbox, [tag], self._vault, self._now())
                tag_id = ids[tag]
            for kind, value in minutes.items():
                await Target.filter(
                    mailbox_id=mailbox_id, kind=kind, tag_id=tag_id, priority=priority
                ).delete()
                if value is not None:
                    await Target.create(
                        organization_id=mailbox.organization_id,
                        mailbox_id=mailbox_id,
                        kind=kind,
                        tag_id=tag_id,
                        priority=priority,
                        minutes=value,
                    )
            await record(
                mailbox.organization_id,
                "targets.changed",
                actor_id=actor.member_id,
                subject_kind="mailbox",
                subject_id=mailbox_id,
                at=self._now(),
                facts={"tag": tag_id, "priority": priority}
                | {kind.value: value for kind, value in minutes.items()},
            )
            await renew_later(self._jobs, mailbox_id)

    async def renew(self, mailbox_id: int) -> None:
        """Set the deadlines of all unfinished threads anew: the `renew_deadlines` job.

        Needed where targets or business hours changed. What is late at once by that is shown so,
        and nobody is warned of it.
        """
        after = 0
        while True:
            async with transaction() as connection:
                rows = (
                    await MailThread.filter(mailbox_id=mailbox_id, id__gt=after)
                    .exclude(state=ThreadState.DONE)
                    .order_by("id")
                    .limit(BATCH)
                    .values_list("id", flat=True)
                )
                ids = [int(str(row)) for row in rows]
                if not ids:
                    return
                aims = await aims_of(connection, mailbox_id)
                changed = await set_deadlines(connection, mailbox_id, ids, aims)
                await count_as_warned(changed, self._now())
            after = ids[-1]
