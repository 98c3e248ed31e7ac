"""What the rules say of messages in flight. Headers and bodies in, outcomes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from core.graph.messages import MessageHeader
from core.mail.headers import arrival, automatic_of
from core.rules.at_work import RulesAtWork, must_stand
from core.rules.engine import Outcome
from core.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is to be done about one message. Whether it is the first is known at the commit."""

    first: Outcome
    """If it is the first of its thread."""
    later: Outcome
    in_hours: bool | None

    def of(self, is_first: bool) -> Outcome:
        return self.first if is_first else self.later


@dataclass(frozen=True, slots=True)
class Rulings:
    """Of one page, under the rules of one mark."""

    mark: int
    rules: RulesAtWork | None = None
    """None: the mailbox has none."""
    by_message: Mapping[str, Ruling] = field(default_factory=dict)
    """By Graph id."""

    def of(self, message_id: str) -> Ruling | None:
        return self.by_message.get(message_id)

    async def must_stand(self, connection: BaseDBAsyncClient, mailbox_id: int) -> None:
        """Raise RulesChanged where a rule was changed since; hold those that may act."""
        acting = {
            rule_id
            for ruling in self.by_message.values()
            for outcome in (ruling.first, ruling.later)
            for rule_id, _ in outcome.matched
        }
        await must_stand(connection, mailbox_id, self.mark, acting)


def facts_of(header: MessageHeader, body: str | None, rules: RulesAtWork, now: datetime) -> Facts:
    """What a header tells as it arrives. Nothing has waited yet; `is_first` is for the caller."""
    at = arrival(header, now)
    sender = header.from_ or header.sender
    told = header.to is not None or header.cc is not None
    return Facts(
        sender=sender.address if sender else "",
        recipients=tuple(one.address for one in (*(header.to or ()), *(header.cc or ())))
        if told
        else None,
        subject=header.subject or "",
        body=body,
        has_attachments=bool(header.has_attachments),
        importance=header.importance or "normal",
        categories=header.categories or (),
        received_at=at,
        in_hours=rules.is_open(at) if rules.is_open else None,
        automatic=automatic_of(header),
        is_first=True,
        unanswered_hours=0.0,
    )


def rule_on(
    rules: RulesAtWork,
    headers: Iterable[MessageHeader],
    bodies: Mapping[str, str | None],
    now: datetime,
) -> dict[str, Ruling]:
    """By Graph id. Takes long with bodies: call it off the event loop."""
    rulings = {}
    for header in headers:
        facts = facts_of(header, bodies.get(header.id), rules, now)
        first = later = rules.ready.decide(facts)
        if rules.by_first:
            later = rules.ready.decide(replace(facts, is_first=False))
        rulings[header.id] = Ruling(first, later, facts.in_hours)
    return rulings


def wants_body(ruling: Ruling, rules: RulesAtWork) -> bool:
    """Whether a rule's answer hangs on the body: no other message is opened."""
    unknown = {rule_id for rule_id, _ in (*ruling.first.unknown, *ruling.later.unknown)}
    return not rules.by_body.isdisjoint(unknown)
