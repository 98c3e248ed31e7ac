"""Postroom's command line: serve, demo, tour, migrate, check, keys."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from core import keyring, log
from core.audit.verify import ChainState, verify
from core.database import database
from core.errors import ConfigError, PostroomError
from core.migrate import migrate
from core.people.models import Organization
from core.settings import Settings, load

CONFIG_ERROR = 2
"""Exit code where the settings are wrong and nothing was started."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return CONFIG_ERROR
    except PostroomError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run against Microsoft 365, by the settings")
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", help="run with a sandbox, and chat in this terminal")
    demo.add_argument("--folder", type=Path, default=Path("data/demo"), help="where its data is")
    demo.add_argument("--mail", type=Path, help="an mbox or .mbox.gz to fill the mailbox with")
    demo.add_argument("--members", type=_members, default=5)
    demo.add_argument("--port", type=int, default=3978)
    demo.add_argument(
        "--unsigned", action="store_true", help="also take a local Playground's activities"
    )
    demo.set_defaults(run=_demo)

    tour = commands.add_parser("tour", help="play the whole journey and check it")
    tour.add_argument("--mail", type=Path, help="an mbox or .mbox.gz to fill the mailbox with")
    tour.add_argument("--members", type=_members, default=5)
    tour.add_argument("--database", help="kept afterwards: sqlite:///absolute/path or postgres://…")
    tour.add_argument("--json", action="store_true", help="one JSON object as the last line")
    tour.add_argument(
        "--policy",
        choices=["open", "office"],
        default="open",
        help="office: with working hours, an absence and a capacity, through a day",
    )
    tour.set_defaults(run=_tour)

    change = commands.add_parser("migrate", help="bring the database to this version")
    change.add_argument("--database", help="instead of POSTROOM_DATABASE_URL")
    change.set_defaults(run=_migrate)

    check = commands.add_parser("check", help="check the settings, or the audit log")
    check.add_argument("what", choices=["settings", "audit"])
    check.set_defaults(run=_check)

    keys = commands.add_parser("keys", help="make a key ring")
    keys.add_argument("what", choices=["new"])
    keys.set_defaults(run=_keys)
    return parser


def _members(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 50:
        raise argparse.ArgumentTypeError("from 1 to 50 members")
    return int(text)


def _settings() -> Settings:
    settings = load(os.environ)
    log.configure(settings.log_level, settings.log_file, settings.log_days)
    return settings


def _serve(options: argparse.Namespace) -> int:
    settings = _settings()
    from wiring import serving

    async def run() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for end in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(end, ended.set)
        async with serving(settings) as running:
            log.get_logger("app").info("serving", port=int(running.url.rpartition(":")[2]))
            await ended.wait()

    asyncio.run(run())
    return 0


def _demo(options: argparse.Namespace) -> int:
    from sandbox import demo
    from wiring import serving

    return asyncio.run(demo.run(demo.DemoOptions.of(options), serving))


def _tour(options: argparse.Namespace) -> int:
    from sandbox import tour
    from wiring import serving

    return asyncio.run(tour.run(tour.TourOptions.of(options), serving))


def _migrate(options: argparse.Namespace) -> int:
    url = options.database or load(os.environ).database_url.get_secret_value()
    done = asyncio.run(migrate(url))
    print(f"applied: {', '.join(done.applied) or 'nothing, the database is up to date'}")
    if done.backup:
        print(f"the database as it was before: {done.backup}")
    return 0


def _check(options: argparse.Namespace) -> int:
    settings = _settings()
    if options.what == "settings":
        print("the settings are complete")
        return 0
    return asyncio.run(_check_audit(settings))


async def _check_audit(settings: Settings) -> int:
    """One line an organization; exit code 1 where a chain does not hold."""
    ring = keyring.KeyRing.from_settings(
        settings.keys.get_secret_value(), settings.lookup_key.get_secret_value()
    )
    broken = False
    async with database(settings.database_url.get_secret_value()):
        for organization in await Organization.all().order_by("id"):
            verdict = await verify(organization.id, ring)
            print(f"organization {organization.id}: {verdict}")
            broken = broken or verdict.state in (ChainState.BROKEN, ChainState.TRUNCATED)
    return int(broken)


def _keys(options: argparse.Namespace) -> int:
    for name, value in keyring.new_settings().items():
        print(f"{name}={value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
