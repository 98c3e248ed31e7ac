"""Invoke answers that do not depend on the bot's logic."""

from __future__ import annotations

import asyncio

import orjson
import pytest
from botbuilder.core import InvokeResponse

from bot.invokes import HELD, HOLD, InvokeAnswer, InvokeAnswers, answer_of, failed, repeated

ANSWER = InvokeAnswer(200, b"1")
SORRY = InvokeAnswer(200, b"sorry")


@pytest.fixture
def answers(time):
    return InvokeAnswers(ticks=time.ticks)


async def test_a_repeat_gets_the_same_answer(answers):
    with answers.making(("chat", "1"), otherwise=SORRY) as made:
        made.set_result(ANSWER)

    assert await answers.find(("chat", "1")) == ANSWER
    assert await answers.find(("chat", "2")) is None


async def test_a_repeat_waits_for_the_answer_being_made(answers):
    with answers.making(("chat", "1"), otherwise=SORRY) as made:
        repeat = asyncio.create_task(answers.find(("chat", "1")))
        await asyncio.sleep(0)
        assert not repeat.done()
        made.set_result(ANSWER)

    assert await repeat == ANSWER


async def test_a_repeat_of_a_failure_gets_the_apology(answers):
    with pytest.raises(ValueError), answers.making(("chat", "1"), otherwise=SORRY):  # noqa: PT011
        raise ValueError

    assert await answers.find(("chat", "1")) == SORRY


async def test_answers_are_held_for_a_while_and_not_without_end(answers, time):
    for number in range(HELD + 5):
        with answers.making(("chat", str(number)), otherwise=SORRY):
            pass
    assert len(answers._held) == HELD
    time.seconds += HOLD

    assert await answers.find(("chat", str(HELD))) is None
    with answers.making(("chat", "new"), otherwise=SORRY):
        assert len(answers._held) == 1


def test_a_failed_card_action_keeps_http_200_and_says_its_reference():
    answer = failed("adaptiveCard/action", "abc123")
    body = orjson.loads(answer.body)

    assert answer.status == 200
    assert (body["statusCode"], body["type"]) == (500, "application/vnd.microsoft.error")
    assert "abc123" in body["value"]["message"]


@pytest.mark.parametrize(
    ("name", "path"),
    [("task/fetch", ["task", "value"]), ("composeExtension/query", ["composeExtension", "text"])],
)
def test_a_failed_dialog_or_search_says_it_in_its_own_form(name, path):
    found = orjson.loads(failed(name, "abc123").body)
    for key in path:
        found = found[key]

    assert "abc123" in found


@pytest.mark.parametrize("name", ["fileConsent/invoke", "signin/verifyState", "", None])
def test_other_invokes_get_an_empty_object(name):
    assert failed(name, "abc123") == repeated(name) == InvokeAnswer(200, b"{}")


def test_a_dict_is_a_body():
    assert answer_of(InvokeResponse(status=200, body={"a": 1})) == InvokeAnswer(200, b'{"a":1}')
    assert answer_of(InvokeResponse(status=501)) == InvokeAnswer(501, None)
