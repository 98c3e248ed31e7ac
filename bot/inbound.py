"""Read an activity from an HTTP request, or refuse the request with the right status."""

from __future__ import annotations

import asyncio

import orjson
from aiohttp import web
from botbuilder.schema import Activity

from bot.activities import MalformedActivity, read_activity
from bot.outgoing import TooLarge, read_at_most
from core.errors import PostroomError

LARGEST_ACTIVITY = 256 * 1024
"""Bytes."""
BODY_TIME = 10.0
"""Seconds for the body to arrive. Teams gives up on the whole turn after 15 s."""


class Refused(PostroomError):
    """The request holds no activity; `status` is the HTTP answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_request(request: web.Request) -> Activity:
    """Raise Refused with 415 (not JSON by its type), 413 (over 256 KiB), 408 or 400."""
    if request.content_type != "application/json":
        raise Refused(415, "application/json is needed")
    if (request.content_length or 0) > LARGEST_ACTIVITY:
        raise Refused(413, "the activity is too large")
    try:
        async with asyncio.timeout(BODY_TIME):
            body = await read_at_most(request.content, LARGEST_ACTIVITY)
    except TimeoutError as error:
        raise Refused(408, "the body did not come") from error
    except TooLarge as error:
        raise Refused(413, "the activity is too large") from error
    except web.RequestPayloadError as error:
        raise Refused(400, "the body is broken") from error
    try:
        return read_activity(orjson.loads(body))
    except (orjson.JSONDecodeError, MalformedActivity) as error:
        raise Refused(400, "not an activity") from error
