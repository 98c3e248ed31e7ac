"""Microsoft 365 Agents Playground as a Teams client in the browser, beside the running demo.

An optional developer tool of Microsoft's, fetched by npx at a pinned version:
https://learn.microsoft.com/microsoft-365/agents-sdk/test-with-toolkit-project
It listens on all interfaces: for a developer's machine only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from sandbox.sample import BOT_APP_ID, sample_tenant
from sandbox.tenant import Tenant, User

PACKAGE = "@microsoft/m365agentsplayground@0.2.28"
OLDEST_NODE = 18
FOLDER = Path(__file__).resolve().parent.parent / "data" / "playground"
CONFIG = ".m365agentsplayground.yml"
PORTS = range(56150, 56160)
"""Where it may listen: the demo answers to no other ports."""
OTHERS = 5
"""Users besides the one who types; the Playground wants exactly so many."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make teams", description=__doc__)
    parser.add_argument("--bot-port", type=int, default=3978, help="where the demo listens")
    parser.add_argument(
        "--port",
        type=int,
        default=PORTS[0],
        choices=PORTS,
        metavar="PORT",
        help=f"where the Playground listens: {PORTS[0]} to {PORTS[-1]}",
    )
    parser.add_argument("--as", dest="first_name", help="who you are: a member's first name")
    options = parser.parse_args(arguments)
    tenant = sample_tenant(OTHERS + 1)
    trouble = node_trouble() or demo_trouble(options.bot_port)
    you = find(tenant, options.first_name)
    if trouble or you is None:
        names = ", ".join(user.given_name for user in tenant.users.values())
        print(trouble or f"Nobody is called that. There are {names}.", file=sys.stderr)
        return 2
    folder = FOLDER / str(options.port)
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML too.
    (folder / CONFIG).write_text(json.dumps(config(tenant, you), indent=2), encoding="utf-8")
    print(
        f"The Playground opens at http://localhost:{options.port}, as {you.name}. Ctrl-C ends it."
    )
    return run(folder, options.bot_port, options.port)


def config(tenant: Tenant, you: User) -> dict[str, Any]:
    """What the Playground reads; every key is required, `userPrincipleName` spelt so."""
    others = [user for user in tenant.users.values() if user.id != you.id][:OTHERS]
    return {
        "version": "0.1.1",
        "tenantId": tenant.id,
        "bot": {"id": f"28:{BOT_APP_ID}", "name": "Postroom"},
        "currentUser": _user(you),
        "users": [_user(user) for user in others],
        "personalChat": {"id": f"a:personal-{you.id}"},
        "groupChat": {"id": "19:playground-group@thread.v2", "name": "Helpdesk"},
        "team": {
            "id": "19:playground-general@thread.tacv2",
            "name": "Helpdesk team",
            "aadGroupId": "5f0c2f4e-0b7e-4a58-9d0c-5a3e1b6d7c01",
            "channels": [{"id": "19:playground-mail@thread.tacv2", "name": "Mail"}],
        },
    }


def find(tenant: Tenant, first_name: str | None) -> User | None:
    """The member so called; without a name the first one, who administers the tenant."""
    wanted = (first_name or "").casefold()
    return next(
        (user for user in tenant.users.values() if wanted in ("", user.given_name.casefold())),
        None,
    )


def node_trouble() -> str | None:
    """What to do about Node, if anything."""
    advice = f"Node {OLDEST_NODE} or newer with npx is needed: https://nodejs.org/. Without it,"
    advice += " chat in the terminal of `make demo`."
    node = shutil.which("node")
    if node is None or shutil.which("npx") is None:
        return advice
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.lstrip("v").partition(".")[0]
    return None if major.isdecimal() and int(major) >= OLDEST_NODE else advice


def demo_trouble(port: int) -> str | None:
    """What to do about the demo, if it is not running."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return f"Nothing listens on port {port}: start `make demo` in another terminal first."
    return None


def run(folder: Path, bot_port: int, port: int) -> int:
    """Run the Playground until it ends or Ctrl-C; its exit code. Telemetry is off, both ways."""
    command = ["npx", "--yes", f"--package={PACKAGE}", "agentsplayground", "start"]
    command += ["-c", "msteams", "-p", str(port), "--disable-telemetry"]
    environ = os.environ | {
        "BOT_ENDPOINT": f"http://127.0.0.1:{bot_port}/api/messages",
        "APPLICATION_INSIGHTS_NO_STATSBEAT": "1",
    }
    with subprocess.Popen(command, cwd=folder, env=environ) as playground:
        try:
            return playground.wait()
        except KeyboardInterrupt:
            playground.wait()  # the terminal sent it Ctrl-C too
            return 0


def _user(user: User) -> dict[str, str]:
    return {
        "id": user.teams_id,
        "name": user.name,
        "userPrincipleName": user.email,
        "aadObjectId": user.id,
        "givenName": user.given_name,
        "surname": user.name.removeprefix(user.given_name).strip(),
        "email": user.email,
    }


if __name__ == "__main__":
    sys.exit(main())
