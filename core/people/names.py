"""What a member is called: sealed under their own key, opened and matched for the moment."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from core.people.models import Member
from core.sealing import Vault

NAME = b"member.name"
ADDRESS = b"member.address"

LONGEST_NAME = 256
LONGEST_ADDRESS = 254
"""Characters; longer addresses exist nowhere (RFC 5321)."""

_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
"""Letters that Unicode does not take apart into a base letter and a mark."""


class Names:
    """Seals and opens members' names and addresses."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def open(self, member_id: int, wrapped: bytes | None, sealed: bytes | None) -> str:
        """The name; `#7` where none is known or it was erased."""
        return self._vault.open(wrapped, NAME, sealed) or f"#{member_id}"

    def address_hash(self, organization_id: int, address: str) -> str:
        return self._vault.ring.lookup(organization_id, "address", tidy_address(address))

    def write(self, member: Member, *, name: str | None, address: str | None) -> list[str]:
        """Seal what is new into the row; the names of the columns that changed.

        None leaves what is known as it is.
        """
        key, changed = self._vault.key(member.wrapped_key), []
        if key is None:
            member.wrapped_key, key = self._vault.new_key()
            member.sealed_name = member.sealed_address = member.address_hash = None
            changed = ["wrapped_key", "sealed_name", "sealed_address", "address_hash"]
        name = tidy_name(name or "")
        if name and self._vault.open(member.wrapped_key, NAME, member.sealed_name) != name:
            member.sealed_name = key.seal(NAME, name)
            changed.append("sealed_name")
        if address and 0 < len(tidy_address(address)) <= LONGEST_ADDRESS:
            hashed = self.address_hash(member.organization_id, address)
            if hashed != member.address_hash:
                member.sealed_address = key.seal(ADDRESS, tidy_address(address))
                member.address_hash = hashed
                changed += ["sealed_address", "address_hash"]
        return sorted(set(changed))


def tidy_name(name: str) -> str:
    """One line, single spaces, no control or direction-changing characters."""
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in name)
    return " ".join(printable.split())[:LONGEST_NAME]


def tidy_address(address: str) -> str:
    return address.strip().casefold()


def fold(text: str) -> tuple[str, ...]:
    """Words without case and diacritics; `Lovelace, Ada` reads as `Ada Lovelace`."""
    last, comma, first = text.partition(",")
    if comma:
        text = f"{first} {last}"
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
    return tuple(plain.split())


def match(text: str, names: Iterable[tuple[int, str]]) -> list[int]:
    """Ids of the people meant: the full name if anybody has it, else the names it begins."""
    wanted = fold(text)
    if not wanted:
        return []
    folded = [(member_id, fold(name)) for member_id, name in names]
    whole = [member_id for member_id, words in folded if words == wanted]
    return whole or [i for i, words in folded if words[: len(wanted)] == wanted]
