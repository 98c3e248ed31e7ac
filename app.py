"""Postroom's composition root: settings in, each part made once, joined, served."""

from __future__ import annotations

METADATA_TIMEOUT = 60
"""Seconds a missed timer may be late before it is skipped; the sweep makes up for it."""
