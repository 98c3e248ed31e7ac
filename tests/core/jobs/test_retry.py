"""When work that failed is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import (
    ConnectorError,
    DeltaLinkExpired,
    ExternalError,
    GraphAuthFailed,
    GraphThrottled,
    InvalidInput,
    RecipientUnreachable,
)
from core.jobs.retry import RetryStrategy, code_of

STRATEGY = RetryStrategy(attempts=4, first=10, factor=3, longest=60)


@pytest.mark.parametrize(
    ("error", "attempts", "seconds"),
    [
        (ExternalError(), 1, 10),
        (ExternalError(), 2, 30),
        (ExternalError(), 3, 60),
        (ExternalError(), 4, None),
        (RuntimeError(), 1, 10),
        (GraphThrottled(429, "TooManyRequests", retry_after=5), 1, 10),
        (GraphThrottled(429, "TooManyRequests", retry_after=300), 1, 300),
        (ConnectorError(429, "", retry_after=45), 2, 45),
        (ConnectorError(502, ""), 2, 30),
        (GraphAuthFailed(401, "InvalidAuthenticationToken"), 1, None),
        (DeltaLinkExpired(410, "syncStateNotFound"), 1, None),
        (InvalidInput("address"), 1, None),
    ],
)
def test_waits_longer_each_time_and_never_shorter_than_asked(
    error: Exception, attempts: int, seconds: float | None
) -> None:
    wait = STRATEGY.wait(error, attempts)

    assert wait == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("ada@contoso.example"), "ValueError"),
        (ConnectorError(502, "BadGateway"), "ConnectorError:502:BadGateway"),
        (RecipientUnreachable("BotNotInConversationRoster"), "RecipientUnreachable"),
    ],
)
def test_keeps_of_an_error_its_type_and_code_and_never_its_text(
    error: Exception, code: str
) -> None:
    assert code_of(error) == code
