"""Which messages belong together."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.mail.conversations import group_conversations
from sandbox.mail.parsing import parse_headers
from sandbox.mail.records import Headers
from sandbox.mail.sources import from_mbox

LISTS = Path(__file__).parents[3].parent / "shared" / "mail" / "lists-2002.mbox.gz"


def mail(message_id: str, *references: str) -> Headers:
    named = " ".join(f"<{one}@x>" for one in references)
    return parse_headers(f"Message-ID: <{message_id}@x>\nReferences: {named}\n\n".encode())


def test_replies_join_what_they_answer_in_any_order() -> None:
    messages = [mail("b", "a"), mail("other"), mail("a"), mail("c", "a", "b")]
    assert group_conversations(messages) == ([0, 1, 0, 0], [0, 0, 1, 2])


def test_reference_to_something_absent_joins_nothing() -> None:
    assert group_conversations([mail("a", "gone"), mail("b", "gone")])[0] == [0, 1]


def test_late_message_can_join_two_conversations() -> None:
    assert group_conversations([mail("a"), mail("b"), mail("c", "a", "b")])[0] == [0, 0, 0]


def test_circles_and_equal_ids_are_one_conversation() -> None:
    messages = [mail("a", "b"), mail("b", "a"), mail("c", "c"), mail("c")]
    assert group_conversations(messages)[0] == [0, 0, 2, 2]


def test_without_ids_each_message_stands_alone() -> None:
    assert group_conversations([parse_headers(b""), parse_headers(b"")])[0] == [0, 1]


@pytest.mark.skipif(not LISTS.exists(), reason="needs ../shared/mail/lists-2002.mbox.gz")
def test_real_list_mail_has_the_threads_it_is_known_to_have() -> None:
    source = from_mbox(LISTS)
    messages = list(source.headers())
    source.close()
    assert (len(messages), source.skipped.total()) == (2_500, 0)
    assert len(set(group_conversations(messages)[0])) == 1_577
