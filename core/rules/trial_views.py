"""A trial as its card shows it: counts with names, examples that its reader may see."""

from __future__ import annotations

from typing import Any

from core.mailboxes.models import Mailbox
from core.mailboxes.texts import Texts
from core.people.models import Organization
from core.people.views import Actor
from core.rules.checks import people_named
from core.rules.kept import RuleTexts
from core.rules.models import Rule, RuleTrial
from core.rules.names import load_names
from core.rules.views import SideView, TrialView
from core.rules.writing import write_rule
from core.sealing import Vault


async def trial_view(vault: Vault, actor: Actor, row: RuleTrial) -> TrialView:
    """Of whoever works the mailbox, the examples; of an admin who does not, the counts alone."""
    mailbox = await Mailbox.get(id=row.mailbox_id)
    organization = await Organization.get(id=row.organization_id)
    rule = None
    if row.rule_id is not None:
        rule = await Rule.get_or_none(id=row.rule_id, deleted_at=None)
    texts = await RuleTexts.of(vault, row.organization_id)
    draft = texts.open(row.sealed_text)
    says_other = rule is not None and texts.open(rule.sealed_text) != draft
    found = row.found or {}
    draft_side, base = _side(found.get("draft")), _side(found.get("base"))
    had = _pairs(found.get("had"))
    people = {i for i, _ in (*draft_side.given, *base.given, *had)}
    names = await load_names(vault, mailbox, also=people | people_named(draft))
    sees = mailbox.id in actor.mailboxes
    return TrialView(
        trial_id=row.id,
        mailbox_id=mailbox.id,
        mailbox=(await Texts.of(vault, row.organization_id)).address(mailbox),
        number=None if rule is None else rule.number,
        version=rule.version if rule is not None and says_other else None,
        line=write_rule(draft, names),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        timezone=organization.timezone,
        state=row.state,
        messages=row.messages,
        done=row.done,
        matched=found.get("matched", 0),
        unmatched=found.get("unmatched", 0),
        unknown=found.get("unknown", 0),
        examples=tuple(found.get("examples", ())) if sees else (),
        draft=draft_side,
        base=base,
        without=bool(found.get("without")),
        stopped=bool(found.get("stopped")),
        had=had,
        had_waited=found.get("had_waited", 0),
        names={i: names.names.get(i, f"#{i}") for i in people},
    )


def _side(found: dict[str, Any] | None) -> SideView:
    facts = found or {}
    return SideView(
        given=_pairs(facts.get("given")),
        waited=facts.get("waited", 0),
        left=facts.get("left", 0),
        finished=facts.get("finished", 0),
    )


def _pairs(found: Any) -> tuple[tuple[int, int], ...]:
    return tuple((int(member_id), int(count)) for member_id, count in found or ())
