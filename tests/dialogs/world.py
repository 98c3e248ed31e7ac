"""An organization in memory, behind the ports that conversations ask; rights as core keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from core.conversations.open_dialogs import OpenDialog
from core.errors import AlreadyAssigned, InvalidInput, NotAllowed, NotFound
from core.mail.models import Priority, ThreadState
from core.mail.views import ThreadPage, ThreadRow, ThreadView
from core.mailboxes.channel_views import ChannelPlace
from core.mailboxes.grants import also_reaches, facts_promised
from core.mailboxes.models import FolderKind, GrantKind, MailboxState
from core.mailboxes.views import CallbackOutcome, ConsentView, FolderView, OffboardView, ProbeView
from core.people.models import MemberState
from core.people.views import Actor, PersonView, ReferenceView
from core.threads.views import ThreadLife
from dialogs.services import GrantFacts, Services
from tests.dialogs.bulk_port import BulkPort
from tests.dialogs.channel_port import ChannelPort
from tests.dialogs.feature_port import FeaturePort, ReplyTextPort
from tests.dialogs.hours_port import HoursPort
from tests.dialogs.life_ports import life_ports
from tests.dialogs.mailbox_port import MailboxPort
from tests.dialogs.operations_port import OperationsPort
from tests.dialogs.policy_port import PolicyPort
from tests.dialogs.rule_port import RulePort
from tests.dialogs.sample import (
    ADDRESS,
    ANNA,
    BEN,
    CARA,
    FOREIGN_MAILBOX,
    FOREIGN_THREAD,
    MAILBOX,
    NOW,
    a_thread,
)


@dataclass
class World:
    """All ports at once. `changes` lists what was changed, so that a test can see nothing was."""

    threads_by_id: dict[int, ThreadView] = field(default_factory=dict)
    names: dict[int, str] = field(
        default_factory=lambda: {ANNA: "Anna Admin", BEN: "Ben Busy", CARA: "Cara"}
    )
    roles: dict[int, set[str]] = field(default_factory=lambda: {ANNA: {"admin"}})
    workers: dict[int, bool] = field(default_factory=lambda: {ANNA: True, BEN: False})
    """Who works the mailbox, and whether they lead it."""
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    own_changes: list[tuple[Any, ...]] = field(default_factory=list)
    """What people said about themselves, for which they need no right."""
    week: str = ""
    away: dict[int, tuple[datetime, datetime | None]] = field(default_factory=dict)
    dialogs: dict[int, OpenDialog] = field(default_factory=dict)
    probe_code: str = "passed"
    probe_reason: str = "bodies_open"
    mailbox_state: MailboxState = MailboxState.ONBOARDING
    address: str = ADDRESS
    kind: GrantKind | None = GrantKind.APPLICATION
    unreachable_members: list[int] = field(default_factory=list)
    install: str = "https://teams.example/install"
    privacy: str = "https://postroom.example/privacy"
    channel: ChannelPlace | None = None
    rule_port: RulePort = field(init=False)

    def __post_init__(self) -> None:
        self.rule_port = RulePort(self)

    def actor(self, member_id: int) -> Actor:
        works = member_id in self.workers
        return Actor(
            organization_id=1,
            member_id=member_id,
            is_admin="admin" in self.roles.get(member_id, ()),
            mailboxes=frozenset({MAILBOX} if works else ()),
            leads=frozenset({MAILBOX} if works and self.workers[member_id] else ()),
        )

    def services(self) -> Services:
        everything: Any = self
        operations = OperationsPort(self)
        return Services(
            people=everything,
            assignments=everything,
            threads=everything,
            mailboxes=MailboxPort(self),
            onboarding=everything,
            reports=operations,
            rules=self.rule_port.services(),
            dead_letters=operations,
            open_dialogs=everything,
            links=everything,
            features=FeaturePort(self),
            reply_texts=ReplyTextPort(self),
            grant_facts=GrantFacts("11111111-2222-3333-4444-555555555555"),
            bulk=BulkPort(self),
            **life_ports(self),
            hours=HoursPort(self),
            policies=PolicyPort(self),
            channels=ChannelPort(self),
        )

    # Links.

    def open_in_outlook(self, thread_id: int) -> str:
        return f"https://postroom.example/open/{thread_id}.x.k"

    # People.

    async def people(self, actor: Actor) -> tuple[PersonView, ...]:
        return tuple(
            PersonView(
                member_id=i,
                name=name,
                state=MemberState.READY if i != BEN else MemberState.INVITED,
                is_admin="admin" in self.roles.get(i, ()),
                is_privacy_officer="privacy_officer" in self.roles.get(i, ()),
                mailboxes=int(i in self.workers),
                leads=int(self.workers.get(i, False)),
                open_threads=0,
            )
            for i, name in self.names.items()
        )

    async def find(self, actor: Actor, text: str) -> PersonView:
        fold = text.casefold()
        found = [
            p
            for p in await self.people(actor)
            if fold in (p.name.casefold(), p.name.split()[0].casefold())
        ]
        if len(found) != 1:
            raise InvalidInput("member", str(len(found)))
        return found[0]

    async def invite(
        self, actor: Actor, entra_id: str, teams_id: str | None, name: str, address: str
    ) -> int:
        self._admin(actor)
        self.changes.append(("invite", entra_id))
        return 100

    async def set_role(self, actor: Actor, member_id: int, role: str, on: bool) -> None:
        self._admin(actor)
        self._member(member_id)
        self.changes.append(("role", member_id, role, on))

    async def remove(self, actor: Actor, member_id: int) -> None:
        self._admin(actor)
        self._member(member_id)
        self.changes.append(("remove", member_id))

    async def actor_of(self, member_id: int) -> Actor | None:
        return self.actor(member_id) if member_id in self.names else None

    async def reference(self, member_id: int) -> ReferenceView:
        self._member(member_id)
        return ReferenceView(
            member_id, "https://smba.trafficmanager.net/x", f"a:{member_id}", "t", "28:b", "29:u"
        )

    async def unreachable(self, member_id: int, code: str) -> None:
        self.unreachable_members.append(member_id)

    # Threads and assignments.

    async def thread(self, actor: Actor, thread_id: int) -> ThreadView:
        view = self.threads_by_id.get(thread_id)
        if view is None or view.mailbox_id not in actor.mailboxes:
            raise NotFound("thread")
        return view

    async def queue(self, actor: Actor, page: int = 1, per_page: int = 8) -> ThreadPage:
        return self._page(actor, page, lambda t: t.assignee_id == actor.member_id)

    async def snoozed(self, actor: Actor, page: int = 1) -> ThreadPage:
        return self._page(
            actor, page, lambda t: t.assignee_id == actor.member_id, ThreadState.SNOOZED
        )

    async def following(self, actor: Actor, page: int = 1) -> ThreadPage:
        return self._page(actor, page, lambda t: t.life.follows is not None)

    async def overdue(self, actor: Actor, page: int = 1) -> ThreadPage:
        return self._page(actor, page, lambda t: t.answer_due_at and t.answer_due_at <= NOW)

    async def notes(self, actor: Actor, thread_id: int) -> ThreadLife:
        return (await self.thread(actor, thread_id)).life

    async def set_priority(self, actor: Actor, thread_id: int, priority: Priority) -> None:
        self._set(await self.thread(actor, thread_id), "priority", priority=priority)

    async def unassigned(self, actor: Actor, page: int = 1) -> ThreadPage:
        return self._page(actor, page, lambda t: t.assignee_id is None)

    async def count_open(self, actor: Actor) -> int:
        return (await self.queue(actor)).total

    async def take(self, actor: Actor, thread_id: int) -> None:
        view = await self.thread(actor, thread_id)
        if view.assignee_id is not None:
            raise AlreadyAssigned(thread_id, view.assignee_id)
        self._set(view, "take", assignee_id=actor.member_id)

    async def assign(self, actor: Actor, thread_id: int, to_member_id: int) -> None:
        view = await self.thread(actor, thread_id)
        if to_member_id not in self.workers:
            raise InvalidInput("member", "not_in_mailbox")
        self._set(view, "assign", assignee_id=to_member_id)

    async def release(self, actor: Actor, thread_id: int) -> None:
        view = await self.thread(actor, thread_id)
        self._set(view, "release", assignee_id=None)

    async def finish(self, actor: Actor, thread_id: int) -> None:
        self._set(await self.thread(actor, thread_id), "finish", state=ThreadState.DONE)

    async def next(self, actor: Actor, mailbox_id: int | None) -> int | None:
        if mailbox_id is not None and mailbox_id not in actor.mailboxes:
            raise NotFound("mailbox")
        for view in (await self.unassigned(actor)).rows:
            await self.take(actor, view.thread_id)
            return view.thread_id
        return None

    async def reopen(self, actor: Actor, thread_id: int) -> None:
        self._set(await self.thread(actor, thread_id), "reopen", state=ThreadState.OPEN)

    # Onboarding.

    async def begin(self, actor: Actor, *given: Any) -> Any:
        """Onboarding's `begin` and the open dialogs' share a name; their arguments differ."""
        if isinstance(given[1], GrantKind):
            self._admin(actor)
            self.address, self.kind = given[0], given[1]
            self.changes.append(("begin", given[1]))
            return MAILBOX
        dialog, step, memory = given
        was = self.dialogs.get(actor.member_id)
        opened = OpenDialog(dialog, step, dict(memory), was.version + 1 if was else 1)
        self.dialogs[actor.member_id] = opened
        return opened

    async def sign_in_url(self, actor: Actor, mailbox_id: int) -> str:
        self._mailbox_admin(actor, mailbox_id)
        return "https://login.example/authorize?state=s"

    async def feature_sign_in_url(self, actor: Actor, mailbox_id: int, feature: Any) -> str:
        self._mailbox_admin(actor, mailbox_id)
        return "https://login.example/authorize?state=f"

    async def callback(self, state: str, query: Mapping[str, str]) -> CallbackOutcome:
        return CallbackOutcome("granted" if state == "good" else "expired", MAILBOX)

    async def probe(self, mailbox_id: int) -> ProbeView:
        return ProbeView(mailbox_id, self.probe_code, True, True, self.probe_reason)

    async def accept_wider(self, actor: Actor, mailbox_id: int) -> None:
        self._mailbox_admin(actor, mailbox_id)
        self.changes.append(("wider", mailbox_id))

    async def admin_sign_in_url(self, actor: Actor) -> str:
        return "https://login.example/authorize?state=a"

    async def folders(self, actor: Actor, mailbox_id: int) -> tuple[FolderView, ...]:
        self._mailbox_admin(actor, mailbox_id)
        return (
            FolderView(1, "Inbox", FolderKind.INBOX, True),
            FolderView(2, "[Orders](http://evil)", FolderKind.OTHER, False),
            FolderView(3, "Sent Items", FolderKind.SENT, True),
        )

    async def start(self, actor: Actor, mailbox_id: int) -> None:
        self._mailbox_admin(actor, mailbox_id)
        self.changes.append(("start", mailbox_id))

    async def offboard(self, actor: Actor, mailbox_id: int, *, purge: bool) -> OffboardView:
        self._mailbox_admin(actor, mailbox_id)
        self.changes.append(("offboard", mailbox_id, purge))
        return OffboardView(mailbox_id, purge, ("remove_role_assignment",))

    async def revoke(self, actor: Actor, mailbox_id: int) -> str:
        self._mailbox_admin(actor, mailbox_id)
        self.changes.append(("revoke", mailbox_id))
        return "remove_app_consent"

    async def consents(self, actor: Actor) -> tuple[ConsentView, ...]:
        self._admin(actor)
        delegated, application = (
            ConsentView(
                MAILBOX, ADDRESS, kind, (), False, False, "Anna", NOW, NOW, NOW,
                facts_promised(kind, wider=kind is GrantKind.DELEGATED),
                also_reaches(kind, enforced=True),
            )
            for kind in (GrantKind.DELEGATED, GrantKind.APPLICATION)
        )  # fmt: skip
        return (delegated, application)

    # Open dialogs.

    async def current(self, actor: Actor) -> OpenDialog | None:
        return self.dialogs.get(actor.member_id)

    async def change(
        self, actor: Actor, version: int, step: str, memory: Mapping[str, Any]
    ) -> bool:
        standing = self.dialogs.get(actor.member_id)
        if standing is None or standing.version != version:
            return False
        self.dialogs[actor.member_id] = replace(
            standing, step=step, memory=dict(memory), version=version + 1
        )
        return True

    async def close(self, actor: Actor, version: int) -> bool:
        standing = self.dialogs.get(actor.member_id)
        if standing is None or standing.version != version:
            return False
        del self.dialogs[actor.member_id]
        return True

    # Helpers.

    def _admin(self, actor: Actor) -> None:
        if not actor.is_admin:
            raise NotAllowed("admin")

    def _member(self, member_id: int) -> None:
        if member_id not in self.names:
            raise NotFound("member")

    def _mailbox_admin(self, actor: Actor, mailbox_id: int) -> None:
        self._admin(actor)
        if mailbox_id != MAILBOX:
            raise NotFound("mailbox")

    def _set(self, view: ThreadView, what: str, **fields: Any) -> None:
        if "assignee_id" in fields:
            fields["assignee"] = self.names.get(fields["assignee_id"] or 0)
        self.threads_by_id[view.thread_id] = replace(view, version=view.version + 1, **fields)
        self.changes.append((what, view.thread_id))

    def _page(
        self, actor: Actor, page: int, fits: Any, state: ThreadState = ThreadState.OPEN
    ) -> ThreadPage:
        found = [
            t
            for t in self.threads_by_id.values()
            if t.mailbox_id in actor.mailboxes and t.state is state and fits(t)
        ]
        pages = max(1, -(-len(found) // 8))
        page = min(page, pages)
        rows = tuple(
            ThreadRow(
                t.thread_id,
                t.mailbox_id,
                t.subject,
                t.sender_name,
                t.last_received_at or t.received_at,
                t.state,
                t.assignee_id,
                t.assignee,
                t.waiting_reason if t.assignee_id is None else None,
                t.priority,
                t.answer_due_at,
                t.snoozed_until,
            )
            for t in found[(page - 1) * 8 : page * 8]
        )
        return ThreadPage(rows, len(found), page, pages)


def a_world() -> World:
    world = World()
    world.threads_by_id = {
        42: a_thread(),
        43: a_thread(43, assignee_id=BEN, assignee="Ben Busy"),
        FOREIGN_THREAD: a_thread(FOREIGN_THREAD, mailbox_id=FOREIGN_MAILBOX, subject="not yours"),
    }
    world.rule_port.put("when subject contains ledger then assign to Ben Busy", 3)
    return world
