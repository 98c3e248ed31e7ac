"""The rulebook: a mailbox's rules, changed by leads and admins, each change kept as a version.

Changes are compare-and-set on the rule's version: of two leads at once, one is told to look
again. A rule that needs a consent which the mailbox has not given is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.audit.log import record
from core.clock import Clock
from core.mailboxes.models import Mailbox
from core.mailboxes.texts import Texts
from core.people.scope import hold
from core.people.views import Actor
from core.rules.checks import (
    impossible_tag,
    missing_consent,
    people_named,
    reply_texts,
    teams_named,
)
from core.rules.kept import RuleTexts, keep_version, rows_of
from core.rules.mistakes import RuleMistake
from core.rules.models import Rule, RuleState
from core.rules.names import MailboxNames, load_names
from core.rules.reading import read_rule
from core.rules.scope import mailbox_with_rules, rule_of
from core.rules.terms import Draft
from core.rules.views import DraftView, RuleChoices, RulesPage, RuleView
from core.rules.writing import write_rule
from core.sealing import Vault
from core.transactions import transaction

MOST_RULES = 200
"""Of one mailbox."""
LONGEST_LINE = 2_000
"""Characters."""
PER_PAGE = 6


class Rulebook:
    """For leads of the mailbox and admins: NotFound for another's mailbox, else NotAllowed."""

    def __init__(self, vault: Vault, now: Clock) -> None:
        self._vault = vault
        self._now = now

    async def rules(self, actor: Actor, mailbox_id: int, page: int = 1) -> RulesPage:
        """In the order in which they run."""
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        rows = await rows_of(mailbox_id)
        pages = max(1, -(-len(rows) // PER_PAGE))
        page = min(max(page, 1), pages)
        views = await self._views(mailbox, rows)
        shown = views[(page - 1) * PER_PAGE : page * PER_PAGE]
        address = await self._address(mailbox)
        return RulesPage(mailbox_id, address, tuple(shown), len(rows), page, pages)

    async def rule(self, actor: Actor, number: int) -> RuleView:
        rule = await rule_of(actor, number)
        mailbox = await Mailbox.get(id=rule.mailbox_id)
        views = await self._views(mailbox, await rows_of(mailbox.id))
        return next(view for view in views if view.number == number)

    async def read(self, actor: Actor, mailbox_id: int, line: str) -> DraftView:
        """What the line means, in our own words. Nothing is kept. Raises as `add` does."""
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        names = await load_names(self._vault, mailbox)
        return await self._draft_view(mailbox, names, self._read(line, names))

    async def word(self, actor: Actor, mailbox_id: int, draft: Draft) -> DraftView:
        """A draft that a form made, as the line that means the same. Raises as `add` does."""
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        names = await load_names(self._vault, mailbox)
        return await self._draft_view(mailbox, names, self._read(write_rule(draft, names), names))

    async def choices(self, actor: Actor, mailbox_id: int) -> RuleChoices:
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        names = await load_names(self._vault, mailbox)
        return RuleChoices(
            mailbox_id,
            await self._address(mailbox),
            people=_by_name((i, names.person_name(i)) for i in names.present),
            teams=_by_name(names.team_names.items()),
            texts=names.texts,
            tags=names.tags,
        )

    async def add(self, actor: Actor, mailbox_id: int, line: str, *, on: bool = True) -> RuleView:
        """After all others. Raises InvalidInput("rule") for what cannot be read or done."""
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        names = await load_names(self._vault, mailbox)
        draft = self._read(line, names)
        self.check(mailbox, names, draft)
        async with transaction():
            (rule,) = await self.insert(actor, mailbox, [(draft, on)], "created")
        return await self.rule(actor, rule.number)

    async def change(
        self, actor: Actor, number: int, line: str, *, version: int | None = None
    ) -> RuleView:
        """`version` is what the person saw; InvalidInput("rule", "stale") if it has moved on."""
        rule = await rule_of(actor, number)
        mailbox = await Mailbox.get(id=rule.mailbox_id)
        draft = self._read(line, await load_names(self._vault, mailbox))
        return await self.put(actor, rule, draft, "changed", version)

    async def put(
        self, actor: Actor, rule: Rule, draft: Draft, change: str, version: int | None = None
    ) -> RuleView:
        """Let the rule say this. A rule that was paused goes on: what it names is there again."""
        mailbox = await Mailbox.get(id=rule.mailbox_id)
        named = await load_names(self._vault, mailbox, also=people_named(draft))
        self.check(mailbox, named, draft)
        texts = await RuleTexts.of(self._vault, rule.organization_id)
        state = RuleState.ON if rule.state is RuleState.PAUSED else rule.state
        fields = {"sealed_text": texts.seal(draft), "state": state, "pause_code": None}
        await self._set(actor, rule, change, version, fields)
        return await self.rule(actor, rule.number)

    async def switch(
        self, actor: Actor, number: int, on: bool, *, version: int | None = None
    ) -> RuleView:
        rule = await rule_of(actor, number)
        state = RuleState.ON if on else RuleState.OFF
        if rule.state is not state:
            if on:
                await self._check_again(rule)
            fields = {"state": state, "pause_code": None}
            await self._set(actor, rule, state.value, version, fields)
        return await self.rule(actor, number)

    async def move(
        self, actor: Actor, number: int, by: int, *, version: int | None = None
    ) -> RuleView:
        """Up (-1) or down (1) among the rules of its mailbox.

        Rows are locked by id, as a commit of mail holds the rules that act: neither waits for
        the other in turn.
        """
        rule = await rule_of(actor, number)
        async with transaction():
            await hold(actor.organization_id)
            rows = await rows_of(rule.mailbox_id)
            order = [row.id for row in rows]
            old = order.index(rule.id)
            new = min(max(old + by, 0), len(order) - 1)
            if new != old:
                order.insert(new, order.pop(old))
                places = {rule_id: position for position, rule_id in enumerate(order, start=1)}
                for rule_id, position in sorted(places.items()):
                    await Rule.filter(id=rule_id).update(position=position)
                await self._set(actor, rule, "moved", version, {"position": new + 1})
        return await self.rule(actor, number)

    async def delete(self, actor: Actor, number: int, *, version: int | None = None) -> None:
        """Its number is never used again; its versions stay until the mailbox is purged."""
        rule = await rule_of(actor, number)
        await self._set(actor, rule, "deleted", version, {"deleted_at": self._now()})

    async def insert(
        self, actor: Actor, mailbox: Mailbox, drafts: Sequence[tuple[Draft, bool]], change: str
    ) -> list[Rule]:
        """New rules after all others, within the caller's transaction."""
        texts = await RuleTexts.of(self._vault, mailbox.organization_id)
        await hold(mailbox.organization_id)
        rows = await rows_of(mailbox.id)
        if len(rows) + len(drafts) > MOST_RULES:
            raise RuleMistake("too_many")
        last = (
            await Rule.filter(organization_id=mailbox.organization_id).order_by("-number").first()
        )
        number = last.number if last else 0
        position = max((row.position for row in rows), default=0)
        added = []
        for place, (draft, on) in enumerate(drafts, start=1):
            rule = await Rule.create(
                organization_id=mailbox.organization_id,
                mailbox_id=mailbox.id,
                number=number + place,
                position=position + place,
                state=RuleState.ON if on else RuleState.OFF,
                sealed_text=texts.seal(draft),
                created_at=self._now(),
            )
            await self._keep(actor, rule, change)
            added.append(rule)
        return added

    async def _set(
        self, actor: Actor, rule: Rule, change: str, version: int | None, fields: dict[str, Any]
    ) -> None:
        """Compare-and-set on the version that the person saw, or else the one just read."""
        seen = rule.version if version is None else version
        async with transaction():
            row = Rule.filter(id=rule.id, version=seen, deleted_at=None)
            if not await row.update(version=seen + 1, **fields):
                raise RuleMistake("stale")
            await self._keep(actor, await Rule.get(id=rule.id), change)

    async def _keep(self, actor: Actor, rule: Rule, change: str) -> None:
        now = self._now()
        await keep_version(rule, change, actor.member_id, now)
        await record(
            rule.organization_id,
            f"rule.{change}",
            actor_id=actor.member_id,
            subject_kind="rule",
            subject_id=rule.id,
            at=now,
            facts={"mailbox": rule.mailbox_id, "number": rule.number, "version": rule.version},
        )

    async def _check_again(self, rule: Rule) -> None:
        """Before a rule goes on: what it names or needs may be gone."""
        mailbox = await Mailbox.get(id=rule.mailbox_id)
        texts = await RuleTexts.of(self._vault, rule.organization_id)
        draft = texts.open(rule.sealed_text)
        named = await load_names(self._vault, mailbox, also=people_named(draft))
        self.check(mailbox, named, draft)

    def _read(self, line: str, names: MailboxNames) -> Draft:
        if len(line) > LONGEST_LINE:
            raise RuleMistake("too_long")
        return read_rule(line, names)

    def check(self, mailbox: Mailbox, names: MailboxNames, draft: Draft) -> None:
        """Raises RuleMistake for what the mailbox has not consented to, or does not have."""
        if not people_named(draft) <= names.present:
            raise RuleMistake("nobody_now")
        if not teams_named(draft) <= names.team_names.keys():
            raise RuleMistake("no_team_now")
        missing = missing_consent(draft, mailbox)
        if missing is not None:
            raise RuleMistake(f"needs_{missing}")
        known = {text.casefold() for text in names.texts}
        if not {text.casefold() for text in reply_texts(draft)} <= known:
            raise RuleMistake("no_text")
        if impossible_tag(draft):
            raise RuleMistake("bad_tag")
        if len(write_rule(draft, names)) > LONGEST_LINE:
            raise RuleMistake("too_long")

    async def _draft_view(self, mailbox: Mailbox, names: MailboxNames, draft: Draft) -> DraftView:
        line = write_rule(draft, names)
        return DraftView(
            mailbox.id, await self._address(mailbox), line, missing_consent(draft, mailbox)
        )

    async def _views(self, mailbox: Mailbox, rows: Sequence[Rule]) -> list[RuleView]:
        texts = await RuleTexts.of(self._vault, mailbox.organization_id)
        drafts = [texts.open(row.sealed_text) for row in rows]
        named = {who for draft in drafts for who in people_named(draft)}
        names = await load_names(self._vault, mailbox, also=named)
        address = await self._address(mailbox)
        return [
            RuleView(
                number=row.number,
                mailbox_id=mailbox.id,
                mailbox=address,
                line=write_rule(draft, names),
                state=row.state,
                pause_code=row.pause_code,
                version=row.version,
                place=place,
                of=len(rows),
                people=tuple(sorted(people_named(draft))),
            )
            for place, (row, draft) in enumerate(zip(rows, drafts, strict=True), start=1)
        ]

    async def _address(self, mailbox: Mailbox) -> str:
        return (await Texts.of(self._vault, mailbox.organization_id)).address(mailbox)


def _by_name(pairs: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0])))
