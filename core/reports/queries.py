"""A query over many mailboxes, with a placeholder for each value."""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from core.mail.rows import marks


class Query:
    """Gathers values in the order in which their placeholders stand in the text."""

    def __init__(self, connection: BaseDBAsyncClient) -> None:
        self._connection = connection
        self._values: list[Any] = []

    def of(self, *values: Any) -> str:
        """Placeholders for the values."""
        text = marks(self._connection, len(values), len(self._values) + 1)
        self._values.extend(values)
        return text

    async def run(self, text: str) -> list[dict[str, Any]]:
        return await self._connection.execute_query_dict(text, self._values)
