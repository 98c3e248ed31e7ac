"""Pause a rule that cannot do what it says, and tell the leads once.

Nothing else is held up: the other rules of the mailbox go on with the same page. Changing or
switching the rule on again puts it back to work.
"""

from __future__ import annotations

from core.audit.log import record
from core.clock import Clock
from core.log import get_logger
from core.mailboxes.models import MailboxMember
from core.outbox.queue import Outbox
from core.people.models import MemberState
from core.people.notices import Notices
from core.rules.at_work import Broken
from core.rules.kept import keep_version
from core.rules.models import Rule, RuleState
from core.transactions import transaction

log = get_logger(__name__)


class Pausing:
    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._notices = Notices(outbox)
        self._now = now

    async def pause(self, broken: Broken) -> bool:
        """False where the rule was changed or stopped meanwhile: then it is looked at anew."""
        now = self._now()
        async with transaction():
            standing = Rule.filter(
                id=broken.rule_id, version=broken.version, state=RuleState.ON, deleted_at=None
            )
            if not await standing.update(
                state=RuleState.PAUSED, pause_code=broken.code, version=broken.version + 1
            ):
                return False
            rule = await Rule.get(id=broken.rule_id)
            await keep_version(rule, "paused", None, now)
            await record(
                rule.organization_id,
                "rule.paused",
                actor_id=None,
                subject_kind="rule",
                subject_id=rule.id,
                at=now,
                facts={
                    "mailbox": rule.mailbox_id,
                    "number": rule.number,
                    "version": rule.version,
                    "code": broken.code,
                },
            )
            await self._tell(rule, broken.code)
        log.info("rule paused", rule_id=rule.id, mailbox_id=rule.mailbox_id, code=broken.code)
        return True

    async def _tell(self, rule: Rule, code: str) -> None:
        """The leads of its mailbox; the admins where there is none."""
        facts: dict[str, int | str] = {
            "mailbox_id": rule.mailbox_id,
            "rule": rule.number,
            "reason": code,
        }
        now = self._now()
        leads = MailboxMember.filter(
            mailbox_id=rule.mailbox_id, is_lead=True, member__state=MemberState.READY
        )
        members = await leads.order_by("member_id").values_list("member_id", flat=True)
        for member_id in members:
            await self._notices.member(
                rule.organization_id, int(str(member_id)), "rule_paused", now, **facts
            )
        if not members:
            await self._notices.admins(rule.organization_id, "rule_paused", now, **facts)
