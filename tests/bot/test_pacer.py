"""Teams' limits, never reached."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pacer import FORGET_ABOVE, READING, SENDING, Pace, Pacer
from bot.patience import BACKGROUND, IN_TURN
from core.errors import ConnectorError
from tests.bot.fakes import FakeTime


@pytest.fixture
def pacer(time):
    return Pacer(ticks=time.ticks, sleep=time.sleep)


def most_in(moments, span):
    """The most moments in any window of `span` seconds."""
    return max(sum(start <= moment < start + span for moment in moments) for start in moments)


@given(st.lists(st.floats(0, 40), max_size=150))
def test_no_window_ever_holds_more_than_its_limit(gaps):
    pace, now, passed = Pace(SENDING), 0.0, []
    for gap in gaps:
        now += gap / 20
        now += pace.delay(now, SENDING)
        pace.record(now)
        passed.append(now)

    for count, span in SENDING if passed else ():
        assert most_in(passed, span) <= count


def test_eighteen_hundred_an_hour_is_kept_too():
    pace, now = Pace(SENDING), 0.0
    passed = []
    for _ in range(1900):
        now += pace.delay(now, SENDING)
        pace.record(now)
        passed.append(now)

    assert passed[1800] >= 3600
    assert all(earlier <= later for earlier, later in pairwise(passed))


async def test_the_first_ones_go_at_once(pacer, time):
    for _ in range(7):
        await pacer.pass_sending("chat", "tenant", IN_TURN)

    assert time.slept == []


async def test_a_busy_chat_does_not_slow_another(pacer, time):
    for _ in range(7):
        await pacer.pass_sending("busy", "tenant", IN_TURN)
    await pacer.pass_sending("quiet", "tenant", IN_TURN)

    assert time.slept == []


async def test_a_whole_tenant_has_its_limit(pacer, time):
    for number in range(31):
        await pacer.pass_sending(f"chat-{number}", "tenant", IN_TURN)

    assert len(time.slept) == 1


async def test_background_work_leaves_room_for_a_reply(pacer, time):
    background = asyncio.gather(
        *(pacer.pass_sending("chat", "tenant", BACKGROUND) for _ in range(60))
    )
    for _ in range(6):
        await asyncio.sleep(0)
    slept = len(time.slept)
    await asyncio.wait_for(pacer.pass_sending("chat", "tenant", IN_TURN), 1)

    assert len(time.slept) <= slept + 1
    await background


async def test_background_work_goes_in_the_order_it_came(pacer):
    order = []

    async def send(number):
        await pacer.pass_sending("chat", "tenant", BACKGROUND)
        order.append(number)

    await asyncio.gather(*(send(number) for number in range(20)))

    assert order == list(range(20))


async def test_a_reply_does_not_wait_long(pacer, time):
    for _ in range(60):
        await pacer.pass_sending("chat", "tenant", IN_TURN)
    with pytest.raises(ConnectorError) as refused:
        await pacer.pass_sending("chat", "tenant", IN_TURN)

    assert refused.value.code == "Paced"
    assert refused.value.retry_after > 2
    assert all(pause <= 2 for pause in time.slept)


async def test_after_a_429_nothing_goes_before_its_time(pacer, time):
    pacer.hold("chat", 5.0)
    await pacer.pass_sending("chat", "tenant", BACKGROUND)

    assert time.seconds == 5.0


async def test_reading_members_has_limits_of_its_own(pacer, time):
    for _ in range(14):
        await pacer.pass_reading("chat", "tenant", BACKGROUND)
    assert time.slept == []
    await pacer.pass_reading("chat", "tenant", BACKGROUND)

    assert time.seconds > READING[0][1]


async def test_quiet_conversations_are_forgotten():
    time = FakeTime()
    pacer = Pacer(tenant_a_second=10**6, ticks=time.ticks, sleep=time.sleep)
    for number in range(FORGET_ABOVE + 10):
        await pacer.pass_sending(f"chat-{number}", "tenant", BACKGROUND)
    time.seconds += 3700
    await pacer.pass_sending("new", "tenant", BACKGROUND)

    assert len(pacer._paces) <= 2
    assert len(pacer._queues) <= 1
