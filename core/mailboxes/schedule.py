"""Putting a mailbox's work on the queue, the same way from everywhere."""

from __future__ import annotations

from core.ports import JobQueue


async def sync_soon(jobs: JobQueue, mailbox_id: int) -> None:
    """Never twice at once for one mailbox; calls that come before it starts are one."""
    await jobs.defer(
        "sync_mailbox",
        {"mailbox_id": mailbox_id},
        lock=f"mailbox:{mailbox_id}",
        queueing_lock=f"sync:{mailbox_id}",
    )


async def start_working(jobs: JobQueue, mailbox_id: int) -> None:
    """A mailbox goes to work, or its folders changed: sync it, and see to its subscriptions."""
    await sync_soon(jobs, mailbox_id)
    await jobs.defer("renew_subscriptions", lock="subscriptions", queueing_lock="subscriptions")
