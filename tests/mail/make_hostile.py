"""Write hostile.mbox: one message for each named defect, the same bytes every time.

Run as `python tests/mail/make_hostile.py` after changing it.
"""

from __future__ import annotations

import base64
from pathlib import Path

FILE = Path(__file__).with_name("hostile.mbox")
FROM = b"From: Nadia Storm <nadia@fabrikam.example>"
TO = b"To: Help <help@contoso.example>"
BODY = b"Please help."


def b64(text: bytes) -> bytes:
    return base64.b64encode(text)


def word(text: str, charset: str = "utf-8") -> bytes:
    return b"=?" + charset.encode() + b"?B?" + b64(text.encode(charset, "surrogatepass")) + b"?="


def mail(*lines: bytes, body: bytes = BODY, drop: tuple[bytes, ...] = ()) -> bytes:
    """The usual headers, those given taking their place, then the body."""
    given = {line.split(b":")[0].lower() for line in lines} | set(drop)
    usual = (FROM, TO, b"Subject: Question")
    head = [line for line in usual if line.split(b":")[0].lower() not in given]
    return b"\n".join([*head, *lines, b"", body])


def nested(depth: int) -> bytes:
    """Multiparts in multiparts."""
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)
    )
    return opening + b"Content-Type: text/plain\n\nDeep down."


def message_in_message(depth: int) -> bytes:
    return b"".join(b"Content-Type: message/rfc822\n\n" for _ in range(depth)) + BODY


