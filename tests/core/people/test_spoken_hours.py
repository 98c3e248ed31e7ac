"""Working hours in one line."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from core.people.spoken_hours import HoursSaid, read_hours
from core.people.zones import zone_named


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "mon-fri 9:00-17:00 Europe/Berlin DE-BY",
            HoursSaid("mon-fri 09:00-17:00", "Europe/Berlin", "DE-BY"),
        ),
        ("mon-fri 9am-5pm us-ca america/new_york",
         HoursSaid("mon-fri 09:00-17:00", "America/New_York", "US-CA")),
        ("mon-fri 9 am to 5 pm", HoursSaid("mon-fri 09:00-17:00")),
        ("DE", HoursSaid(holidays="DE")),
        ("utc", HoursSaid(timezone="UTC")),
        ("always", HoursSaid(week="")),
        ("24/7 UTC", HoursSaid(week="", timezone="UTC")),
        ("mon-fri 9-17 no holidays", HoursSaid("mon-fri 09:00-17:00", None, "")),
        ("no public holidays", HoursSaid(holidays="")),
    ],
)  # fmt: skip
def test_reads_what_is_there(typed, said):
    assert read_hours(typed) == said


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("", "week"),
        ("mon-fri", "week"),
        ("mon-fri 9-17 Europe/Atlantis", "timezone"),
        ("mon-fri 9-17 XX", "holidays"),
        ("whenever", "week"),
    ],
)
def test_says_which_part_cannot_be_read(typed, field):
    with pytest.raises(InvalidInput) as refused:
        read_hours(typed)

    assert refused.value.field == field


@pytest.mark.parametrize(
    "name", ["", "localtime", "../etc/passwd", "posix/Europe/Berlin", "Mars/X"]
)
def test_a_zone_is_a_place(name):
    with pytest.raises(InvalidInput):
        zone_named(name)
