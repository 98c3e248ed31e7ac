"""Drawing an activity in a terminal or a transcript; no I/O."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from sandbox.teams.activity_rules import ADAPTIVE_CARD, FILE_CONSENT
from sandbox.teams.buttons import Button, buttons
from sandbox.teams.card_tree import children
from sandbox.teams.elements import Numbers, draw_card
from sandbox.teams.text import markdown, one_line, plain, spoken

__all__ = ["Button", "buttons", "draw", "to_text"]


def draw(activity: dict[str, Any]) -> RenderableType:
    """The text, each attachment in a frame, then suggested actions; buttons bear numbers from 1,
    in the order of `buttons(activity)`."""
    there = buttons(activity)
    numbers = {id(button.action): number for number, button in enumerate(there, 1)}
    parts: list[RenderableType] = []
    text = activity.get("text")
    if text:
        is_plain = activity.get("textFormat") == "plain"
        parts.append(spoken(text) if is_plain else markdown(text))
    for attachment in children(activity, "attachments"):
        drawn = _draw_attachment(attachment, there, numbers)
        if drawn is not None:
            parts.append(Panel(drawn, expand=False, padding=(0, 1)))
    suggested = [button for button in there if button.kind == "suggested"]
    if suggested:
        parts.append(_button_row(suggested, numbers))
    return Group(*parts)


def to_text(activity: dict[str, Any], width: int = 100) -> str:
    """What `draw` shows, without color, `width` columns wide."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        color_system=None,
        force_terminal=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(draw(activity))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n")


def _draw_attachment(
    attachment: dict[str, Any], there: list[Button], numbers: Numbers
) -> RenderableType | None:
    kind, content = attachment.get("contentType"), attachment.get("content")
    if kind == "text/html":  # the same words as `text`
        return None
    if not isinstance(content, dict):
        return plain(one_line(attachment.get("name") or kind or "attachment"), "dim")
    if kind == ADAPTIVE_CARD:
        return draw_card(content, numbers)
    if kind == FILE_CONSENT:
        name, size = one_line(attachment.get("name", "file")), content.get("sizeInBytes", 0)
        own = [button for button in there if button.attachment is attachment]
        return Group(plain(f"File: {name} ({size} bytes)", "bold"), _button_row(own, numbers))
    titles = (("title", "bold"), ("subtitle", "dim"), ("text", ""))
    parts: list[RenderableType] = [
        markdown(content[name], style) for name, style in titles if content.get(name)
    ]
    actions = {id(action) for action in children(content, "buttons")}
    own = [button for button in there if id(button.action) in actions]
    if own:
        parts.append(_button_row(own, numbers))
    return Group(*(parts or [plain(one_line(attachment.get("name") or kind or ""), "dim")]))


def _button_row(row: list[Button], numbers: Numbers) -> Text:
    parts: list[str | tuple[str, str]] = []
    for button in row:
        number = f"[{numbers[id(button.action)]}]"
        parts += [(number, "bold cyan"), " ", (one_line(button.title), "bold"), "   "]
    return Text.assemble(*parts[:-1])