DEFECTS: dict[str, bytes] = {
    "no-from": mail(drop=(b"from",)),
    "empty-from": mail(b"From:"),
    "from-without-address": mail(b"From: the boss himself"),
    "from-twice": mail(FROM, b"From: Somebody Else <else@fabrikam.example>"),
    "from-unclosed-quote": mail(b'From: "Nadia <nadia@fabrikam.example>'),
    "from-display-name-is-an-address": mail(b'From: "ceo@contoso.example" <x@evil.example>'),
    "from-right-to-left-override": mail(
        b"From: " + word("Nadia \u202egro.osotnoc@oec\u202c") + b" <x@evil.example>"
    ),
    "sender-differs": mail(b"Sender: Robot <robot@fabrikam.example>"),
    "no-to": mail(drop=(b"to",)),
    "undisclosed-recipients": mail(b"To: undisclosed-recipients:;"),
    "group-recipients": mail(b"To: Friends: a@fabrikam.example, B <b@fabrikam.example>;"),
    "ten-thousand-recipients": mail(
        b"To: " + b",\n ".join(b"Person %d <p%d@fabrikam.example>" % (n, n) for n in range(10_000))
    ),
    "commas-and-quotes-in-names": mail(b'To: "Storm, \\"Nadia\\" (sales)" <n@fabrikam.example>'),
    "no-date": mail(drop=(b"date",)),
    "unreadable-date": mail(b"Date: yesterday, around tea"),
    "date-in-the-future": mail(b"Date: Fri, 01 Jan 2100 00:00:00 +0000"),
    "date-in-the-year-102": mail(b"Date: Thu, 18 Jul 0102 19:51:35 -0100"),
    "date-in-the-year-9999": mail(b"Date: Fri, 31 Dec 9999 23:59:59 -2359"),
    "date-with-an-impossible-zone": mail(b"Date: Mon, 05 Jan 2026 10:00:00 +9999"),
    "no-message-id": mail(drop=(b"message-id",)),
    "duplicate-message-id": mail(b"Message-ID: <twice@fabrikam.example>"),
    "duplicate-message-id-again": mail(b"Message-ID: <twice@fabrikam.example>", body=b"Other."),
    "message-id-without-brackets": mail(b"Message-ID: plainly wrong"),
    "replies-to-itself": mail(
        b"Message-ID: <ouroboros@fabrikam.example>", b"In-Reply-To: <ouroboros@fabrikam.example>"
    ),
    "circle-of-references": mail(
        b"Message-ID: <egg@fabrikam.example>", b"References: <hen@fabrikam.example>"
    ),
    "circle-of-references-closed": mail(
        b"Message-ID: <hen@fabrikam.example>", b"References: <egg@fabrikam.example>"
    ),
    "five-thousand-references": mail(
        b"References: " + b"\n ".join(b"<r%d@fabrikam.example>" % n for n in range(5_000))
    ),
    "no-subject": mail(drop=(b"subject",)),
    "megabyte-of-subject": mail(b"Subject: " + b"A" * 1024 * 1024),
    "folded-subject": mail(b"Subject: a question\n\tin three\n  lines"),
    "subject-of-null-bytes": mail(b"Subject: before\x00after"),
    "subject-of-raw-latin-1": mail(b"Subject: Gr\xfc\xdfe aus K\xf6ln"),
    "subject-of-broken-utf-8": mail(b"Subject: =?utf-8?Q?caf=C3_broken=FF?="),
    "subject-of-unknown-charset": mail(b"Subject: =?x-klingon?B?" + b64(b"nuqneH") + b"?="),
    "subject-of-broken-base64": mail(b"Subject: =?utf-8?B?A?="),
    "subject-of-nested-encoding": mail(b"Subject: " + word(word("twice").decode())),
    "subject-with-a-codec-that-is-no-charset": mail(b"Subject: =?rot13?Q?uryc?="),
    "subject-with-lone-surrogate": mail(b"Subject: =?utf-7?Q?+2AA-?="),
    "subject-with-header-injection": mail(
        b"Subject: " + word("hello\r\nBcc: everyone@contoso.example")
    ),
    "subject-right-to-left-override": mail(b"Subject: " + word("invoice\u202efdp.exe")),
    "subject-of-zero-width-letters": mail(b"Subject: " + word("\u200b\u200d\ufeff")),
    "subject-of-stacked-marks": mail(b"Subject: " + word("Z" + "\u0335\u0321" * 120)),
    "subject-of-markup": mail(b"Subject: <script>alert(1)</script> [click](http://evil.example)"),
    "subject-of-emoji-families": mail(b"Subject: " + word("👨‍👩‍👧‍👦" * 40)),
    "header-without-colon": mail(b"this is no header at all", b"X-After: lost?"),
    "header-name-of-high-bytes": mail(b"X-\xff\xfe: value"),
    "ten-thousand-headers": mail(*(b"X-Filler-%d: %d" % (n, n) for n in range(10_000))),
    "no-headers": b"\nOnly a body, beginning at once.",
    "headers-only": b"\n".join((FROM, TO, b"Subject: No body")),
    "crlf-and-lf-mixed": b"From: N <n@fabrikam.example>\r\nTo: h@contoso.example\nSubject: x\r\n\n"
    + BODY,
    "from-line-quoted-in-body": mail(body=b">From the start: it was quoted.\n>>From twice."),
    "from-line-unquoted-in-body": mail(body=b"See below.\n\nFrom here on it is the body still."),
    "unknown-transfer-encoding": mail(b"Content-Transfer-Encoding: x-rot13", body=b"Cyrnfr."),
    "broken-base64-body": mail(b"Content-Transfer-Encoding: base64", body=b"%%%not base64%%%"),
    "unknown-body-charset": mail(b"Content-Type: text/plain; charset=x-none", body=b"caf\xe9"),
    "null-bytes-in-body": mail(body=b"\x00\x01\x02 Please\x00help"),
    "multipart-without-boundary": mail(b"Content-Type: multipart/mixed"),
    "multipart-never-closed": mail(
        b"Content-Type: multipart/mixed; boundary=x", body=b"--x\n\nOpen."
    ),
    "multipart-nested-500-deep": b"\n".join((FROM, TO, b"Subject: Matryoshka"))
    + b"\n"
    + nested(500),
    "message-in-message-300-deep": b"\n".join((FROM, TO, b"Subject: Mise en abyme"))
    + b"\n"
    + message_in_message(300),
    "attachment-name-of-a-path": mail(
        b"Content-Type: application/octet-stream",
        b'Content-Disposition: attachment; filename="../../etc/passwd"',
    ),
    "auto-submitted": mail(b"Auto-Submitted: auto-replied", b"X-Auto-Response-Suppress: All"),
    "bounce-from-nobody": mail(b"From: <>", b"Return-Path: <>", b"Auto-Submitted: auto-replied"),
    "pretends-to-be-the-mailbox": mail(b"From: Help <help@contoso.example>"),
    "reply-to-ten-strangers": mail(
        b"Reply-To: " + b", ".join(b"s%d@evil.example" % n for n in range(10))
    ),
    "html-of-unclosed-tags": mail(b"Content-Type: text/html", body=b"<" * 5_000 + b"b>Please"),
}


def with_defect(name: str, raw: bytes, at: int) -> bytes:
    """The message with its name, and a Date and Message-ID where it has none of its own."""
    head, blank, body = raw.partition(b"\n\n")
    if name == "no-headers":
        return b"X-Defect: no-headers\n" + raw
    lower = b"\n" + head.lower()
    lines = [b"X-Defect: " + name.encode(), head]
    if b"\ndate:" not in lower and name != "no-date":
        lines.append(b"Date: Mon, 05 Jan 2026 %02d:%02d:00 +0000" % (8 + at // 60, at % 60))
    if b"\nmessage-id:" not in lower and name != "no-message-id":
        lines.append(b"Message-ID: <hostile-%d@fabrikam.example>" % at)
    if name.startswith(("multipart-nested", "message-in")):
        return b"\n".join((lines[0], *lines[2:], raw))
    return b"\n".join(lines) + blank + body


def hostile() -> bytes:
    parts = []
    for at, (name, raw) in enumerate(DEFECTS.items()):
        separator = b"From nadia@fabrikam.example Mon Jan  5 08:00:00 2026\n"
        parts.append(separator + with_defect(name, raw, at) + b"\n\n")
    return b"".join(parts)


if __name__ == "__main__":
    FILE.write_bytes(hostile())
