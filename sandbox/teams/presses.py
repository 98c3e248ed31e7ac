"""Pressing buttons: an invoke, a message with a value, a text or a file's upload."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.teams.activity_rules import ADAPTIVE_CARD
from sandbox.teams.buttons import Button, find_button
from sandbox.teams.card_answers import Pressed, read_card_answer
from sandbox.teams.card_tree import children
from sandbox.teams.chats import Conversation
from sandbox.teams.endpoint import BotEndpoint
from sandbox.teams.history import Activity
from sandbox.teams.inbound import Inbound
from sandbox.teams.inputs import collect
from sandbox.teams.service import TeamsService
from sandbox.tenant import User


class Presses:
    """What `TeamsClient.press` and `TeamsClient.refresh` do."""

    def __init__(
        self, service: TeamsService, endpoint: BotEndpoint, inbound: Callable[[], Inbound]
    ) -> None:
        self._service = service
        self._endpoint = endpoint
        self._inbound = inbound

    async def press(
        self,
        user: User,
        activity: Activity,
        wanted: str | int | Button,
        inputs: dict[str, str],
        *,
        fallback: bool,
        repeat: int,
    ) -> Pressed:
        button = find_button(activity, wanted)
        if fallback and isinstance(button.action.get("fallback"), dict):
            button = replace(button, action=button.action["fallback"])
        if button.type in ("Action.OpenUrl", "openUrl", "signin"):
            return Pressed(200, "url", button.action.get("url") or button.action.get("value"))
        if button.kind == "file":
            return await self._file_consent(user, activity, button)
        if button.type == "Action.Execute":
            data = _values(button, inputs)
            return await self._execute(user, activity, button.action, data, "manual", repeat)
        message = self._message(user, activity, button, inputs)
        arrived = await self._endpoint.deliver([message] * (1 + repeat))
        return Pressed(200, "message", activities=arrived)

    async def refresh(self, user: User, activity: Activity, trigger: str) -> Pressed | None:
        cards = [
            attachment["content"]
            for attachment in children(activity, "attachments")
            if attachment.get("contentType") == ADAPTIVE_CARD
        ]
        refresh = cards[0].get("refresh") if cards else None
        if not refresh:
            return None
        names = refresh.get("userIds")
        if trigger == "automatic" and names is not None and user.teams_id not in names:
            return None
        action = refresh["action"]
        return await self._execute(user, activity, action, action.get("data") or {}, trigger, 0)

    async def _execute(
        self,
        user: User,
        activity: Activity,
        action: dict[str, Any],
        data: dict[str, Any],
        trigger: str,
        repeat: int,
    ) -> Pressed:
        sent = {key: action[key] for key in ("type", "id", "verb") if key in action}
        value = {"action": sent | {"data": data}, "trigger": trigger}
        invoke = self._invoke(user, activity, "adaptiveCard/action", value)
        before = len(self._service.received)
        answers = [await self._endpoint.post(invoke) for _ in range(1 + repeat)]
        pressed = read_card_answer(answers[-1].status, answers[-1].body)
        where, history = activity["conversation"]["id"], self._service.history
        if pressed.card is not None and history.message(where, activity["id"]) is not None:
            history.show(where, activity["id"], user.id, pressed.card)
        return replace(pressed, activities=self._endpoint.arrived(invoke, before))

    def _message(
        self, user: User, activity: Activity, button: Button, inputs: dict[str, str]
    ) -> Activity:
        """A text in the person's name, or (Action.Submit, messageBack) a value."""
        where, message_id = self._place(activity), self._service.history.next_id()
        if button.type == "imBack":
            text = str(button.action.get("value") or button.title)
            message = self._inbound().message(user, where, message_id, text)
            self._service.history.add(where.id, message)
            return message
        data = _values(button, inputs)
        teams = data.get("msteams")
        message_back = button.action if button.type == "messageBack" else teams
        message = self._inbound().submitted(user, where, message_id, activity["id"], data)
        if isinstance(message_back, dict) and message_back.get("text"):
            message["text"] = message_back["text"]
        return message

    async def _file_consent(self, user: User, activity: Activity, button: Button) -> Pressed:
        content = button.attachment["content"]
        value: dict[str, Any] = {
            "type": "fileUpload",
            "action": button.type,
            "context": content.get(f"{button.type}Context") or {},
        }
        if button.type == "accept":
            name = str(button.attachment.get("name", "file"))
            upload_id = self._service.uploads.open()
            value["uploadInfo"] = {
                "name": name,
                "uniqueId": upload_id,
                "uploadUrl": f"{self._service.service_url}upload/{upload_id}",
                "contentUrl": f"{self._service.service_url}files/{upload_id}",
                "fileType": name.rpartition(".")[2],
            }
        answer = await self._endpoint.post(
            self._invoke(user, activity, "fileConsent/invoke", value)
        )
        info = value.get("uploadInfo")
        return Pressed(answer.status, "file", info, activities=answer.activities)

    def _invoke(self, user: User, activity: Activity, name: str, value: dict[str, Any]) -> Activity:
        return self._inbound().invoke(user, self._place(activity), name, value, activity["id"])

    def _place(self, activity: Activity) -> Conversation:
        where = activity["conversation"]["id"]
        conversation = self._service.chats.find(where)
        if conversation is None:
            raise LookupError("the activity is in no conversation of this tenant")
        return replace(conversation, id=where)


def _values(button: Button, given: dict[str, str]) -> dict[str, Any]:
    """A button's data with the inputs' values laid over it. Raises InputRefused."""
    data = button.action.get("value" if button.kind == "hero" else "data")
    return (data if isinstance(data, dict) else {}) | collect(button, given)
