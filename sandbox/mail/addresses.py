"""Split address headers, however broken, in one pass. Nothing here raises."""

from __future__ import annotations

import re

from sandbox.mail.records import Address
from sandbox.mail.text import decode_bytes, decode_words, header_text

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_COMMENT = re.compile(r"\(([^()]*)\)")
_FOLD = re.compile(r"[\r\n\t]+")
_GROUP = re.compile(r"^[^<>@\"]*:")
NAME_LIMIT = 256
ADDRESS_LIMIT = 571
"""Exchange's limits for a display name and an SMTP address."""


def parse_addresses(values: list[str]) -> tuple[Address, ...]:
    """Every address of the headers given, in order; parts with neither name nor address go."""
    found = (parse_address(part) for value in values for part in _split(value))
    return tuple(address for address in found if address.name or address.address)


def parse_address(part: str) -> Address:
    """One address; what holds no `@` becomes the name, as Exchange shows it."""
    part = part.strip()
    before, opened, after = part.rpartition("<")
    if opened:
        inner, _, rest = after.partition(">")
        return _address(before or rest, inner)
    comment = _COMMENT.search(part)
    bare = _COMMENT.sub("", part).strip()
    if "@" in bare and not re.search(r"\s", bare):
        return _address(comment.group(1) if comment else "", bare)
    return _address(part, "")


def _address(name: str, address: str) -> Address:
    quoted = _QUOTED.search(name)
    shown = quoted.group(1).replace('\\"', '"').replace("\\\\", "\\") if quoted else name
    spelled = header_text(re.sub(r"\s+", "", address))
    return Address(decode_words(shown.strip())[:NAME_LIMIT] or spelled, spelled[:ADDRESS_LIMIT])


def _split(value: str) -> list[str]:
    """The comma-separated parts, commas inside quotes, comments and angles left alone."""
    plain = _FOLD.sub(" ", decode_bytes(value.encode("utf-8", "surrogateescape")))
    parts: list[str] = []
    start, quoted, depth = 0, False, 0
    escaped = False
    for at, letter in enumerate(plain):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "(<":
            depth += 1
        elif letter in ")>":
            depth = max(0, depth - 1)
        elif letter in ",;" and not depth:
            parts.append(plain[start:at])
            start = at + 1
    parts.append(plain[start:])
    return [_GROUP.sub("", part) for part in parts]
