"""`python -m sandbox`: a local Microsoft 365 by itself; one JSON line says that it is ready."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from collections.abc import Sequence
from pathlib import Path

from sandbox.microsoft365 import Microsoft365, mail_from
from sandbox.sample import (
    BOT_APP_ID,
    BOT_APP_PASSWORD,
    CLIENT_ID,
    CLIENT_SECRET,
    HELP_MAILBOX,
    MOST_MEMBERS,
    sample_tenant,
)
from sandbox.teams.reading import lines_from
from sandbox.teams.terminal import Terminal


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--mail",
        type=Path,
        help="an mbox or .mbox.gz for the shared mailbox; without it, believable mail",
    )
    parser.add_argument(
        "--held-back",
        type=int,
        default=0,
        metavar="N",
        help="messages that arrive later, when the control route /mail-arrives says so",
    )
    parser.add_argument(
        "--bot",
        metavar="URL",
        help="where Postroom listens, such as http://127.0.0.1:3978: this terminal is then Teams",
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--members", type=int, default=5, choices=range(1, MOST_MEMBERS + 1), metavar="N"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("data/sandbox"),
        help="keys, certificates and what was granted (%(default)s)",
    )
    return parser.parse_args(argv)


def ready_line(sandbox: Microsoft365) -> str:
    """Everything another process needs, as one line of JSON."""
    members = [
        {"id": user.id, "name": user.name, "email": user.email, "teams_id": user.teams_id}
        for user in sandbox.tenant.users.values()
    ]
    facts = {
        "login_url": sandbox.login_url,
        "graph_url": sandbox.graph_url,
        "connector_url": sandbox.connector_url,
        "bot_openid_url": sandbox.bot_openid_url,
        "ca_file": str(sandbox.ca_file.resolve()),
        "tenant_id": sandbox.tenant.id,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "bot_app_id": BOT_APP_ID,
        "bot_app_password": BOT_APP_PASSWORD,
        "mailbox": HELP_MAILBOX,
        "members": members,
        "control_url": sandbox.control_url,
        "control_token": sandbox.control.token,
    }
    return json.dumps(facts, ensure_ascii=False)


async def run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    tenant = sample_tenant(options.members)
    source = mail_from(options.mail)
    async with Microsoft365(
        tenant,
        options.folder,
        source,
        port=options.port,
        held_back=options.held_back,
        journal=True,
    ) as sandbox:
        print(ready_line(sandbox), flush=True)
        if options.bot is None:
            await stop.wait()
            return
        chatting = asyncio.create_task(_chat(sandbox, options.bot))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((chatting, stopping), return_when=asyncio.FIRST_COMPLETED)
        for task in (chatting, stopping):
            task.cancel()
        await asyncio.gather(chatting, stopping, return_exceptions=True)


async def _chat(sandbox: Microsoft365, bot_url: str) -> None:
    """A terminal for everybody of the tenant; they add the app by `/add`."""
    async with sandbox.client(bot_url) as client, lines_from() as read_line:
        await Terminal(client, list(sandbox.tenant.users.values()), read_line).run()


if __name__ == "__main__":
    asyncio.run(run(arguments()))
