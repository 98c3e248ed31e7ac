"""Transactions: what they cover, what may not happen inside one, and what runs after commit.

Code that writes uses `transaction()`. While one is open, everything that speaks to the
outside calls `refuse_inside_transaction()` first, so no lock is ever held over a network
call. Work that must wait for the commit is handed to `after_commit`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

AfterCommit = Callable[[], Awaitable[None]]

_open: ContextVar[list[AfterCommit] | None] = ContextVar("open_transaction", default=None)


class OutsideCallInTransaction(RuntimeError):
    """A network call was attempted while a transaction was open: a bug."""


def refuse_inside_transaction() -> None:
    if _open.get() is not None:
        raise OutsideCallInTransaction


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """Open a transaction, or join the one that is open.

    What was handed to `after_commit` runs once the outermost one has committed, outside
    it, in order; after a rollback it never runs.
    """
    waiting = _open.get()
    if waiting is not None:
        async with in_transaction("default") as connection:
            yield connection
        return
    waiting = []
    mark = _open.set(waiting)
    try:
        async with in_transaction("default") as connection:
            yield connection
    finally:
        _open.reset(mark)
    for work in waiting:
        await work()


async def after_commit(work: AfterCommit) -> None:
    """Run `work` when the open transaction has committed, or at once if none is open."""
    waiting = _open.get()
    if waiting is None:
        await work()
    else:
        waiting.append(work)
