"""Any bytes are a message."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.mail.addresses import parse_addresses
from sandbox.mail.parsing import parse_content, parse_headers, plain_text, preview
from sandbox.mail.records import Address, Content, Headers
from sandbox.mail.sources import MboxSource

HOSTILE = Path(__file__).parents[2] / "mail" / "hostile.mbox"


def defects() -> dict[str, tuple[Headers, Content]]:
    source = MboxSource(HOSTILE)
    found = {}
    for index, headers in enumerate(source.headers()):
        content = parse_content(source.raw(index))
        found[dict(content.headers)["X-Defect"]] = headers, content
    source.close()
    return found


@pytest.fixture(scope="module")
def hostile() -> dict[str, tuple[Headers, Content]]:
    return defects()


HEADER_BYTES = st.sampled_from(
    (
        b"From: |To: |Subject: |Date: |Content-Type: multipart/mixed; boundary=x\n|\n|\r\n|\n\n"
        b"|--x\n"
        b'|=?utf-8?B?|=?|?=|<|>|"|,|\x00|Content-Transfer-Encoding: base64\n|utf-7|\xff|(|;'
        b"|Content-Type: text/html; charset=|Content-Type: message/rfc822\n\n|unicode_escape"
        b"|filename*0*="
    ).split(b"|")
)
ANY_BYTES = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(HEADER_BYTES, st.binary(max_size=12)), max_size=40).map(b"".join),
)


@given(ANY_BYTES)
def test_no_bytes_raise_and_all_text_can_be_sent(raw: bytes) -> None:
    headers, content = parse_headers(raw), parse_content(raw)
    shown = [asdict(headers), asdict(content), preview(content), plain_text(content)]
    json.dumps(shown, ensure_ascii=False, default=str).encode()
    assert len(headers.subject) <= 255


@given(st.text(max_size=200))
def test_no_address_header_raises(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    for address in parse_addresses([raw]):
        address.name.encode()
        address.address.encode()


def test_hostile_file_has_at_least_thirty_named_defects(
    hostile: dict[str, tuple[Headers, Content]],
) -> None:
    assert len(hostile) == 66


def test_missing_from_is_none_and_an_empty_one_is_empty(
    hostile: dict[str, tuple[Headers, Content]],
) -> None:
    assert hostile["no-from"][0].from_ is None
    assert hostile["empty-from"][0].from_ == Address("", "")
    assert hostile["from-without-address"][0].from_ == Address("the boss himself", "")


def test_subject_is_capped_at_255_characters(
    hostile: dict[str, tuple[Headers, Content]],
) -> None:
    assert hostile["megabyte-of-subject"][0].subject == "A" * 255


def test_ten_thousand_recipients_are_all_there(
    hostile: dict[str, tuple[Headers, Content]],
) -> None:
    to = hostile["ten-thousand-recipients"][0].to
    assert len(to) == 10_000
    assert to[-1] == Address("Person 9999", "p9999@fabrikam.example")


@pytest.mark.parametrize(
    ("defect", "subject"),
    [
        ("no-subject", ""),
        ("folded-subject", "a question  in three   lines"),
        ("subject-of-raw-latin-1", "Grüße aus Köln"),
        ("subject-of-broken-utf-8", "caf� broken�"),
        ("subject-of-unknown-charset", "nuqneH"),
        ("subject-of-nested-encoding", "=?utf-8?B?dHdpY2U=?="),
        ("subject-with-a-codec-that-is-no-charset", "uryc"),
        ("subject-with-lone-surrogate", "�"),
        ("subject-with-header-injection", "hello Bcc: everyone@contoso.example"),
        ("subject-of-null-bytes", "before\x00after"),
    ],
)
def test_broken_subject_is_shown_as_exchange_would(
    hostile: dict[str, tuple[Headers, Content]], defect: str, subject: str
) -> None:
    assert hostile[defect][0].subject == subject


def test_quoted_from_lines_lose_one_quote_and_unquoted_ones_stay_in_the_body(
    hostile: dict[str, tuple[Headers, Content]],
) -> None:
    assert hostile["from-line-quoted-in-body"][1].text.startswith("From the start")
    assert "From here on" in hostile["from-line-unquoted-in-body"][1].text


def test_deep_nesting_ends() -> None:
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)
    )
    assert parse_content(raw).content_type == "text"


def test_style_and_markup_are_no_part_of_the_preview() -> None:
    html = "<html><style>p {color: red}</style><p>Hello &amp; <b>welcome</b></p><script>x"
    assert preview(Content("html", html)) == "Hello & welcome"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("a@x.example, B <b@x.example>", [("a@x.example", "a@x.example"), ("B", "b@x.example")]),
        ('"Storm, \\"N\\"" <n@x.example>', [('Storm, "N"', "n@x.example")]),
        ("n@x.example (Nadia (sales))", [("n@x.example (Nadia (sales))", "")]),
        ("n@x.example (Nadia)", [("Nadia", "n@x.example")]),
        ("Friends: a@x.example;", [("a@x.example", "a@x.example")]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?Q?J=C3=BCrgen?= <j@x.example>", [("Jürgen", "j@x.example")]),
        (",,;", []),
    ],
)
def test_address_headers(header: str, found: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in parse_addresses([header])] == found
