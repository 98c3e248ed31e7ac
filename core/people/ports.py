"""What people and mailboxes ask of the part that assigns threads."""

from __future__ import annotations

from typing import Protocol


class PutsBack(Protocol):
    """Takes open threads from somebody who can no longer work them."""

    async def put_back(self, member_id: int, code: str, mailbox_id: int | None = None) -> None:
        """Give the member's open threads to others, or let them wait.

        `code` is the reason: `left`, `unreachable`, `uninstalled`, `not_of_mailbox`. With a
        `mailbox_id`, the threads of that mailbox alone. Joins the caller's transaction.
        """
        ...
