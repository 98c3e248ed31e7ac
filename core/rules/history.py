"""What a rule has said before, who changed it, and going back to it."""

from __future__ import annotations

from core.clock import Clock
from core.errors import NotFound
from core.mailboxes.models import Mailbox
from core.people.models import Member
from core.people.names import Names
from core.people.views import Actor
from core.rules.checks import people_named
from core.rules.kept import RuleTexts
from core.rules.models import RuleVersion
from core.rules.names import load_names
from core.rules.scope import rule_of
from core.rules.service import Rulebook
from core.rules.views import RuleView, VersionView
from core.rules.writing import write_rule
from core.sealing import Vault

MOST_SHOWN = 50
"""Versions, the newest ones."""


class RuleHistory:
    """For leads of the rule's mailbox and admins, as `Rulebook`."""

    def __init__(self, rulebook: Rulebook, vault: Vault, now: Clock) -> None:
        self._rulebook = rulebook
        self._vault = vault
        self._now = now

    async def history(self, actor: Actor, number: int) -> tuple[VersionView, ...]:
        """Newest first."""
        rule = await rule_of(actor, number)
        texts = await RuleTexts.of(self._vault, rule.organization_id)
        rows = await RuleVersion.filter(rule_id=rule.id).order_by("-version").limit(MOST_SHOWN)
        drafts = [texts.open(row.sealed_text) for row in rows]
        named = {who for draft in drafts for who in people_named(draft)}
        names = await load_names(self._vault, await Mailbox.get(id=rule.mailbox_id), also=named)
        by = await self._names({row.by_id for row in rows if row.by_id is not None})
        return tuple(
            VersionView(
                version=row.version,
                line=write_rule(draft, names),
                change=row.change,
                by=None if row.by_id is None else by.get(row.by_id),
                by_id=row.by_id,
                at=row.at,
            )
            for row, draft in zip(rows, drafts, strict=True)
        )

    async def rollback(
        self, actor: Actor, number: int, to: int, *, version: int | None = None
    ) -> RuleView:
        """Let the rule say again what it said in version `to`; that is a version of its own.

        Raises NotFound for a version there never was.
        """
        rule = await rule_of(actor, number)
        old = await RuleVersion.get_or_none(rule_id=rule.id, version=to)
        if old is None:
            raise NotFound("version")
        texts = await RuleTexts.of(self._vault, rule.organization_id)
        draft = texts.open(old.sealed_text)
        return await self._rulebook.put(actor, rule, draft, "rolled_back", version)

    async def _names(self, member_ids: set[int]) -> dict[int, str]:
        opened = Names(self._vault)
        return {
            m.id: opened.open(m.id, m.wrapped_key, m.sealed_name)
            for m in await Member.filter(id__in=sorted(member_ids))
        }
