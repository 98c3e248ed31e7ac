"""The one pooled HTTP client of the channel edge, and the checks every request passes."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import orjson
from yarl import URL

from core.errors import ExternalError
from core.outgoing import AllowedHosts
from core.transactions import refuse_inside_transaction

LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes. A page of 500 members is about 200 KiB."""


class Unreachable(ExternalError):
    """No answer came; `reason` says how. `sent` is False if the request cannot have arrived."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__()
        self.reason = reason
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole. `retry_after` is in seconds."""

    status: int
    body: bytes = b""
    retry_after: float | None = None

    def json(self) -> Any:
        """The body, or None where it is empty or not JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


def open_session(tls: ssl.SSLContext | None = None) -> aiohttp.ClientSession:
    """Make the client; the composition root closes it. `tls` replaces the system's roots."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=100, ssl=tls if tls is not None else True),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=True,
    )


class HttpDoor:
    """Requests to allowed hosts only: no redirects, no open transaction, always a timeout."""

    def __init__(self, session: aiohttp.ClientSession, hosts: AllowedHosts) -> None:
        self._session = session
        self._hosts = hosts

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109
    ) -> Answer:
        """Send once; `timeout` is in seconds for the whole exchange.

        `url` is sent as it stands, so its parts must be quoted already. Raises
        HostNotAllowed, Unreachable.
        """
        refuse_inside_transaction()
        self._hosts.check(url)
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout),
            ) as response:
                content = await read_at_most(response.content, LARGEST_ANSWER)
                pause = _seconds(response.headers.get("Retry-After"))
                return Answer(response.status, content, pause)
        except TimeoutError as error:
            raise Unreachable("timeout", sent=True) from error
        except aiohttp.ClientConnectorError as error:
            raise Unreachable("connect", sent=False) from error
        except aiohttp.ClientError as error:
            raise Unreachable("broken", sent=True) from error
        except TooLarge as error:
            raise Unreachable("too large", sent=True) from error


class TooLarge(ExternalError):
    """A body is over its limit; the rest was not read."""


async def read_at_most(stream: aiohttp.StreamReader, limit: int) -> bytes:
    """Read a body of at most `limit` bytes after decompression. Raises TooLarge."""
    chunks = []
    size = 0
    while chunk := await stream.readany():
        size += len(chunk)
        if size > limit:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` comes in seconds or as a date (RFC 9110, 10.2.3); what is neither is None."""
    if not retry_after:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
