"""Activities as Teams shapes them on their way to a bot."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from core.clock import Clock
from sandbox.teams.chats import Conversation, Team
from sandbox.teams.history import Activity
from sandbox.tenant import User


@dataclass(frozen=True, slots=True)
class Inbound:
    """What is the same in every activity to one bot."""

    bot_app_id: str
    bot_name: str
    tenant_id: str
    service_url: str
    locale: str
    timezone: str
    now: Clock

    def bot(self) -> dict[str, Any]:
        return {"id": f"28:{self.bot_app_id}", "name": self.bot_name}

    def message(
        self, user: User, conversation: Conversation, activity_id: str, text: str
    ) -> Activity:
        extra = {"textFormat": "plain", "text": text}
        return self._activity("message", activity_id, user, conversation) | extra

    def mention(
        self, user: User, conversation: Conversation, activity_id: str, text: str
    ) -> Activity:
        """A message that @mentions the bot: in channels and group chats it hears nothing else."""
        marked = f"<at>{self.bot_name}</at>"
        message = self.message(user, conversation, activity_id, f"{marked} {text}")
        mention = {"type": "mention", "mentioned": self.bot(), "text": marked}
        message["entities"].append(mention)
        tag = '<span itemscope itemtype="http://schema.skype.com/Mention" itemid="0">'
        html = f"<div>{tag}{escape(self.bot_name)}</span>&nbsp;{escape(text)}</div>"
        message["attachments"] = [{"contentType": "text/html", "content": html}]
        return message

    def submitted(
        self,
        user: User,
        conversation: Conversation,
        activity_id: str,
        reply_to: str,
        value: dict[str, Any],
    ) -> Activity:
        """An Action.Submit: a message with `value` and no text."""
        activity = self._activity("message", activity_id, user, conversation)
        activity["channelData"] |= {
            "source": {"name": "message"},
            "legacy": {"replyToId": reply_to},
        }
        return activity | {"replyToId": reply_to, "value": value}

    def invoke(
        self,
        user: User,
        conversation: Conversation,
        name: str,
        value: dict[str, Any],
        reply_to: str,
    ) -> Activity:
        activity = self._activity("invoke", event_id(), user, conversation)
        activity["channelData"] |= {
            "source": {"name": "message"},
            "legacy": {"replyToId": reply_to},
        }
        return activity | {"name": name, "value": value, "replyToId": reply_to}

    def installation(self, user: User, conversation: Conversation, action: str) -> Activity:
        """`action`: add, remove, add-upgrade or remove-upgrade."""
        activity = self._activity("installationUpdate", event_id(), user, conversation)
        activity["channelData"] |= {
            "settings": {"selectedChannel": {"id": conversation.id}},
            "source": {"name": "message"},
        }
        return activity | {"action": action}

    def members(
        self,
        user: User,
        conversation: Conversation,
        *,
        added: list[dict[str, Any]] | None = None,
        removed: list[dict[str, Any]] | None = None,
    ) -> Activity:
        """A conversationUpdate; `user` is who did it."""
        activity = self._activity("conversationUpdate", event_id(), user, conversation)
        if conversation.team is not None:
            event = "teamMemberAdded" if added else "teamMemberRemoved"
            activity["channelData"]["eventType"] = event
        if added:
            activity["membersAdded"] = added
        if removed:
            activity["membersRemoved"] = removed
        return activity

    def _activity(
        self, kind: str, activity_id: str, user: User, conversation: Conversation
    ) -> Activity:
        now = self.now()
        local = now.astimezone(ZoneInfo(self.timezone))
        client = {
            "type": "clientInfo",
            "locale": self.locale,
            "country": self.locale[-2:],
            "platform": "Web",
            "timezone": self.timezone,
        }
        place: dict[str, Any] = {
            "id": conversation.id,
            "conversationType": conversation.type,
            "tenantId": self.tenant_id,
        }
        if conversation.type != "personal":
            place["isGroup"] = True
        return {
            "type": kind,
            "id": activity_id,
            "timestamp": now.isoformat().replace("+00:00", "Z"),
            "localTimestamp": local.isoformat(),
            "localTimezone": self.timezone,
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": person(user),
            "conversation": place,
            "recipient": self.bot(),
            "entities": [client],
            "channelData": self._channel_data(conversation),
            "locale": self.locale,
        }

    def _channel_data(self, conversation: Conversation) -> dict[str, Any]:
        data: dict[str, Any] = {"tenant": {"id": self.tenant_id}}
        team: Team | None = conversation.team
        if team is not None:
            channel_id = conversation.id.partition(";")[0]
            data |= {
                "teamsChannelId": channel_id,
                "teamsTeamId": team.id,
                "channel": {"id": channel_id},
                "team": {"id": team.id, "name": team.name, "aadGroupId": team.group_id},
            }
        return data


def person(user: User) -> dict[str, Any]:
    return {"id": user.teams_id, "name": user.name, "aadObjectId": user.id}


def event_id() -> str:
    """Messages have numbers, events have these."""
    return f"f:{uuid.uuid4()}"
