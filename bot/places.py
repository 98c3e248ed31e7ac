"""Where an error was raised, without what it says: messages may quote what must not be logged."""

from __future__ import annotations

import traceback


def places_of(error: BaseException) -> list[str]:
    """`module:function:line` from the outermost frame to the one that raised."""
    return [
        f"{frame.f_globals.get('__name__')}:{frame.f_code.co_name}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
