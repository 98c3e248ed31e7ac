"""Baseline: import what any such bot needs, serve, and answer."""

from __future__ import annotations

import sys

import botbuilder.core  # noqa: F401
import msal  # noqa: F401
import tortoise  # noqa: F401
from aiohttp import web


async def answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


if __name__ == "__main__":
    app = web.Application()
    app.router.add_post("/api/messages", answer)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
