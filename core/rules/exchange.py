"""A mailbox's rules out of Postroom and in again, as YAML."""

from __future__ import annotations

import asyncio

from core.audit.log import record
from core.clock import Clock
from core.people.scope import hold
from core.people.views import Actor
from core.rules.checks import people_named
from core.rules.kept import RuleTexts, rows_of
from core.rules.mistakes import RuleMistake
from core.rules.models import RuleState
from core.rules.names import load_names
from core.rules.scope import mailbox_with_rules
from core.rules.service import Rulebook
from core.rules.views import Imported
from core.rules.yaml_form import Entry, from_yaml, to_yaml
from core.sealing import Vault
from core.transactions import transaction


class RuleExchange:
    """For leads of the mailbox and admins, as `Rulebook`."""

    def __init__(self, rulebook: Rulebook, vault: Vault, now: Clock) -> None:
        self._rulebook = rulebook
        self._vault = vault
        self._now = now

    async def export(self, actor: Actor, mailbox_id: int) -> str:
        """All rules in their order, those switched off among them."""
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        texts = await RuleTexts.of(self._vault, mailbox.organization_id)
        rows = await rows_of(mailbox_id)
        entries = [
            Entry(texts.open(row.sealed_text), row.state is not RuleState.OFF) for row in rows
        ]
        named = {who for entry in entries for who in people_named(entry.draft)}
        names = await load_names(self._vault, mailbox, also=named)
        await record(
            mailbox.organization_id,
            "rules.exported",
            actor_id=actor.member_id,
            subject_kind="mailbox",
            subject_id=mailbox.id,
            at=self._now(),
            facts={"rules": len(rows)},
        )
        return to_yaml(entries, names)

    async def import_(self, actor: Actor, mailbox_id: int, text: str) -> Imported:
        """Add the file's rules after those there are; all of them or none.

        A rule that says what one here says already is left out, so that a file can be taken
        in twice. Raises RuleMistake whose `entry` is the rule's number in the file, from 1.
        """
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        names = await load_names(self._vault, mailbox)
        entries = await asyncio.to_thread(from_yaml, text, names)
        for number, entry in enumerate(entries, start=1):
            try:
                self._rulebook.check(mailbox, names, entry.draft)
            except RuleMistake as mistake:
                mistake.entry = number
                raise
        async with transaction():
            await hold(mailbox.organization_id)
            texts = await RuleTexts.of(self._vault, mailbox.organization_id)
            known = {texts.open(row.sealed_text) for row in await rows_of(mailbox_id)}
            new = [(entry.draft, entry.on) for entry in entries if entry.draft not in known]
            added = await self._rulebook.insert(actor, mailbox, new, "imported")
        return Imported(tuple(rule.number for rule in added), len(entries) - len(new))
