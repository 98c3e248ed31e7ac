"""A bot without HTTP: the real handler and tables over a world in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from botbuilder.core import TurnContext

from bot.activities import read_activity
from bot.activity_handler import PostroomActivityHandler
from bot.callers import Caller
from bot.card_actions import card_actions
from bot.command_table import command_table
from bot.commands import Commands
from bot.connector import TeamsMember
from bot.notifier import Notifier
from bot.replies import Replies
from bot.turn import CALLER_KEY, CONNECTOR_KEY
from bot.visitors import Visitors
from core.errors import ConnectorError
from core.outbox.posted import Posted, Shown
from core.people.views import Actor
from dialogs.allowing import ALLOWING
from dialogs.consenting import CONSENTING
from dialogs.offboarding import OFFBOARDING
from dialogs.onboarding import ONBOARDING
from dialogs.reply_texts import WRITING_REPLY
from dialogs.runner import DialogRunner
from dialogs.talks import Talks
from tests.dialogs.sample import ANNA, BEN, CARA, NOW
from tests.dialogs.world import World, a_world

TENANT, OTHER_TENANT = "tenant-1", "tenant-2"
ENTRA = {ANNA: "entra-anna", BEN: "entra-ben", CARA: "entra-cara"}
BOT_ID = "28:bot"


class FakeConnector:
    """Answers ids, keeps what was sent; `failure` is raised instead, if there is one."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        """(how, conversation or activity id, payload)."""
        self.failure: Exception | None = None
        self.members: dict[str, TeamsMember] = {}

    async def send(self, ref: Any, activity: dict[str, Any], **_: Any) -> str:
        return self._keep("send", ref.conversation_id, activity)

    async def reply(self, ref: Any, activity_id: str, activity: dict[str, Any], **_: Any) -> str:
        return self._keep("reply", ref.conversation_id, activity)

    async def update(self, ref: Any, activity_id: str, activity: dict[str, Any], **_: Any) -> None:
        self._keep("update", activity_id, activity)

    async def get_member(self, ref: Any, member_id: str, **_: Any) -> TeamsMember:
        if member_id not in self.members:
            raise ConnectorError(404, "MemberNotFoundInConversation")
        return self.members[member_id]

    async def get_members(self, ref: Any, **_: Any) -> AsyncIterator[TeamsMember]:
        for member in self.members.values():
            yield member

    def _keep(self, how: str, where: str, activity: dict[str, Any]) -> str:
        if self.failure is not None:
            raise self.failure
        self.sent.append((how, where, activity))
        return f"sent-{len(self.sent)}"


@dataclass
class FakeCards:
    """Posted cards in memory."""

    rows: dict[tuple[str, str], tuple[Posted, Shown]] = field(default_factory=dict)
    now: datetime = NOW

    async def record(
        self,
        organization_id: int,
        member_id: int | None,
        service_url: str,
        conversation_id: str,
        activity_id: str,
        shown: Shown,
    ) -> None:
        posted = Posted(
            organization_id, member_id, service_url, conversation_id, activity_id, shown.kind,
            shown.facts, self.now,
        )  # fmt: skip
        self.rows[conversation_id, activity_id] = (posted, shown)

    async def showing(self, thread_id: int) -> tuple[Posted, ...]:
        return tuple(posted for posted, shown in self.rows.values() if thread_id in shown.threads)

    async def newest(
        self, member_id: int, kind: str, *, since: datetime | None = None, **facts: int
    ) -> Posted | None:
        for posted, shown in reversed(self.rows.values()):
            fits = all(shown.facts.get(name) == value for name, value in facts.items())
            recent = since is None or posted.posted_at >= since
            if posted.member_id == member_id and shown.kind == kind and fits and recent:
                return posted
        return None

    async def count(self, member_id: int, kinds: Collection[str], since: datetime) -> int:
        return sum(
            posted.member_id == member_id and posted.kind in kinds and posted.posted_at >= since
            for posted, _ in self.rows.values()
        )

    async def forget(self, conversation_id: str, activity_id: str) -> None:
        self.rows.pop((conversation_id, activity_id), None)

    async def claim(
        self, org: int, member: int | None, url: str, conversation: str, kind: str
    ) -> bool:
        if (conversation, f"claimed:{kind}") in self.rows:
            return False
        await self.record(
            org, member, url, conversation, f"claimed:{kind}", Shown(f"claimed:{kind}")
        )
        return True

    async def unclaim(self, conversation_id: str, kind: str) -> None:
        await self.forget(conversation_id, f"claimed:{kind}")


class FakeArrivals:
    """The channel's side of people, over a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids = {entra: i for i, entra in ENTRA.items()}
        self.arrived: list[str] = []
        self.gone: list[str] = []

    async def actor(self, tenant_id: str, entra_id: str) -> Actor | None:
        found = self.ids.get(entra_id)
        return self.world.actor(found) if tenant_id == TENANT and found else None

    async def arrive(self, tenant_id: str, entra_id: str, **facts: Any) -> Actor:
        self.arrived.append(entra_id)
        self.ids.setdefault(entra_id, 50 + len(self.ids))
        self.world.names.setdefault(self.ids[entra_id], facts.get("name") or "Somebody")
        return self.world.actor(self.ids[entra_id])

    async def uninstalled(self, tenant_id: str, entra_id: str) -> None:
        self.gone.append(entra_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world, name)


