"""Time zones by their IANA names, such as `Europe/Berlin`."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from core.errors import InvalidInput


def zone_named(text: str) -> ZoneInfo:
    """Case does not matter. Raises InvalidInput("timezone", "unknown")."""
    name = _names().get(text.strip().casefold())
    if name is None:
        raise InvalidInput("timezone", "unknown")
    return ZoneInfo(name)


@cache
def _names() -> dict[str, str]:
    """Places and UTC; not the files beside them, such as `localtime`."""
    return {
        name.casefold(): name
        for name in available_timezones()
        if name == "UTC" or ("/" in name and not name.startswith(("posix/", "right/")))
    }
