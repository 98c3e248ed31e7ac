"""Read an answer that may be as long as a stranger likes, up to a bound."""

from __future__ import annotations

import httpx

from core.errors import GraphError

_OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding"}


async def read_bounded(response: httpx.Response, most_bytes: int) -> httpx.Response:
    """The answer, decoded. Raises GraphError("answer_too_long") and hangs up beyond the bound."""
    content = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > most_bytes:
                raise GraphError(response.status_code, "answer_too_long")
    finally:
        await response.aclose()
    headers = [
        (name, value) for name, value in response.headers.items() if name not in _OF_THE_WIRE
    ]
    return httpx.Response(
        response.status_code, headers=headers, content=bytes(content), request=response.request
    )
