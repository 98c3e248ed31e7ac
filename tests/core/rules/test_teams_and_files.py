"""Teams that rules assign to, and rules as YAML: all or none."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput, NotFound
from core.rules.mistakes import RuleMistake
from core.rules.models import Rule, RuleVersion, TeamMember
from tests import factories


async def test_a_team_is_made_changed_and_assigned_to(office):
    lead = await office.lead()
    await office.teams.set_team(lead, office.mailbox.id, "Finance pool", ["Ada", "Ben", "ada"])
    await office.add("when always then assign to finance pool")

    await office.teams.set_team(lead, office.mailbox.id, "FINANCE", ["Ben"])

    (team,) = await office.teams.teams(lead, office.mailbox.id)
    assert (team.name, team.people) == ("Finance", ((office.ben.id, "Ben Busy"),))
    assert await office.lines() == ["when always then assign to Finance pool"]
    assert await TeamMember.all().count() == 1


async def test_a_team_that_a_rule_assigns_to_stays(office):
    lead = await office.lead()
    await office.teams.set_team(lead, office.mailbox.id, "Finance", ["Ada"])
    await office.add("when always then assign to Finance pool")

    with pytest.raises(InvalidInput) as error:
        await office.teams.drop_team(lead, office.mailbox.id, "Finance")
    await office.book.delete(lead, 1)
    await office.teams.drop_team(lead, office.mailbox.id, "finance")

    assert error.value.hint == "in_use"
    assert await office.teams.teams(lead, office.mailbox.id) == ()
    with pytest.raises(NotFound):
        await office.teams.drop_team(lead, office.mailbox.id, "Finance")


async def test_an_older_version_may_name_a_team_that_is_gone_but_does_not_come_back(office):
    lead = await office.lead()
    await office.teams.set_team(lead, office.mailbox.id, "Finance", ["Ada"])
    await office.add("when always then assign to Finance pool")
    await office.book.change(lead, 1, "when always then finish")
    await office.teams.drop_team(lead, office.mailbox.id, "Finance")

    _, first = await office.history.history(lead, 1)
    with pytest.raises(RuleMistake) as mistake:
        await office.history.rollback(lead, 1, 1)

    assert first.line.startswith("when always then assign to #")
    assert mistake.value.hint == "no_team_now"


@pytest.mark.parametrize("people", [["Zoe"], ["nobody"], []])
async def test_a_team_is_of_people_of_the_mailbox(office, people):
    with pytest.raises(InvalidInput):
        await office.teams.set_team(await office.lead(), office.mailbox.id, "Finance", people)

    assert await office.teams.teams(await office.lead(), office.mailbox.id) == ()


async def test_what_went_out_comes_in_again_elsewhere(office):
    lead = await office.lead()
    await office.teams.set_team(lead, office.mailbox.id, "Finance", ["Ada"])
    await office.add("when subject contains invoice then assign to Finance pool, tag Invoice")
    await office.add("when automatic one of list, bulk then finish", on=False)
    other = await factories.mailbox(office.vault, office.organization)
    await factories.works(other, office.ada, is_lead=True)
    lead = await office.lead()
    await office.teams.set_team(lead, other.id, "Finance", ["Ada"])

    done = await office.exchange.import_(
        lead, other.id, await office.exchange.export(lead, office.mailbox.id)
    )

    page = await office.book.rules(lead, other.id)
    assert done.added == (3, 4)
    assert [(one.line, one.state.value) for one in page.rules] == [
        ("when subject contains invoice then assign to Finance pool, tag Invoice", "on"),
        ("when automatic one of list, bulk then finish", "off"),
    ]
    assert await RuleVersion.filter(change="imported").count() == 2


async def test_a_file_taken_in_twice_adds_nothing(office):
    lead = await office.lead()
    await office.add("when always then tag A")
    text = await office.exchange.export(lead, office.mailbox.id)

    done = await office.exchange.import_(lead, office.mailbox.id, text)

    assert (done.added, done.known) == ((), 1)


@pytest.mark.parametrize(
    ("second", "hint"),
    [
        ("{when: always, then: [assign to Zoe]}", "nobody"),
        ("{when: body contains x, then: [finish]}", "needs_bodies"),
        ("{when: nonsense, then: [finish]}", "expected"),
    ],
)
async def test_one_rule_that_is_wrong_keeps_all_out_and_is_named(office, second, hint):
    text = f"version: 1\nrules:\n- {{when: always, then: [finish]}}\n- {second}\n"

    with pytest.raises(RuleMistake) as mistake:
        await office.exchange.import_(await office.lead(), office.mailbox.id, text)

    assert (mistake.value.hint, mistake.value.entry) == (hint, 2)
    assert not await Rule.all().exists()
