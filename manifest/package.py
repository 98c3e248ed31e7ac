"""What Teams is told about the app: the manifest as data, and the zip that carries it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from core.settings import PackageSettings
from manifest.icons import ACCENT, color_icon, outline_icon

SCHEMA_VERSION = "1.29"
MOST_COMMANDS = 10
"""Of a list, as Teams takes it."""
_EPOCH = (1980, 1, 1, 0, 0, 0)

SHORT = "Work shared mailboxes together in chat: assign, take, pass on and finish mail."
FULL = (
    "Postroom brings the mail of your Microsoft 365 shared mailboxes to the people who answer it. "
    "Each new thread is given to one person, who is told in chat and sees why it is theirs. "
    "Threads are taken, passed on, put back and finished with one press, and a report shows "
    "what is open and how long people waited.\n\n"
    "Before anyone can use it, an administrator of your Microsoft 365 tenant must set it up and "
    "consent to the mailboxes it may work.\n\n"
    "The mail stays in Exchange. Postroom keeps a record of headers, encrypted, and nothing of "
    "a mail's text or attachments."
)


class Command(Protocol):
    """A row of the bot's table of commands."""

    @property
    def words(self) -> tuple[str, ...]: ...
    @property
    def help(self) -> str: ...
    @property
    def in_manifest(self) -> bool: ...


def manifest(
    settings: PackageSettings, commands: Iterable[Command], version: str
) -> dict[str, Any]:
    """The manifest, schema 1.29. The bot's application id is the app's id too."""
    schema = f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}"
    return {
        "$schema": f"{schema}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA_VERSION,
        "version": version,
        "id": settings.bot_app_id,
        "developer": {
            "name": "Postroom contributors",
            "websiteUrl": settings.public_url,
            "privacyUrl": f"{settings.public_url}/privacy",
            "termsOfUseUrl": f"{settings.public_url}/terms",
        },
        "name": {"short": settings.name, "full": f"{settings.name} for shared mailboxes"},
        "description": {"short": SHORT, "full": FULL},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "defaultInstallScope": "personal",
        "bots": [
            {
                "botId": settings.bot_app_id,
                "scopes": ["personal", "team", "groupChat"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "commandLists": [
                    {"scopes": [scope], "commands": command_list(commands)}
                    for scope in ("personal", "team", "groupChat")
                ],
            }
        ],
        "validDomains": [urlsplit(settings.public_url).hostname],
    }


def command_list(commands: Iterable[Command]) -> list[dict[str, str]]:
    """What Teams offers as the person types. Raises ValueError over ten."""
    offered = [
        {"title": command.words[0], "description": command.help}
        for command in commands
        if command.in_manifest
    ]
    if len(offered) > MOST_COMMANDS:
        raise ValueError(f"{len(offered)} commands are marked for the manifest; ten at most")
    return offered


def package(manifest: dict[str, Any]) -> bytes:
    """The zip for Teams; the same bytes for the same manifest."""
    files = {
        "manifest.json": json.dumps(manifest, indent=2, ensure_ascii=False).encode(),
        "color.png": color_icon(),
        "outline.png": outline_icon(),
    }
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name, _EPOCH), content, ZIP_DEFLATED)
    return buffer.getvalue()


def project_version(root: Path) -> str:
    with (root / "pyproject.toml").open("rb") as file:
        version: str = tomllib.load(file)["project"]["version"]
    return version
