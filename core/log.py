"""Log lines: a constant event and ids."""

from __future__ import annotations

import structlog

get_logger = structlog.stdlib.get_logger
