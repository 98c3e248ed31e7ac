"""Faults of the mail service itself, switched on by tests and demonstrations."""

from __future__ import annotations


class MailFaults:
    """`withhold_headers`: `internetMessageHeaders` is left out under Mail.ReadBasic.

    Nobody has confirmed which way the real service does it.
    """

    def __init__(self) -> None:
        self.withhold_headers = False
        self.epoch = 0
        """Delta links of an earlier epoch have expired."""
        self._duplicate_pages = 0

    def expire_delta_links(self) -> None:
        """Every link given out so far is answered by 410 from now on."""
        self.epoch += 1

    def duplicate_next_page(self, times: int = 1) -> None:
        """The next delta page comes again after itself."""
        self._duplicate_pages += times

    def take_duplicate_page(self) -> bool:
        if self._duplicate_pages == 0:
            return False
        self._duplicate_pages -= 1
        return True
