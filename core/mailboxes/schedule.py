"""Putting a mailbox's sync on the queue, the same way from everywhere."""

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
