"""What a mailbox is allowed, and its reply texts, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import NotAllowed, NotFound
from core.mailboxes.features import Feature, missing_permissions
from core.mailboxes.grants import facts_with
from core.mailboxes.models import GrantKind
from core.mailboxes.views import FeatureView, ProbeView
from core.people.views import Actor
from core.rules.reply_texts import ReplyTextView, check_text
from tests.dialogs.sample import MAILBOX

if TYPE_CHECKING:
    from tests.dialogs.world import World


class FeaturePort:
    def __init__(self, world: World) -> None:
        self._world = world
        self.allowed: set[Feature] = set()
        self.scopes = ""

    async def asked(self, actor: Actor, mailbox_id: int, feature: Feature) -> FeatureView:
        self._world._mailbox_admin(actor, mailbox_id)
        kind = self._world.kind or GrantKind.APPLICATION
        return FeatureView(
            mailbox_id,
            feature,
            kind,
            feature in self.allowed,
            missing_permissions(kind, self.scopes, feature),
            facts_with(kind, mailboxes=True, content=False, in_flight=False),
        )

    async def allow(self, actor: Actor, mailbox_id: int, feature: Feature) -> ProbeView:
        self._world._mailbox_admin(actor, mailbox_id)
        code = self._world.probe_code
        if code == "passed":
            self._world.changes.append(("allow", mailbox_id, feature))
            self.allowed.add(feature)
        return ProbeView(mailbox_id, code, reason=self._world.probe_reason)

    async def disallow(self, actor: Actor, mailbox_id: int, feature: Feature) -> str:
        self._world._mailbox_admin(actor, mailbox_id)
        self._world.changes.append(("disallow", mailbox_id, feature))
        return "remove_role_assignment"


class ReplyTextPort:
    def __init__(self, world: World) -> None:
        self._world = world
        self.texts_by_name = {"Away": "Dear {first name},\nwe are away. {hours}"}

    async def texts(self, actor: Actor, mailbox_id: int) -> tuple[ReplyTextView, ...]:
        self._see(actor, mailbox_id)
        return tuple(
            ReplyTextView(number, name, text)
            for number, (name, text) in enumerate(self.texts_by_name.items(), start=5)
        )

    async def save(self, actor: Actor, mailbox_id: int, name: str, text: str) -> int:
        self._change(actor, mailbox_id)
        self.texts_by_name[name.strip()] = check_text(text)
        self._world.changes.append(("reply_text", mailbox_id, name.strip()))
        return 5

    async def remove(self, actor: Actor, mailbox_id: int, name: str) -> None:
        self._change(actor, mailbox_id)
        del self.texts_by_name[name]
        self._world.changes.append(("reply_text_gone", mailbox_id, name))

    def _see(self, actor: Actor, mailbox_id: int) -> None:
        if mailbox_id != MAILBOX or not (actor.is_admin or mailbox_id in actor.mailboxes):
            raise NotFound("mailbox")

    def _change(self, actor: Actor, mailbox_id: int) -> None:
        self._see(actor, mailbox_id)
        if not actor.is_admin and mailbox_id not in actor.leads:
            raise NotAllowed("lead")
