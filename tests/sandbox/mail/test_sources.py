"""Reading mbox files."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import pytest

from sandbox.mail.believable import believable
from sandbox.mail.sources import from_mbox

MAIL = Path(__file__).parents[2] / "mail"
ONE = b"From a@x Mon Jan  5 08:00:00 2026\nSubject: one\n\nBody one.\n\n"
TWO = b"From b@x Mon Jan  5 09:00:00 2026\r\nSubject: two\r\n\r\nBody two.\r\n"


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "mail.mbox"
    path.write_bytes(data)
    return path


def test_reads_messages_with_either_line_end(tmp_path: Path) -> None:
    source = from_mbox(written(tmp_path, ONE + TWO))
    assert [one.subject for one in source.headers()] == ["one", "two"]
    assert source.raw(0) == b"Subject: one\n\nBody one.\n"
    source.close()


def test_reads_gzip_by_its_content_and_not_its_name(tmp_path: Path) -> None:
    plain = from_mbox(written(tmp_path, ONE + TWO))
    packed = from_mbox(written(tmp_path / "..", gzip.compress(ONE + TWO)))
    assert packed.identity == plain.identity
    assert len(packed) == 2
    plain.close()
    packed.close()


def test_archive_that_ends_early_is_kept_and_counted(tmp_path: Path) -> None:
    source = from_mbox(written(tmp_path, gzip.compress(ONE * 500 + TWO)[:-30]))
    assert source.skipped["truncated_archive"] == 1
    source.close()


@pytest.mark.parametrize("data", [b"", b"\n\n"])
def test_empty_file_has_no_messages(tmp_path: Path, data: bytes) -> None:
    source = from_mbox(written(tmp_path, data))
    assert (len(source), source.skipped.total()) == (0, 0)
    source.close()


def test_text_that_is_no_mbox_is_counted(tmp_path: Path) -> None:
    source = from_mbox(written(tmp_path, b"Dear diary,\n\nFrom now on I write daily.\n"))
    assert (len(source), dict(source.skipped)) == (0, {"not_mbox": 1})
    source.close()


def test_from_in_a_paragraph_starts_no_message(tmp_path: Path) -> None:
    source = from_mbox(written(tmp_path, ONE + b"\nFrom the bottom of my heart: thanks.\n"))
    assert len(source) == 1
    source.close()


def test_message_of_a_from_line_alone_is_empty(tmp_path: Path) -> None:
    source = from_mbox(written(tmp_path, ONE + b"From c@x Mon Jan  5 10:00:00 2026\n"))
    assert source.raw(1) == b""
    source.close()


def test_believable_mail_is_always_the_same_and_varied() -> None:
    source, again = believable(), believable()
    headers = list(source.headers())
    assert source.identity == again.identity
    assert len(headers) == 200
    assert len({one.message_id for one in headers}) == 200
    assert len({one.from_.address for one in headers if one.from_}) > 60
    assert sum(bool(one.references) for one in headers) > 80
    assert all(one.from_ and one.subject and one.date for one in headers)


def test_hostile_file_is_what_its_script_writes() -> None:
    spec = importlib.util.spec_from_file_location("make_hostile", MAIL / "make_hostile.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert (MAIL / "hostile.mbox").read_bytes() == script.hostile()
