"""Let a mailbox's rules look at a page before it is written: the gather phase.

A body is read only where a rule's answer hangs on it and the mailbox consented, a few at a
time; it is matched off the event loop and let go. What is left of it are ids of rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from datetime import datetime
from http import HTTPStatus

from tortoise.connection import get_connection

from core.clock import Clock
from core.errors import GraphAuthFailed, GraphError
from core.graph.delta import DeltaPage
from core.graph.messages import MessageHeader
from core.mail.feed import Feed
from core.mail.headers import arrival, newest
from core.mail.models import Direction, MailMessage
from core.mailboxes.business_hours import load_business_clock
from core.mailboxes.models import FolderKind, Mailbox
from core.outbox.queue import Outbox
from core.people.models import Organization
from core.rules.at_work import (
    Broken,
    RulesAtWork,
    at_work,
    mark_of,
    open_rules,
    without,
)
from core.rules.in_flight import Ruling, Rulings, rule_on, wants_body
from core.rules.kept import RuleTexts
from core.rules.pausing import Pausing
from core.rules.trouble import standing_of, troubled
from core.sealing import Vault

AT_ONCE = 8
"""Bodies in memory at a time."""


class RuleRound:
    """One mailbox's rules through one round of its sync."""

    def __init__(self, vault: Vault, outbox: Outbox, now: Clock, mailbox_id: int) -> None:
        self._vault = vault
        self._pausing = Pausing(outbox, now)
        self._now = now
        self._mailbox_id = mailbox_id
        self._rules: RulesAtWork | None = None
        self._mark = -1
        self._live_from: datetime | None = None
        self._refused: set[str] = set()
        """Messages whose bodies Microsoft refused in this round."""
        self._granted = True

    async def open(self) -> RulesAtWork | None:
        """Read and compile the rules, and pause those that cannot work. None: there are none."""
        self._mark, self._rules, paused = await self._load()
        while paused:
            self._mark, self._rules, paused = await self._load()
        return self._rules

    async def look(self, feed: Feed, kind: FolderKind, page: DeltaPage) -> Rulings | None:
        """What the rules say of the messages that are new and live; None: we sent them."""
        if kind is FolderKind.SENT:
            return None
        rules = self._rules
        if rules is None:
            return Rulings(self._mark)
        new = await self._new(page)
        now = self._now()
        found = await asyncio.to_thread(rule_on, rules, new, {}, now)
        opened = [header for header in new if wants_body(found[header.id], rules)]
        if opened and await self._may_open():
            for start in range(0, len(opened), AT_ONCE):
                found |= await self._look_inside(feed, rules, opened[start : start + AT_ONCE])
        return Rulings(self._mark, self._rules, found)

    async def _may_open(self) -> bool:
        """Asked for each page: a round may be long, and a consent ends at once."""
        return await Mailbox.exists(id=self._mailbox_id, reads_bodies=True)

    async def _look_inside(
        self, feed: Feed, rules: RulesAtWork, headers: Sequence[MessageHeader]
    ) -> dict[str, Ruling]:
        """A body that is refused is not known; refused for good, all are."""
        texts = await _all(self._body(feed, header.id) for header in headers)
        bodies = {header.id: text for header, text in zip(headers, texts, strict=True)}
        if self._refused & bodies.keys() and await self._are_refused(feed):
            await self._no_bodies(rules)
            return {}
        return await asyncio.to_thread(rule_on, rules, headers, bodies, self._now())

    async def _body(self, feed: Feed, message_id: str) -> str | None:
        try:
            return await feed.body(message_id)
        except GraphError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            self._refused.add(message_id)
            self._granted = not isinstance(error, GraphAuthFailed)
            return None

    async def _are_refused(self, feed: Feed) -> bool:
        """One message may be closed by itself, by a label of its own. Two are all of them; a
        round often brings one alone, so a message that is known is asked for beside it."""
        if not self._granted:
            return True
        if len(self._refused) == 1:
            known = MailMessage.filter(mailbox_id=self._mailbox_id, direction=Direction.IN)
            other = await known.exclude(graph_id__in=list(self._refused)).order_by("-id").first()
            if other is not None:
                await self._body(feed, other.graph_id)
        return len(self._refused) > 1

    async def _no_bodies(self, rules: RulesAtWork) -> None:
        """The rules that need bodies stop, and the page goes on."""
        for rule in rules.rules:
            if rule.rule_id in rules.by_body:
                await self._pausing.pause(Broken(rule.rule_id, rule.version, "bodies_refused"))

    async def _new(self, page: DeltaPage) -> list[MessageHeader]:
        headers = newest(page.present)
        known = await MailMessage.filter(
            mailbox_id=self._mailbox_id, graph_id__in=list(headers)
        ).values_list("graph_id", flat=True)
        seen, live_from, now = set(map(str, known)), self._live_from, self._now()
        return [
            header
            for key, header in headers.items()
            if key not in seen and (live_from is None or arrival(header, now) >= live_from)
        ]

    async def _load(self) -> tuple[int, RulesAtWork | None, bool]:
        """(mark, rules, whether some were paused, so that the mark has moved on)."""
        mark = await mark_of(get_connection("default"), self._mailbox_id)
        if mark == 0:
            return mark, None, False
        mailbox = await Mailbox.get(id=self._mailbox_id)
        organization = await Organization.get(id=mailbox.organization_id)
        if organization.wrapped_key is None:
            return mark, None, False
        texts = await RuleTexts.of(self._vault, mailbox.organization_id)
        rules, unread = await open_rules(texts, mailbox.id)
        stuck = troubled(rules, await standing_of(mailbox, rules))
        clock = await load_business_clock(get_connection("default"), mailbox.id)
        ready, refused = at_work(mark, without(rules, stuck), clock.is_open, clock.zone)
        self._live_from = mailbox.live_from
        paused = [await self._pausing.pause(one) for one in (*unread, *stuck, *refused)]
        return mark, ready if ready.rules else None, bool(paused)


async def _all(reads: Iterable[Awaitable[str | None]]) -> list[str | None]:
    """What they read, once all have ended; raises the first error there was."""
    found = await asyncio.gather(*reads, return_exceptions=True)
    texts: list[str | None] = []
    for one in found:
        if isinstance(one, BaseException):
            raise one
        texts.append(one)
    return texts
