"""What is read from Graph's answers: JSON, and of an error its code, ids and pause alone."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import orjson
from httpx_retries import Retry

from core.errors import DeltaLinkExpired, GraphAuthFailed, GraphError, GraphThrottled

FALLBACK_PAUSE = 60.0
"""Seconds to name in GraphThrottled where Graph names none."""

_LONGEST_PAUSE = 86_400.0

_RESET = {"syncstatenotfound", "syncstateinvalid", "resyncrequired"}
"""Codes that end a delta link, in lower case: their spelling varies with the service."""

_CONSENT_GONE = {
    "accessdenied",
    "authorization_identitynotfound",
    "authorization_requestdenied",
    "erroraccessdenied",
    "errorinsufficientpermissionsinaccesstoken",
    "forbidden",
    "unauthorized",
}
"""Codes of a 403 that says the token may not do this, in lower case."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{1,79}")
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def decode(content: bytes) -> Any:
    """Parse JSON; raise ValueError if it is none.

    A subject may hold half a surrogate pair, which orjson refuses and the standard
    library lets pass: one such message must not stop a mailbox.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def decode_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a success; `{}` where there is no content."""
    if not response.content:
        return {}
    try:
        body = decode(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise GraphError(response.status_code, "not_json", request_id(response))
    return body


def code_of(response: httpx.Response) -> str:
    """The error's code; `unknown` where it is missing, unread or not shaped like a code."""
    try:
        body = decode(response.content)
    except (httpx.ResponseNotRead, ValueError):
        return "unknown"
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown"


def request_id(response: httpx.Response) -> str:
    """Microsoft's id of the request, which its support asks for."""
    value: str = response.headers.get("request-id", "")
    return value if _ID.fullmatch(value) else ""


def retry_after(headers: httpx.Headers) -> float | None:
    """Seconds the server asks for, given as seconds or as a date; None where it says nothing."""
    try:
        return min(Retry().parse_retry_after(headers.get("retry-after", "")), _LONGEST_PAUSE)
    except ValueError:
        return None


def throttled(response: httpx.Response) -> GraphThrottled:
    wait = retry_after(response.headers)
    return GraphThrottled(
        response.status_code,
        code_of(response),
        FALLBACK_PAUSE if wait is None else wait,
        request_id(response),
    )


def error_of(response: httpx.Response, *, one_item: bool = False) -> GraphError:
    """The error a refused request means.

    With `one_item` the request was about a single message, and 403 speaks of that message:
    it does not mean that consent is gone.
    """
    status, code = response.status_code, code_of(response)
    facts = (status, code, request_id(response))
    named = code.lower()
    if status == 410 or (400 <= status < 500 and named in _RESET):
        return DeltaLinkExpired(*facts)
    if status == 429 or (status in (503, 504) and "retry-after" in response.headers):
        return throttled(response)
    if status == 401 or (status == 403 and named in _CONSENT_GONE and not one_item):
        return GraphAuthFailed(*facts)
    return GraphError(*facts)
