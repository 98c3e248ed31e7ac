"""Serve an application on a free loopback port, and say where on the first line."""

from __future__ import annotations

import asyncio

from aiohttp import web


async def serve(app: web.Application, path: str = "/api/messages") -> None:
    """Print the URL of `path` and serve until the process is ended."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}{path}", flush=True)
    await asyncio.Event().wait()
