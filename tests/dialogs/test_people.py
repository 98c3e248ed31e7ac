"""The list of people, and who of them is at work."""

from __future__ import annotations

from datetime import timedelta

from tests.bot.talking import Talking, card_of
from tests.dialogs.rules import texts
from tests.dialogs.sample import ANNA, BEN, MAILBOX, NOW


async def test_leads_and_admins_see_who_is_away_and_until_when():
    talking = Talking()
    talking.world.away[BEN] = (NOW, NOW + timedelta(days=3))

    (payload,) = await talking.say("people", member=ANNA)

    shown = texts(card_of(payload), "TextRun")
    assert " · at work" in shown
    assert "away, back in 3 days" in shown


async def test_others_see_nobodys_presence_in_it():
    talking = Talking()
    talking.world.away[ANNA] = (NOW, None)

    (payload,) = await talking.say("people", member=BEN)

    shown = texts(card_of(payload), "TextRun")
    assert "at work" not in shown
    assert "away" not in shown


async def test_a_policy_can_be_opened_from_the_list_of_mailboxes():
    talking = Talking()
    (payload,) = await talking.say("mailboxes", member=ANNA)
    verbs = [action.get("verb") for action in card_of(payload)["actions"]]
    assert verbs[0] == "policy.show"

    body = await talking.press("policy.show", {"mailbox": str(MAILBOX)}, member=ANNA)

    assert "How mail is handed out" in str(body)
