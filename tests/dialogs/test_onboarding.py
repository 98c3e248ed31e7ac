"""Onboarding and offboarding, step by step, over the runner."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import NotAllowed
from core.mailboxes.models import GrantKind, MailboxState, Strategy
from dialogs.moves import Answer, Reply
from dialogs.offboarding import OFFBOARDING
from dialogs.onboarding import ONBOARDING
from dialogs.runner import CLAIM_SECONDS, DialogRunner, Place
from dialogs.turns import Turn
from dialogs.wording import BUSY, LEAKED, STALE
from tests.dialogs.rules import check_card, texts
from tests.dialogs.sample import ANNA, BEN, MAILBOX, NOW
from tests.dialogs.world import World, a_world

SECRET = "Tr0ub4dor&3-horse"


class Chat:
    """One admin in 1:1 with the runner."""

    def __init__(self, world: World | None = None, member_id: int = ANNA) -> None:
        self.world = world or a_world()
        self.services = self.world.services()
        self.runner = DialogRunner((ONBOARDING, OFFBOARDING))
        self.turn = Turn(self.world.actor(member_id), NOW)

    async def begin(self, name: str = "onboarding") -> Reply:
        return await self.runner.begin(self.services, self.turn, name)

    async def say(self, text: str) -> Reply | None:
        return await self.runner.answer(self.services, self.turn, Answer(text=text))

    async def press(self, **inputs: str) -> Reply | None:
        place = Place("onboarding", self.standing.step, self.standing.version)
        return await self.runner.answer(self.services, self.turn, Answer(inputs=inputs), place)

    @property
    def standing(self):
        return self.world.dialogs[self.turn.actor.member_id]

    async def reach(self, step: str) -> None:
        """Answer what comes before a step."""
        await self.begin()
        answers = {
            "address": "help@contoso.example", "kind": "application", "from": "14",
            "consent": "continue", "folders": "next", "people": "Anna", "strategy": "load balanced",
        }  # fmt: skip
        for _ in answers:
            if self.standing.step != step:
                await self.say(answers[self.standing.step])
        assert self.standing.step == step


def shown(reply: Reply | None) -> str:
    assert reply is not None
    return f"{reply.text or ''}\n{texts(reply.card or {}, 'TextBlock')}"


async def test_the_whole_dialog_by_buttons():
    chat = Chat()
    await chat.begin()
    for inputs in (
        {"address": "Help@Contoso.example"},
        {"kind": "delegated"},
        {"days": "all"},
        {},
        {"folders": "1,3"},
        {"people": f"{ANNA},{BEN}", "leads": f"{ANNA}"},
        {"strategy": "round_robin"},
    ):
        reply = await chat.press(**inputs)
        assert reply is not None
        check_card(reply.card)
    done = await chat.press()
    assert "first sync has begun" in shown(done)
    assert chat.world.address == "help@contoso.example"
    assert chat.world.changes == [
        ("begin", GrantKind.APPLICATION),
        ("begin", GrantKind.DELEGATED),
        ("live_from", MAILBOX, None),
        ("folders", MAILBOX, (1, 3)),
        ("people", MAILBOX, (ANNA, BEN), (ANNA,)),
        ("strategy", MAILBOX, Strategy.ROUND_ROBIN),
        ("start", MAILBOX),
    ]
    assert chat.world.dialogs == {}


async def test_the_whole_dialog_by_typing():
    chat = Chat()
    await chat.reach("start")
    assert ("live_from", MAILBOX, NOW - timedelta(days=14)) in chat.world.changes
    assert ("folders", MAILBOX, (1, 3)) in chat.world.changes
    assert "first sync has begun" in shown(await chat.say("start"))


async def test_no_step_asks_for_a_password():
    chat = Chat()
    for step in ONBOARDING.steps:
        if step in ("waiting", "wider"):
            continue
        await chat.reach(step)
        card = (await chat.runner.show(chat.services, chat.turn)).card
        assert "password" not in str(card).lower().replace("never ask for a password", "")
        await chat.runner.cancel(chat.services, chat.turn)


@pytest.mark.parametrize("typed", ["my mailbox", "a@b", "", "x@y.z, w@y.z", "a'b@c.de", "$x@c.de"])
async def test_what_is_no_address_is_refused_without_being_repeated_or_kept(typed):
    chat = Chat()
    await chat.begin()
    reply = await chat.say(typed)
    assert "address of a shared mailbox" in shown(reply)
    assert not typed or typed not in str(reply)
    assert chat.world.changes == []
    assert set(chat.standing.memory) <= {"trail"}


@pytest.mark.parametrize(
    "typed", [SECRET, "password: hunter2", "-----BEGIN RSA PRIVATE KEY-----", "my pwd is abc"]
)
async def test_what_looks_like_a_secret_brings_the_advice_to_change_it(typed):
    chat = Chat()
    await chat.begin()
    reply = await chat.say(typed)
    assert LEAKED in shown(reply)
    assert typed not in str(reply)
    assert typed not in str(chat.standing)


async def test_cancel_back_and_help_work_at_every_step():
    for step in ONBOARDING.steps:
        if step in ("waiting", "wider"):
            continue
        chat = Chat()
        await chat.reach(step)
        assert ONBOARDING.steps[step].help in shown(
            await chat.runner.help(chat.services, chat.turn)
        )
        await chat.runner.back(chat.services, chat.turn)
        assert step == "address" or chat.standing.step != step
        assert "Cancelled" in shown(await chat.runner.cancel(chat.services, chat.turn))
        assert chat.world.dialogs == {}


async def test_of_two_answers_at_once_one_does_the_step():
    chat = Chat()
    await chat.begin()
    waiting = []
    begin = chat.world.begin

    async def slow(actor, *given):
        if isinstance(given[1], GrantKind):
            waiting.append(await chat.say("second@contoso.example"))
        return await begin(actor, *given)

    chat.world.begin = slow  # type: ignore[method-assign]
    await chat.say("first@contoso.example")
    assert waiting[0].text == BUSY
    assert chat.world.address == "first@contoso.example"
    assert chat.standing.step == "kind"


async def test_an_answer_that_a_crash_cut_off_can_be_given_again():
    chat = Chat()
    await chat.begin()

    async def crash(actor, *given):
        raise KeyboardInterrupt

    healthy, chat.world.begin = chat.world.begin, crash  # type: ignore[method-assign]
    change, calls = chat.world.change, []

    async def dying(actor, version, step, memory):
        calls.append(step)
        return await change(actor, version, step, memory) if len(calls) == 1 else False

    chat.world.change = dying  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await chat.say("first@contoso.example")
    chat.world.begin, chat.world.change = healthy, change  # type: ignore[method-assign]
    assert (await chat.say("first@contoso.example")).text == BUSY
    chat.turn = replace(chat.turn, now=NOW + timedelta(seconds=CLAIM_SECONDS))
    await chat.say("first@contoso.example")
    assert chat.standing.step == "kind"


async def test_a_restart_in_the_middle_goes_on():
    chat = Chat()
    await chat.reach("people")
    again = Chat(chat.world)
    await again.say("Anna, Cara")
    assert again.standing.step == "strategy"


async def test_an_old_card_answers_nothing():
    chat = Chat()
    await chat.begin()
    old = Place("onboarding", "address", chat.standing.version)
    await chat.say("help@contoso.example")
    answer = Answer(inputs={"address": "other@contoso.example"})
    reply = await chat.runner.answer(chat.services, chat.turn, answer, old)
    assert STALE in shown(reply)
    assert chat.world.address == "help@contoso.example"


async def test_onboard_in_the_middle_goes_on_where_it_was():
    chat = Chat()
    await chat.reach("folders")
    assert "You were here" in shown(await chat.begin())
    assert chat.standing.step == "folders"


@pytest.mark.parametrize(
    ("code", "step", "said"),
    [
        ("no_consent", "consent", "not seen the consent"),
        ("waiting", "waiting", "30 minutes to 2 hours"),
        ("not_enforced", "consent", "read bodies"),
        ("refused", "consent", "refused"),
        ("passed", "folders", "lets me into"),
    ],
)
async def test_the_probe_decides_how_it_goes_on(code, step, said):
    chat = Chat()
    await chat.reach("consent")
    chat.world.probe_code, chat.world.probe_reason = code, "bodies_open"
    assert said in shown(await chat.say("continue"))
    assert chat.standing.step == step


async def test_consenting_again_ends_with_the_sync_going_on():
    chat = Chat()
    chat.world.mailbox_state = MailboxState.ACTIVE
    memory = {"mailbox": MAILBOX}
    await chat.runner.begin(chat.services, chat.turn, "onboarding", step="consent", memory=memory)
    assert "in order again" in shown(await chat.say("continue"))
    assert chat.world.changes == []


async def test_a_right_that_can_read_bodies_is_asked_for_only_after_an_explicit_yes():
    chat = Chat()
    await chat.begin()
    for text in ("help@contoso.example", "delegated", "14", "wider", "no", "wider"):
        await chat.say(text)
    assert ("wider", MAILBOX) not in chat.world.changes
    await chat.say("yes")
    assert chat.world.changes[-1] == ("wider", MAILBOX)
    assert chat.standing.step == "consent"


async def test_a_slow_microsoft_does_not_hold_the_turn(monkeypatch):
    monkeypatch.setattr("dialogs.consenting.PROBE_SECONDS", 0)
    chat = Chat()
    await chat.reach("consent")

    async def hanging(mailbox_id):
        await asyncio.Event().wait()

    chat.world.probe = hanging  # type: ignore[method-assign]
    await chat.say("continue")
    assert chat.standing.step == "waiting"


async def test_an_application_grant_shows_the_lines_to_paste():
    chat = Chat()
    await chat.reach("consent")
    reply = await chat.runner.show(chat.services, chat.turn)
    lines = texts(reply.card, "TextRun")
    assert "New-ManagementRoleAssignment" in lines
    assert "-MessageCopyForSentAsEnabled $true" in lines
    assert "help@contoso.example" in lines


async def test_it_is_for_admins_and_ends_when_the_right_is_lost():
    with pytest.raises(NotAllowed):
        await Chat(member_id=BEN).begin()
    chat = Chat()
    await chat.reach("folders")
    chat.turn = replace(chat.turn, actor=replace(chat.turn.actor, is_admin=False))
    assert "for Postroom admins" in shown(await chat.say("all"))
    assert chat.world.dialogs == {}


@pytest.mark.parametrize(("typed", "purge"), [("keep", False), ("purge", True)])
async def test_offboarding_keeps_or_purges_as_asked(typed, purge):
    chat = Chat()
    await chat.begin("offboarding")
    await chat.say("support@contoso.example")
    await chat.say(typed)
    assert chat.world.changes == [("offboard", MAILBOX, purge)]
    assert chat.world.dialogs == {}


OUR_WORDS = {"application", "delegated", "claimed", "trail", "kind", "mailbox"}
moves = st.one_of(
    st.tuples(st.just("say"), st.text(max_size=60)),
    st.tuples(
        st.just("say"),
        st.sampled_from(
            ["a@b.example", "application", "14", "continue", "all", "Anna", "round robin", SECRET]
        ),
    ),
    st.tuples(
        st.just("press"),
        st.dictionaries(
            st.sampled_from(
                [
                    "address",
                    "kind",
                    "days",
                    "folders",
                    "people",
                    "leads",
                    "strategy",
                    "mailbox",
                    "next",
                ]
            ),
            st.one_of(st.text(max_size=40), st.sampled_from(["1", "1,2", "application", "all"])),
            max_size=4,
        ),
    ),
    st.tuples(st.sampled_from(["back", "help", "cancel", "begin", "offboard"]), st.none()),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(moves, max_size=14))
async def test_under_any_input_dialogs_never_raise_and_never_keep_what_was_typed(script):
    chat = Chat()
    for what, given_ in script:
        match what:
            case "say":
                reply = await chat.say(given_)
            case "press" if ANNA in chat.world.dialogs:
                reply = await chat.press(**given_)
            case "press":
                continue
            case "begin":
                reply = await chat.begin()
            case "offboard":
                reply = await chat.begin("offboarding")
            case _:
                reply = await getattr(chat.runner, what)(chat.services, chat.turn)
        if reply is not None and reply.card is not None:
            check_card(reply.card)
        for standing in chat.world.dialogs.values():
            _holds_only_ids_and_codes(standing.memory)


def _holds_only_ids_and_codes(memory):
    for key, value in memory.items():
        assert key in OUR_WORDS
        if key == "trail":
            assert set(value) <= {*ONBOARDING.steps, *OFFBOARDING.steps}
        elif isinstance(value, str):
            assert value in OUR_WORDS
        else:
            assert isinstance(value, int)
