"""One engine after the other."""

from __future__ import annotations

import pytest_asyncio

from tests.core.jobs.engines import Engine


@pytest_asyncio.fixture
async def engine(any_database: str) -> Engine:
    """The embedded engine on SQLite, then the distributed one on PostgreSQL."""
    engine = Engine(any_database)
    await engine.prepare()
    return engine
