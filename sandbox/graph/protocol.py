"""A Graph request and its answer, apart from HTTP: `$batch` makes them as the wire does."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.tenant import Caller

Json = dict[str, Any]
_KEYED = re.compile(r"^(\w+)\('(.*)'\)$")
_MAX_PAGE = re.compile(r"(?:odata\.)?maxpagesize\s*=\s*(\d+)", re.IGNORECASE)
_IMMUTABLE = re.compile(r"idtype\s*=\s*\"?immutableid\"?", re.IGNORECASE)
_AS_TEXT = re.compile(r"outlook\.body-content-type\s*=\s*\"?text\"?", re.IGNORECASE)


class GraphFailure(Exception):
    """An error answer; `code` and the message are Graph's own words."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})


def bad_request(message: str, code: str = "BadRequest") -> GraphFailure:
    return GraphFailure(400, code, message)


def not_found() -> GraphFailure:
    return GraphFailure(
        404, "ErrorItemNotFound", "The specified object was not found in the store."
    )


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """`segments` are decoded and lack the version; header names are lower case."""

    method: str
    path: str
    """As it came, undecoded, without query: `/users/…`."""
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    caller: Caller
    root: str
    """What links begin with, such as `https://graph.microsoft.com/v1.0`."""

    @property
    def prefer(self) -> str:
        return self.headers.get("prefer", "")

    @property
    def immutable_ids(self) -> bool:
        """Whether this request asked for them; the next one must ask again."""
        return _IMMUTABLE.search(self.prefer) is not None

    @property
    def body_as_text(self) -> bool:
        return _AS_TEXT.search(self.prefer) is not None

    @property
    def page_size(self) -> int | None:
        found = _MAX_PAGE.search(self.prefer)
        return max(1, min(int(found.group(1)), 1000)) if found else None

    def json_object(self) -> Json:
        """The body. Raises a 400 GraphFailure unless it is a JSON object."""
        if not isinstance(self.body, dict):
            raise bad_request(
                "Unable to read JSON request payload. Please ensure Content-Type header is set"
                " and payload is of valid JSON format."
            )
        return self.body

    def url(self) -> str:
        return self.root + self.path


@dataclass(frozen=True, slots=True)
class GraphAnswer:
    status: int = 200
    body: Json | None = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[..., Awaitable[GraphAnswer]]
"""Takes the request, then the path's parameters by name."""


def split_path(path: str) -> tuple[str, ...]:
    """The decoded segments: `mailFolders('x')` makes two, `delta()` is `delta`."""
    segments: list[str] = []
    for raw in path.strip("/").split("/"):
        segment = unquote(raw)
        keyed = _KEYED.match(segment)
        if keyed:
            segments.extend((keyed.group(1), keyed.group(2).replace("''", "'")))
        else:
            segments.append(segment.removeprefix("microsoft.graph.").removesuffix("()"))
    return tuple(segments)


def split_query(query: str) -> dict[str, str]:
    """System options with or without their `$`, by lower-case name without it."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return {name.removeprefix("$").lower(): value for name, value in pairs}


def split_url(url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    return parts.path, split_query(parts.query)


class Routes:
    """Handlers by method and path pattern, such as `users/{mailbox}/messages/{message}`."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, tuple[str, ...], Handler]] = []

    def add(self, method: str, pattern: str, handler: Handler) -> None:
        self._routes.append((method, tuple(pattern.split("/")), handler))

    def find(self, method: str, segments: tuple[str, ...]) -> tuple[Handler, dict[str, str]]:
        """The first route that fits; fixed words win by coming first. Raises GraphFailure."""
        allowed: set[str] = set()
        for offered, pattern, handler in self._routes:
            parameters = _match(pattern, segments)
            if parameters is None:
                continue
            if offered == method:
                return handler, parameters
            allowed.add(offered)
        if allowed:
            allow = ", ".join(sorted(allowed))
            message = "Specified HTTP method is not allowed for the request target."
            raise GraphFailure(405, "Request_BadRequest", message, {"Allow": allow})
        raise bad_request(f"Resource not found for the segment '{segments[-1]}'.")


def _match(pattern: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    parameters: dict[str, str] = {}
    for wanted, given in zip(pattern, segments, strict=True):
        if wanted.startswith("{"):
            parameters[wanted[1:-1]] = given
        elif wanted.lower() != given.lower():
            return None
    return parameters
