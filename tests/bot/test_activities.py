"""Activities read and written by hand."""

from __future__ import annotations

import orjson
import pytest
from botbuilder.core import TurnContext
from botbuilder.schema import Activity, Attachment, HeroCard
from hypothesis import given
from hypothesis import strategies as st

from bot.activities import MalformedActivity, read_activity, to_json, to_payload
from tests.bot.fakes import make_activity

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_reads_what_the_frameworks_own_reader_reads():
    body = make_activity(
        value={"verb": "assignment.take", "id": 42},
        membersAdded=[{"id": "29:bob", "name": "Bob", "aadObjectId": "b"}],
        attachments=[{"contentType": "text/html", "content": "<p>queue</p>"}],
        replyToId="1",
    )
    theirs = Activity().deserialize(orjson.loads(orjson.dumps(body)))

    ours = read_activity(body)

    for name in ("type", "id", "service_url", "channel_id", "text", "reply_to_id", "locale"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.from_property == theirs.from_property
    assert ours.recipient == theirs.recipient
    assert ours.members_added == theirs.members_added
    assert ours.entities[0].additional_properties == theirs.entities[0].additional_properties
    assert ours.attachments[0].content == "<p>queue</p>"
    assert ours.timestamp == theirs.timestamp
    assert ours.conversation.conversation_type == theirs.conversation.conversation_type


def test_reads_the_conversations_tenant_which_the_framework_looks_for_under_another_name():
    body = make_activity(conversation={"id": "a:1", "tenantId": "t"})

    assert Activity().deserialize(body).conversation.tenant_id is None
    assert read_activity(body).conversation.tenant_id == "t"


def test_keeps_value_and_channel_data_as_they_came():
    body = make_activity(value={"a": [1, {"b": None}]})

    activity = read_activity(body)

    assert activity.value is body["value"]
    assert activity.channel_data is body["channelData"]


def test_the_framework_finds_the_mention_in_what_was_read():
    body = make_activity(
        text="<at>Postroom</at> queue",
        entities=[{"type": "mention", "mentioned": {"id": "28:x"}, "text": "<at>Postroom</at>"}],
    )

    mentions = TurnContext.get_mentions(read_activity(body))

    assert mentions[0].additional_properties["mentioned"]["id"] == "28:x"


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        None,
        {},
        make_activity(type=None),
        make_activity(type=""),
        make_activity(type=7),
        make_activity(conversation=None),
        make_activity(conversation="a:1"),
        make_activity(conversation={}),
        make_activity(conversation={"id": 7}),
        make_activity(id={"a": 1}),
        make_activity(text=["queue"]),
        make_activity(timestamp="yesterday"),
        make_activity(timestamp=7),
        make_activity(membersAdded={"id": "29:x"}),
        make_activity(membersAdded=["29:x"]),
        make_activity(entities=[None]),
        make_activity(entities=[{"type": 7}]),
        make_activity(attachments=["x"]),
        {**make_activity(), "from": "29:ada"},
        make_activity(recipient=["28:x"]),
    ],
)
def test_refuses_what_is_not_an_activity(body):
    with pytest.raises(MalformedActivity):
        read_activity(body)


@given(st.dictionaries(st.sampled_from(sorted(make_activity())), JSON), JSON)
def test_any_json_is_read_or_refused(changes, whole):
    for body in ({**make_activity(), **changes}, whole):
        try:
            activity = read_activity(body)
        except MalformedActivity:
            continue
        assert isinstance(activity.type, str)
        assert isinstance(activity.conversation.id, str)


def test_writes_models_inside_plain_data_and_plain_data_inside_models():
    card = HeroCard(title="Queue")
    activity = Activity(type="message", attachments=[Attachment(content_type="x", content=card)])

    written = orjson.loads(to_json({"activity": activity}))

    assert written["activity"]["attachments"] == [
        {"contentType": "x", "content": {"title": "Queue"}}
    ]


def test_writes_the_frameworks_names_and_leaves_out_what_is_not_there():
    assert to_payload(Activity(type="message", reply_to_id="1")) == {
        "type": "message",
        "replyToId": "1",
    }


def test_what_has_no_json_form_is_a_type_error():
    with pytest.raises(TypeError):
        to_json({"error": ValueError("x")})
