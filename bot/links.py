"""Links into Postroom's own pages. A link to a thread is signed, so that ids cannot be tried."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

from core.errors import NotFound
from core.keyring import KeyRing

_PURPOSE = b"open thread "


class SignedLinks:
    """`public_url` is where Postroom is reached from outside; `install_url` a link to Teams."""

    def __init__(self, ring: KeyRing, public_url: str, install_url: str) -> None:
        self._ring = ring
        self._public = public_url.rstrip("/")
        self.install = install_url
        self.privacy = f"{self._public}/privacy"

    def open_in_outlook(self, thread_id: int) -> str:
        """Has no end date: cards stay in the chat, and it opens only what its reader may open."""
        key_id, mac = self._ring.sign(_PURPOSE + str(thread_id).encode())
        signature = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        return f"{self._public}/open/{thread_id}.{signature}.{quote(key_id, safe='')}"

    def thread_of(self, signed: str) -> int:
        """The thread a link was made for. Raises NotFound for anything we did not sign."""
        number, _, rest = signed[:200].partition(".")
        signature, _, key_id = rest.partition(".")
        if not (number.isascii() and number.isdecimal() and len(number) < 19):
            raise NotFound("link")
        try:
            mac = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        except (binascii.Error, ValueError):
            raise NotFound("link") from None
        if not self._ring.verify(key_id, _PURPOSE + number.encode(), mac):
            raise NotFound("link")
        return int(number)
