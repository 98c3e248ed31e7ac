"""What may be answered automatically, row by row, and what holds whatever the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.mail.models import Automatic
from core.rules.replies import (
    AGAIN_AFTER,
    HOUR_LIMIT,
    STALE,
    THREAD_LIMIT,
    WHEN,
    ReplyFacts,
    is_nobody,
    may_reply,
)
from tests.clock import MONDAY_MORNING as NOW

A_PERSONS_MAIL = ReplyFacts(
    consented=True,
    live=True,
    arrived_at=NOW,
    automatic=Automatic.NONE,
    sender="grace@customer.example",
    is_ours=False,
    when="always",
    in_hours=None,
    same_thread=False,
    last_reply_at=None,
    in_thread=0,
    in_last_hour=0,
)

facts_of_any_kind = some.builds(
    ReplyFacts,
    consented=some.booleans(),
    live=some.booleans(),
    arrived_at=some.integers(0, 60).map(lambda hours: NOW - timedelta(hours=hours)),
    automatic=some.sampled_from(Automatic),
    sender=some.none() | some.sampled_from(["", "a@b.example", "no-reply@b.example"]),
    is_ours=some.booleans(),
    when=some.sampled_from(WHEN),
    in_hours=some.sampled_from([None, True, False]),
    same_thread=some.booleans(),
    last_reply_at=some.none() | some.integers(0, 60).map(lambda h: NOW - timedelta(hours=h)),
    in_thread=some.integers(0, 5),
    in_last_hour=some.integers(0, 100),
)


def test_a_persons_mail_is_answered():
    assert may_reply(A_PERSONS_MAIL, NOW) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"consented": False}, "not_allowed"),
        ({"live": False}, "not_live"),
        ({"arrived_at": NOW - STALE - timedelta(seconds=1)}, "stale"),
        ({"automatic": Automatic.REPLY}, "automatic"),
        ({"automatic": Automatic.LIST}, "list"),
        ({"automatic": Automatic.BULK}, "bulk"),
        ({"automatic": Automatic.UNKNOWN}, "headers_unknown"),
        ({"sender": None}, "no_sender"),
        ({"sender": ""}, "no_sender"),
        ({"sender": "mailer-daemon@mx.example"}, "nobody_reads"),
        ({"is_ours": True}, "ourselves"),
        ({"when": "in_hours", "in_hours": False}, "other_hours"),
        ({"when": "in_hours", "in_hours": None}, "other_hours"),
        ({"when": "out_of_hours", "in_hours": True}, "other_hours"),
        ({"when": "out_of_hours", "in_hours": None}, "other_hours"),
        ({"same_thread": True}, "answered_thread"),
        ({"last_reply_at": NOW - AGAIN_AFTER + timedelta(seconds=1)}, "answered_lately"),
        ({"in_thread": THREAD_LIMIT}, "thread_limit"),
        ({"in_last_hour": HOUR_LIMIT}, "hour_limit"),
    ],
)
def test_what_is_not_answered(change, code):
    assert may_reply(replace(A_PERSONS_MAIL, **change), NOW) == code


@pytest.mark.parametrize(
    "change",
    [
        {"when": "in_hours", "in_hours": True},
        {"when": "out_of_hours", "in_hours": False},
        {"last_reply_at": NOW - AGAIN_AFTER},
        {"in_thread": THREAD_LIMIT - 1},
        {"in_last_hour": HOUR_LIMIT - 1},
        {"arrived_at": NOW - STALE},
    ],
)
def test_what_is_answered_still(change):
    assert may_reply(replace(A_PERSONS_MAIL, **change), NOW) is None


@given(facts=facts_of_any_kind)
def test_what_is_answered_is_a_persons_live_mail_and_the_first_of_its_day(facts):
    if may_reply(facts, NOW) is not None:
        return
    assert facts.consented
    assert facts.live
    assert facts.automatic is Automatic.NONE
    assert facts.sender
    assert not facts.is_ours
    assert not is_nobody(facts.sender)
    assert not facts.same_thread
    assert facts.last_reply_at is None or NOW - facts.last_reply_at >= AGAIN_AFTER
    assert facts.in_thread < THREAD_LIMIT
    assert facts.in_last_hour < HOUR_LIMIT


@given(facts=facts_of_any_kind)
def test_having_replied_forbids_the_next_reply(facts):
    after = replace(facts, same_thread=True, last_reply_at=NOW, in_thread=facts.in_thread + 1)
    assert may_reply(after, NOW) is not None
    elsewhere = replace(facts, last_reply_at=NOW)
    assert may_reply(elsewhere, NOW + AGAIN_AFTER - timedelta(seconds=1)) is not None


@pytest.mark.parametrize(
    "local",
    [
        "no-reply",
        "noreply",
        "NoReply",
        "do_not_reply",
        "donotreply",
        "no.reply",
        "noreply-orders",
        "noreply+7",
        "shop-noreply",
        "dont-reply",
        "never-reply",
        "mailer-daemon",
        "MAILER-DAEMON",
        "postmaster",
        "bounce",
        "bounces",
        "bounce+abc=x",
        "bounces-12",
        "list-bounces",
        "prvs=12=grace",
        "owner-list",
        "list-owner",
        "list-request",
        "listserv",
        "majordomo",
        "autoreply",
        "auto-responder",
        "nobody",
        "root",
    ],
)
def test_nobody_reads_there(local):
    assert is_nobody(f"{local}@shop.example")


@pytest.mark.parametrize(
    "local",
    [
        "grace",
        "info",
        "support",
        "reply",
        "replies",
        "rooter",
        "rebounces.smith",
        "bouncer",
        "owner",
        "noah.reynolds",
        "requests",
        "nobody-important-really-x",
        "postmasterson",
    ],
)
def test_somebody_reads_there(local):
    assert not is_nobody(f"{local}@shop.example")
