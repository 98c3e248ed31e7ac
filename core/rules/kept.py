"""Rules as rows: opened and sealed under the organization's key, each change kept as a version."""

from __future__ import annotations

from datetime import datetime

from core.errors import NotFound
from core.people.models import Organization
from core.rules.models import Rule, RuleState, RuleVersion
from core.rules.stored import dump, load
from core.rules.terms import Draft
from core.rules.terms import Rule as RunningRule
from core.sealing import DataKey, Vault

RULE_TEXT = b"organization.rule"
"""Column that a rule's sealed text belongs to, in every table that holds one."""


class RuleTexts:
    """Opens and seals what rules say, with one organization's key."""

    def __init__(self, key: DataKey) -> None:
        self._key = key

    @classmethod
    async def of(cls, vault: Vault, organization_id: int) -> RuleTexts:
        """NotFound where the organization's key was destroyed."""
        organization = await Organization.get(id=organization_id)
        key = vault.key(organization.wrapped_key)
        if key is None:
            raise NotFound("organization")
        return cls(key)

    def open(self, sealed: bytes | None) -> Draft:
        """Raises NotFound where the text was erased."""
        if sealed is None:
            raise NotFound("rule")
        return load(self._key.open(RULE_TEXT, bytes(sealed)))

    def seal(self, draft: Draft) -> bytes:
        return self._key.seal(RULE_TEXT, dump(draft))

    def running(self, row: Rule) -> RunningRule:
        """As the engine takes it."""
        return RunningRule(
            row.id, row.version, row.number, self.open(row.sealed_text), row.state is RuleState.ON
        )


async def rows_of(mailbox_id: int) -> list[Rule]:
    """The rules of a mailbox in the order in which they run, those switched off among them."""
    return await Rule.filter(mailbox_id=mailbox_id, deleted_at=None).order_by("position", "id")


async def keep_version(rule: Rule, change: str, by_id: int | None, at: datetime) -> None:
    """Write down what the rule says from now on, and who made it so."""
    await RuleVersion.create(
        rule_id=rule.id,
        version=rule.version,
        sealed_text=rule.sealed_text,
        change=change,
        by_id=by_id,
        at=at,
    )
