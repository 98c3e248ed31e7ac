"""Links of ours on cards: signed, so that ids cannot be tried, and ended after 90 days.

A link leads to a page of ours that finds out at that moment where the mail is, so a wrong
form of Outlook's own address can be mended without changing posted cards. It carries a
message id, a last moment and a signature: no address, no subject.
"""

from __future__ import annotations

import base64
import struct
from datetime import timedelta
from urllib.parse import quote

from core.clock import Clock
from core.errors import NotFound
from core.keyring import KeyRing

LIFETIME = timedelta(days=90)

OUTLOOK_URL = "https://outlook.office.com/mail"

LONGEST = 120
"""Characters of a token; ours have 60 to 80."""

_PURPOSE = b"open in Outlook\0"
_FACTS = struct.Struct(">QI")
"""Message id, and the last moment in seconds since 1970."""
_MAC_BYTES = 32


class Links:
    """Makes and reads the tokens in links to mail."""

    def __init__(self, ring: KeyRing, now: Clock) -> None:
        self._ring = ring
        self._now = now

    def sign(self, message_id: int) -> str:
        """A token for a URL: letters, digits, `-` and `_`."""
        ends = int((self._now() + LIFETIME).timestamp())
        facts = _FACTS.pack(message_id, ends)
        key_id, mac = self._ring.sign(_PURPOSE + facts)
        return base64.urlsafe_b64encode(facts + mac + key_id.encode()).decode().rstrip("=")

    def read(self, token: str) -> int:
        """The message's id. Raises NotFound for what we did not sign and for what has ended."""
        raw = _decoded(token)
        facts, rest = raw[: _FACTS.size], raw[_FACTS.size :]
        mac, key_id = rest[:_MAC_BYTES], rest[_MAC_BYTES:].decode("utf-8", "replace")
        if not self._ring.verify(key_id, _PURPOSE + facts, mac):
            raise NotFound("link")
        message_id, ends = _FACTS.unpack(facts)
        if self._now().timestamp() > ends:
            raise NotFound("link")
        return int(message_id)


def outlook_url(mailbox: str, rest_id: str) -> str:
    """Where Outlook on the web opens a message of a shared mailbox, by its address and REST id.

    The form of the links that Outlook itself makes, with the mailbox in front as in the
    address of an opened shared mailbox. Microsoft documents neither: to be confirmed on a
    real tenant. Such links write the id in the alphabet of Exchange's own ids, where `/` and
    `+` stand for the REST id's `-` and `_`.
    """
    item = quote(rest_id.translate(str.maketrans("-_", "/+")), safe="")
    return f"{OUTLOOK_URL}/{quote(mailbox, safe='@')}/deeplink/read/{item}?ItemID={item}&exvsurl=1"


def _decoded(token: str) -> bytes:
    if len(token) > LONGEST:
        raise NotFound("link")
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except ValueError:
        raise NotFound("link") from None
    if len(raw) < _FACTS.size + _MAC_BYTES:
        raise NotFound("link")
    return raw
