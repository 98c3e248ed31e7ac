"""What counts as a mailbox address. Anything else is refused without being repeated."""

from __future__ import annotations

import re

from core.errors import InvalidInput

LONGEST = 254

_ADDRESS = re.compile(
    r"[0-9a-z!#$%&'*+/=?^_`{|}~.-]{1,64}"
    r"@(?:[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?\.)+[a-z][0-9a-z-]{0,61}[0-9a-z]"
)


def mailbox_address(text: str) -> str:
    """The address in the form it is hashed and sealed in. Raises InvalidInput("address")."""
    address = text.strip().casefold()
    if len(address) > LONGEST or not _ADDRESS.fullmatch(address):
        raise InvalidInput("address")
    local = address.partition("@")[0]
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise InvalidInput("address")
    return address
