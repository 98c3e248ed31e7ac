"""The office tour: hours, an absence and a capacity hold through a day, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.databases import postgres_address
from tests.postgres import admin_connection
from tests.scenarios.tours import Tour, small_mbox, tour

pytestmark = pytest.mark.scenario

MESSAGES = 120
CAPACITY = 12


@dataclass(frozen=True)
class Tours:
    on_sqlite: Tour
    on_postgres: Tour


@pytest.fixture(scope="module")
def tours(tmp_path_factory: pytest.TempPathFactory, postgres_folder: str) -> Iterator[Tours]:
    mail = small_mbox(tmp_path_factory.mktemp("office"), MESSAGES)
    with admin_connection(postgres_folder) as connection:
        connection.execute('CREATE DATABASE "office"')
    url = postgres_address(postgres_folder, "office")
    office = ("--policy", "office", "--mail", str(mail), "--json")
    started = Tours(tour(*office), tour(*office, "--database", url))
    yield started
    for one in (started.on_sqlite, started.on_postgres):
        one.kill()


@pytest.mark.parametrize("database", ["on_sqlite", "on_postgres"])
def test_every_claim_of_an_offices_day_holds(tours: Tours, database: str) -> None:
    toured: Tour = getattr(tours, database)
    assert toured.code == 0, toured.text

    figures = toured.figures
    assert figures["ok"]
    assert figures["assigned"] + sum(figures["waiting"].values()) == figures["open"]
    assert figures["most_at_any_moment"] <= CAPACITY == figures["capacity"]
    assert max(figures["per_member"].values()) <= CAPACITY
    assert "" not in figures["waiting"]


def test_the_day_was_looked_at_from_morning_to_morning(tours: Tours) -> None:
    assert tours.on_sqlite.code == 0, tours.on_sqlite.text

    moments = tours.on_sqlite.figures["moments"]
    at_night = min(moments, key=lambda one: len(one["at_work"]))
    assert len(moments) >= 6
    assert at_night["assigned"] == 0
    assert sum(at_night["waiting"].values()) == at_night["open"] > 0
    assert len(moments[0]["at_work"]) > 1
