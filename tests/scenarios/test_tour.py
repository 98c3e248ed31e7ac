"""The tour, as anyone runs it: the same end on both databases, at any hour, on any mail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.databases import postgres_address
from tests.postgres import admin_connection
from tests.scenarios.tours import HOSTILE, Tour, small_mbox, tour, tour_at

pytestmark = pytest.mark.scenario

MESSAGES = 40
VARYING = ("seconds", "per_member")
"""Who wins where two take the same thread is left to chance."""
RECEIVED = "SELECT count(*) FROM mail_message WHERE direction = 'in'"


@dataclass(frozen=True)
class Tours:
    """Started together: each waits most of its time."""

    sqlite_file: Path
    postgres_url: str
    on_sqlite: Tour
    on_postgres: Tour
    on_sunday: Tour
    hostile: Tour


@pytest.fixture(scope="module")
def tours(tmp_path_factory: pytest.TempPathFactory, postgres_folder: str) -> Iterator[Tours]:
    folder = tmp_path_factory.mktemp("tours")
    mail, file = small_mbox(folder, MESSAGES), folder / "kept.db"
    with admin_connection(postgres_folder) as connection:
        connection.execute('CREATE DATABASE "tour"')
    url = postgres_address(postgres_folder, "tour")
    started = Tours(
        file,
        url,
        tour("--mail", str(mail), "--database", f"sqlite://{file}", "--json"),
        tour("--mail", str(mail), "--database", url, "--json"),
        tour_at(mail, "2026-03-29T03:00:00+00:00", "Pacific/Kiritimati"),
        tour("--mail", str(HOSTILE), "--members", "3", "--json"),
    )
    yield started
    for one in (started.on_sqlite, started.on_postgres, started.on_sunday, started.hostile):
        one.kill()


def same(figures: dict) -> dict:
    return {name: value for name, value in figures.items() if name not in VARYING} | {
        "of members": sum(figures["per_member"].values())
    }


def test_a_tour_counts_what_its_database_holds_and_leaves_it(tours) -> None:
    assert tours.on_sqlite.code == 0, tours.on_sqlite.text

    figures = tours.on_sqlite.figures
    assert figures["messages_synced"] == MESSAGES
    assert figures["open"] == sum(figures["per_member"].values())
    assert (figures["throttled"], figures["waiting"], figures["ok"]) == (0, 0, True)
    with closing(sqlite3.connect(tours.sqlite_file)) as kept:
        assert kept.execute(RECEIVED).fetchone() == (MESSAGES,)


def test_it_ends_the_same_on_postgresql(tours) -> None:
    assert tours.on_postgres.code == 0, tours.on_postgres.text

    assert same(tours.on_postgres.figures) == same(tours.on_sqlite.figures)
    with psycopg.connect(tours.postgres_url) as kept:
        assert kept.execute(RECEIVED).fetchone() == (MESSAGES,)


def test_it_ends_the_same_on_a_sunday_night_far_away(tours) -> None:
    assert tours.on_sunday.code == 0, tours.on_sunday.text

    assert same(tours.on_sunday.figures) == same(tours.on_sqlite.figures)


def test_hostile_mail_goes_through_the_whole_tour(tours) -> None:
    assert tours.hostile.code == 0, tours.hostile.text

    assert tours.hostile.figures["waiting"] == 0


def test_a_database_in_use_is_refused(tmp_path, sqlite_url) -> None:
    path = sqlite_url.removeprefix("sqlite://")
    with closing(sqlite3.connect(path)) as used:
        used.execute(
            "INSERT INTO organization (tenant_id, created_at, timezone) VALUES ('t', '2026', 'UTC')"
        )
        used.commit()

    toured = tour("--database", sqlite_url)

    assert (toured.code, toured.text) == (2, "")
    assert "name an empty one" in toured.errors


def test_mail_that_is_not_there_is_said(tmp_path) -> None:
    toured = tour("--mail", str(tmp_path / "missing.mbox"))

    assert toured.code == 2
    assert "no such mail file" in toured.errors
