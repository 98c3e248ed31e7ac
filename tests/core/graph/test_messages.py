from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.graph.automatic import Automatic
from core.graph.messages import (
    RECIPIENT_LIMIT,
    SELECT,
    Address,
    MessageHeader,
    Skipped,
    read_address,
    read_message,
    read_moment,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
MESSAGES = st.fixed_dictionaries({}, optional=dict.fromkeys(SELECT.split(","), JSON))
RECIPIENTS = st.fixed_dictionaries(
    {"emailAddress": st.fixed_dictionaries({}, optional={"address": JSON, "name": JSON})}
)


def recipient(address, name="Ada"):
    return {"emailAddress": {"address": address, "name": name}}


WHOLE = {
    "@odata.etag": 'W/"x"',
    "id": "AAMk=",
    "parentFolderId": "folder",
    "conversationId": "thread",
    "internetMessageId": "<1@x>",
    "subject": "Hello",
    "from": recipient("Ada@Contoso.Example"),
    "sender": recipient("support@contoso.example", "Support"),
    "toRecipients": [recipient("b@x.example", "B"), recipient("")],
    "ccRecipients": [],
    "receivedDateTime": "2026-03-01T10:00:00Z",
    "sentDateTime": "2026-03-01T09:59:58Z",
    "isRead": False,
    "isDraft": False,
    "hasAttachments": True,
    "importance": "normal",
    "categories": ["Red"],
    "flag": {"flagStatus": "notFlagged"},
    "webLink": "https://outlook.office365.com/owa/?ItemID=x",
    "lastModifiedDateTime": "2026-03-01T10:00:01Z",
    "changeKey": "CQ",
    "internetMessageHeaders": [{"name": "List-Id", "value": "<l.x>"}],
}


def test_every_selected_property_is_read():
    message = read_message(WHOLE)

    assert message == MessageHeader(
        id="AAMk=",
        fields=message.fields,
        folder_id="folder",
        conversation_id="thread",
        internet_message_id="<1@x>",
        subject="Hello",
        from_=Address("ada@contoso.example", "Ada"),
        sender=Address("support@contoso.example", "Support"),
        to=(Address("b@x.example", "B"),),
        cc=(),
        received_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
        sent_at=datetime(2026, 3, 1, 9, 59, 58, tzinfo=UTC),
        is_read=False,
        is_draft=False,
        has_attachments=True,
        importance="normal",
        categories=("Red",),
        flag="notFlagged",
        web_link="https://outlook.office365.com/owa/?ItemID=x",
        modified_at=datetime(2026, 3, 1, 10, 0, 1, tzinfo=UTC),
        change_key="CQ",
        automatic=Automatic.LIST,
    )
    assert message.fields == set(MessageHeader.__slots__) - {"id", "fields"}
    assert set(SELECT.split(",")) == set(WHOLE) - {"@odata.etag"}


def test_absent_and_empty_are_told_apart():
    message = read_message({"id": "1", "subject": None, "isRead": True})

    assert message.fields == {"subject", "is_read"}
    assert message.has("subject")
    assert not message.has("from_")


def test_a_value_of_the_wrong_type_counts_as_absent():
    message = read_message(
        {"id": "1", "subject": 7, "isRead": "yes", "receivedDateTime": "tomorrow", "flag": []}
    )

    assert message == MessageHeader(id="1", fields=frozenset())


def test_a_sender_that_cannot_be_used_is_no_sender():
    message = read_message({"id": "1", "from": recipient(""), "sender": {}})

    assert message.fields == {"from_", "sender"}
    assert (message.from_, message.sender) == (None, None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "not_an_object"),
        ([], "not_an_object"),
        ({}, "no_id"),
        ({"id": ""}, "no_id"),
        ({"id": 4}, "no_id"),
        ({"id": "x" * 1_025}, "id_too_long"),
    ],
)
def test_what_is_no_message_is_skipped_with_the_reason(raw, reason):
    assert read_message(raw) == Skipped(reason)


@given(JSON | MESSAGES)
def test_no_json_makes_reading_fail(raw):
    assert isinstance(read_message(raw), MessageHeader | Skipped)


@given(RECIPIENTS)
def test_an_address_that_is_read_can_be_stored(raw):
    found = read_address(raw)

    if found is not None:
        assert found.address == found.address.lower()
        (found.address + found.name).encode()
        assert "\x00" not in found.address + found.name


@given(st.text(st.characters(categories=["Cc", "Cs", "L", "Cf"])))
def test_a_subject_that_is_read_can_be_stored(subject):
    read = read_message({"id": "1", "subject": subject}).subject

    assert "\x00" not in read
    read.encode()


@pytest.mark.parametrize("key", ["body", "bodyPreview", "uniqueBody", "attachments"])
def test_content_is_not_kept_whatever_the_answer_carries(key):
    message = read_message({"id": "1", key: {"content": "SECRET"}})

    assert all("SECRET" not in repr(getattr(message, name)) for name in message.__slots__)


def test_a_message_shows_no_text_in_tracebacks():
    message = read_message(WHOLE)

    assert "Hello" not in repr(message)
    assert "ada" not in repr(message) + repr(message.from_)


def test_recipients_beyond_the_limit_are_dropped():
    many = [recipient(f"{number}@x.example") for number in range(10_000)]

    assert len(read_message({"id": "1", "toRecipients": many}).to) == RECIPIENT_LIMIT


def test_a_subject_of_a_megabyte_is_cut():
    assert len(read_message({"id": "1", "subject": "x" * 1_000_000}).subject) == 1_000


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (" Ada@X.Example\r\n", "ada@x.example"),
        ("<ada@x.example>", "ada@x.example"),
        ("ÄDA@x.example", "äda@x.example"),
        ("", None),
        ("undisclosed-recipients:", None),
        ("/O=EXCHANGELABS/OU=X/CN=ADA", None),
        ("a\u202eda@x.example", None),
        ("ada\n@x.example", None),
        ("a" * 400 + "@x.example", None),
    ],
)
def test_an_address_is_cleaned_or_refused(raw, address):
    found = read_address(recipient(raw))

    assert (found.address if found else None) == address


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00.1234567Z", datetime(2026, 3, 1, 10, 0, 0, 123456, UTC)),
        ("2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-13-01T10:00:00Z", None),
        ("", None),
        (1772359200, None),
    ],
)
def test_a_moment_is_read_in_utc(text, moment):
    found = read_moment(text)

    assert found == moment
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=-5, minutes=-30)))))
def test_any_moment_survives_its_offset(moment):
    found = read_moment(moment.isoformat())

    assert found is None or found == moment
