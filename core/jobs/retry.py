"""Decide whether and when work that failed is tried again. Pure: an error in, a wait out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.errors import (
    ConfigError,
    ConnectorError,
    DeltaLinkExpired,
    GraphAuthFailed,
    GraphError,
    GraphThrottled,
    UserError,
)

POINTLESS = (UserError, ConfigError, GraphAuthFailed, DeltaLinkExpired)
"""Errors that trying again cannot mend: somebody, or other code, must act first."""


@dataclass(frozen=True, slots=True)
class RetryStrategy:
    """Waits grow by `factor` from `first` to `longest`, in seconds."""

    attempts: int = 5
    """Runs in all."""
    first: float = 10
    factor: float = 3
    longest: float = 900

    def wait(self, error: BaseException, attempts: int) -> timedelta | None:
        """How long to wait after `attempts` runs, the last of which raised `error`.

        Never shorter than the pause a service asked for. None: give up.
        """
        if attempts >= self.attempts or isinstance(error, POINTLESS):
            return None
        seconds = min(self.first * self.factor ** (attempts - 1), self.longest)
        return timedelta(seconds=max(seconds, asked_pause(error)))


def asked_pause(error: BaseException) -> float:
    """Seconds that the service asked us to wait; 0 if it did not."""
    if isinstance(error, GraphThrottled | ConnectorError):
        return error.retry_after or 0
    return 0


def code_of(error: BaseException) -> str:
    """What is kept of an error: its type and the service's code, never its text."""
    name = type(error).__name__
    if isinstance(error, GraphError | ConnectorError):
        return f"{name}:{error.status}:{error.code}"[:64]
    return name[:64]
