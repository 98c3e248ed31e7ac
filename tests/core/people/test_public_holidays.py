"""Public holidays by country and region."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import InvalidInput
from core.people.public_holidays import Holidays


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("", ""),
        ("none", ""),
        ("de", "DE"),
        ("de-by", "DE-BY"),
        ("US_CA", "US-CA"),
        ("de-augsburg", "DE-Augsburg"),
    ],
)
def test_reads_a_region(typed, region):
    assert Holidays.parse(typed) == Holidays(region)


@pytest.mark.parametrize("typed", ["XX", "DE-XX", "Germany", "D", "HolidayBase", "12"])
def test_refuses_what_is_no_region(typed):
    with pytest.raises(InvalidInput) as refused:
        Holidays.parse(typed)

    assert (refused.value.field, refused.value.hint) == ("holidays", "unknown")


def test_a_region_has_its_own_days():
    epiphany = date(2026, 1, 6)

    assert Holidays("DE-BY").is_day_off(epiphany)
    assert not Holidays("DE").is_day_off(epiphany)
    assert not Holidays().is_day_off(date(2026, 12, 25))
