"""What Entra answers when it refuses: `error`, an AADSTS code and the words of its sign-in log."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

DECLINED = 65004


class EntraError(Exception):
    """One refusal. `code` is the AADSTS number, `error` the OAuth 2.0 word for it."""

    def __init__(
        self, code: int, error: str, text: str, *, status: int = 400, suberror: str = ""
    ) -> None:
        super().__init__(f"AADSTS{code}: {text}")
        self.code = code
        self.error = error
        self.status = status
        self.suberror = suberror


def error_body(refusal: EntraError, now: datetime, correlation_id: str = "") -> dict[str, object]:
    """The JSON of the token endpoint; `error_description` ends with the trace, as Entra's does."""
    trace_id = str(uuid.uuid4())
    correlation_id = correlation_id or str(uuid.uuid4())
    timestamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
    body: dict[str, object] = {
        "error": refusal.error,
        "error_description": (
            f"{refusal} Trace ID: {trace_id} Correlation ID: {correlation_id}"
            f" Timestamp: {timestamp}"
        ),
        "error_codes": [refusal.code],
        "timestamp": timestamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"https://login.microsoftonline.com/error?code={refusal.code}",
    }
    if refusal.suberror:
        body["suberror"] = refusal.suberror
    return body


def required(fields: Mapping[str, str], name: str) -> str:
    """The named parameter; missing or empty is AADSTS900144."""
    value = fields.get(name, "")
    if not value:
        raise EntraError(
            900144,
            "invalid_request",
            f"The request body must contain the following parameter: '{name}'.",
        )
    return value


def consent_missing(app_name: str, client_id: str) -> EntraError:
    return EntraError(
        65001,
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID"
        f" '{client_id}' named '{app_name}'. Send an interactive authorization request"
        " for this user and resource.",
        suberror="consent_required",
    )


def service_principal_missing(client_id: str, tenant_id: str) -> EntraError:
    return EntraError(
        7000229,
        "invalid_client",
        f"The client application {client_id} is missing service principal in the tenant"
        f" {tenant_id}.",
        status=401,
    )


def declined() -> EntraError:
    return EntraError(DECLINED, "access_denied", "User declined to consent to access the app.")
