"""What only the distributed engine does."""

from __future__ import annotations

from core.jobs.distributed import apply_schema


async def test_makes_its_tables_once(postgres_url: str) -> None:
    assert await apply_schema(postgres_url)
    assert not await apply_schema(postgres_url)