class Talking:
    def __init__(self, world: World | None = None) -> None:
        self.world = world or a_world()
        self.connector = FakeConnector()
        self.cards = FakeCards()
        self.people = FakeArrivals(self.world)
        self.services = replace(self.world.services(), people=self.people)  # type: ignore[arg-type]
        self.runner = DialogRunner((ONBOARDING, CONSENTING, OFFBOARDING, ALLOWING, WRITING_REPLY))
        talks = Talks(self.runner)
        self.commands = Commands(command_table(talks))
        self.card_actions = card_actions(talks, self.commands)
        self.seen: set[tuple[str, str]] = set()
        connector: Any = self.connector
        people: Any = self.people
        self.notifier = Notifier(self.services, connector, self.cards, lambda: NOW)
        self.handler = PostroomActivityHandler(
            self.services,
            Visitors(people, lambda tenant_id: tenant_id == TENANT),
            Replies(connector, people, self.cards),
            self.cards,
            self.commands,
            self.card_actions,
            talks,
            self._first_time,
            lambda: NOW,
        )

    async def _first_time(self, conversation_id: str, activity_id: str) -> bool:
        key = (conversation_id, activity_id)
        first = key not in self.seen
        self.seen.add(key)
        return first

    async def say(self, text: str, **where: Any) -> list[dict[str, Any]]:
        """Type something; what was sent out because of it."""
        await self.turn({"type": "message", "text": text}, **where)
        return [payload for _, _, payload in self._new()]

    async def press(self, verb: str, data: Mapping[str, Any] | None = None, **where: Any) -> Any:
        """Press an Action.Execute button; the invoke's answer."""
        action = {"type": "Action.Execute", "verb": verb, "data": dict(data or {})}
        value = {"action": action, "trigger": "manual"}
        activity = {"type": "invoke", "name": "adaptiveCard/action", "value": value}
        response = await self.turn({**activity, "replyToId": "card-1"}, **where)
        assert response is not None
        return response.body

    async def submit(self, data: Mapping[str, Any], **where: Any) -> list[tuple[str, str, Any]]:
        """Press an Action.Submit button: a message with a value and no text."""
        await self.turn({"type": "message", "value": dict(data), "replyToId": "card-1"}, **where)
        return self._new()

    async def turn(
        self,
        activity: dict[str, Any],
        *,
        member: int = ANNA,
        entra: str | None = None,
        tenant: str = TENANT,
        channel: bool = False,
    ) -> Any:
        self._before = len(self.connector.sent)
        entra = entra or ENTRA[member]
        kind = "channel" if channel else "personal"
        read = read_activity(
            {
                "id": f"in-{self._before}",
                "serviceUrl": "https://smba.trafficmanager.net/x/",
                "channelId": "msteams",
                "from": {"id": f"29:{entra}", "aadObjectId": entra},
                "recipient": {"id": BOT_ID},
                "conversation": {"id": f"{kind}:{entra}", "conversationType": kind},
                "channelData": {"tenant": {"id": tenant}},
                **activity,
            }
        )
        context = TurnContext(SimpleNamespace(), read)
        context.turn_state[CALLER_KEY] = Caller(tenant, entra)
        context.turn_state[CONNECTOR_KEY] = self.connector
        return await self.handler.on_turn(context)

    def _new(self) -> list[tuple[str, str, dict[str, Any]]]:
        return self.connector.sent[self._before :]


def card_of(payload: dict[str, Any]) -> dict[str, Any]:
    return payload["attachments"][0]["content"]
