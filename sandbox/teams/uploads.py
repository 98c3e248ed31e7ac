"""The OneDrive upload sessions behind file consent cards: an address, then bytes."""

from __future__ import annotations

import re
import uuid

from aiohttp import web


class Uploads:
    """`files` holds what arrived, by upload id. An upload address carries its own right."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def open(self) -> str:
        upload_id = uuid.uuid4().hex
        self.files[upload_id] = b""
        return upload_id

    async def receive(self, request: web.Request) -> web.Response:
        """PUT with `Content-Range: bytes first-last/total`; ranges must follow each other."""
        upload_id = request.match_info["upload"]
        if upload_id not in self.files:
            return web.json_response({"error": {"code": "itemNotFound"}}, status=404)
        content = await request.read()
        held = len(self.files[upload_id])
        wanted = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers.get("Content-Range", ""))
        if wanted is None:
            return web.json_response({"error": {"code": "invalidRequest"}}, status=400)
        first, last, total = (int(number) for number in wanted.groups())
        if first != held or last - first + 1 != len(content) or last >= total:
            return web.json_response({"error": {"code": "invalidRange"}}, status=416)
        self.files[upload_id] += content
        if last + 1 < total:
            return web.json_response({"nextExpectedRanges": [f"{last + 1}-"]}, status=202)
        return web.json_response({"id": upload_id, "size": total}, status=201)
