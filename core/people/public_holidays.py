"""Public holidays of a country or one of its regions, such as `DE`, `DE-BY` or `US-CA`.

The dates are those of the `holidays` library: the region's public holidays, with the days on
which they are observed. It is loaded when the first region is asked for: it takes as long to
load as the web server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from core.errors import InvalidInput

if TYPE_CHECKING:
    from holidays import HolidayBase

LONGEST = 16
"""Characters of the column that keeps a region."""

_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Holidays:
    region: str = ""
    """Empty: none."""

    @classmethod
    def parse(cls, text: str) -> Holidays:
        """Case does not matter; `none` is none. Raises InvalidInput("holidays", "unknown")."""
        text = text.strip()
        if text.casefold() in ("", "none", "no"):
            return cls()
        country, _, region = text.replace("_", "-").partition("-")
        country = country.upper()
        known = _entity(country)
        if region:
            region = _region(known, region)
        written = f"{country}-{region}" if region else country
        if len(written) > LONGEST:
            raise InvalidInput("holidays", "unknown")
        return cls(written)

    def is_day_off(self, day: date) -> bool:
        return bool(self.region) and day in _days(self.region, day.year)


def _entity(country: str) -> HolidayBase:
    if _COUNTRY.fullmatch(country) is None:
        raise InvalidInput("holidays", "unknown")
    try:
        return _library(country)
    except NotImplementedError:
        raise InvalidInput("holidays", "unknown") from None


def _region(country: HolidayBase, text: str) -> str:
    for region in country.subdivisions:
        if region.casefold() == text.casefold():
            return region
    raise InvalidInput("holidays", "unknown")


@lru_cache(maxsize=1024)
def _days(region: str, year: int) -> frozenset[date]:
    country, _, part = region.partition("-")
    return frozenset(_library(country, subdiv=part or None, years=year))


def _library(country: str, *, subdiv: str | None = None, years: int | None = None) -> HolidayBase:
    from holidays import country_holidays

    return country_holidays(country, subdiv=subdiv, years=years)
