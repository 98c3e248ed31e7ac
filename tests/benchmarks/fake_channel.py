"""Bot Framework on loopback for the benchmarks: keys, tokens, and a connector that counts."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web
from serving import serve


def create_app(jwks: str) -> web.Application:
    count = 0

    async def metadata(request: web.Request) -> web.Response:
        return web.json_response({"jwks_uri": f"{request.url.origin()}/keys"})

    async def keys(request: web.Request) -> web.Response:
        return web.Response(text=jwks, content_type="application/json")

    async def token(request: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 3600})

    async def take(request: web.Request) -> web.Response:
        nonlocal count
        await request.read()
        count += 1
        return web.json_response({"id": str(count)}, status=201)

    async def taken(request: web.Request) -> web.Response:
        return web.json_response({"count": count})

    app = web.Application()
    app.router.add_get("/openid", metadata)
    app.router.add_get("/keys", keys)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", token)
    app.router.add_post("/v3/conversations/{conversation}/activities", take)
    app.router.add_post("/v3/conversations/{conversation}/activities/{activity}", take)
    app.router.add_get("/taken", taken)
    return app


if __name__ == "__main__":
    asyncio.run(serve(create_app(sys.argv[1]), ""))
