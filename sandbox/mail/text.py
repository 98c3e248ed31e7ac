"""Turn the bytes of a header into the text Exchange would show. Nothing here raises."""

from __future__ import annotations

import base64
import binascii
import quopri
import re

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_FOLD = re.compile(r"\r\n|[\r\n\t]")


def whole(text: str) -> str:
    """The text without lone surrogates, which no JSON reader or database takes."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def decode_bytes(raw: bytes, charset: str | None = None) -> str:
    """In the charset named, else UTF-8, else Windows-1252; broken bytes become U+FFFD."""
    if charset:
        try:
            return whole(raw.decode(charset.split("*")[0].strip("\"' "), "replace"))
        except (LookupError, ValueError, OverflowError):
            pass
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def header_text(value: str) -> str:
    """A raw header value (with surrogate escapes) as text: unfolded, words decoded once."""
    plain = decode_bytes(value.encode("utf-8", "surrogateescape"))
    return decode_words(_FOLD.sub(" ", plain)).strip()


def decode_words(text: str) -> str:
    """Decode RFC 2047 words; a word that cannot be decoded stays as it was sent."""
    if "=?" not in text:
        return whole(text)
    return whole(_ENCODED_WORD.sub(_decode_word, _BETWEEN_WORDS.sub(r"\1", text)))


def _decode_word(found: re.Match[str]) -> str:
    charset, kind, payload = found.groups()
    data = payload.encode("ascii", "replace")
    if kind in "bB":
        try:
            raw = base64.b64decode(data + b"=" * (-len(data) % 4))
        except (binascii.Error, ValueError):
            return found.group()
    else:
        raw = quopri.decodestring(data, header=True)
    return _FOLD.sub(" ", decode_bytes(raw, charset))
