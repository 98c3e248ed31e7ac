"""Teams: named groups of a mailbox's people that rules assign to."""

from __future__ import annotations

from collections.abc import Collection

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.people.names import fold
from core.people.views import Actor
from core.rules.checks import teams_named
from core.rules.kept import RuleTexts, rows_of
from core.rules.models import Team, TeamMember
from core.rules.names import load_names
from core.rules.scope import mailbox_with_rules
from core.rules.views import TeamView
from core.sealing import Vault
from core.transactions import transaction

LONGEST_NAME = 64
MOST_TEAMS = 50
"""Of one mailbox."""


class Teams:
    """For leads of the mailbox and admins, as `Rulebook`."""

    def __init__(self, vault: Vault, now: Clock) -> None:
        self._vault = vault
        self._now = now

    async def teams(self, actor: Actor, mailbox_id: int) -> tuple[TeamView, ...]:
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        names = await load_names(self._vault, mailbox)
        return tuple(
            TeamView(
                name,
                tuple(
                    (i, names.person_name(i))
                    for i in names.team_people[team_id]
                    if i in names.names
                ),
            )
            for team_id, name in sorted(names.team_names.items(), key=lambda one: fold(one[1]))
        )

    async def set_team(
        self, actor: Actor, mailbox_id: int, name: str, people: Collection[str]
    ) -> TeamView:
        """Make the team, or let it be exactly these people.

        Raises InvalidInput("team") for a name that cannot be one, InvalidInput("person") for
        somebody who does not work the mailbox.
        """
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        names = await load_names(self._vault, mailbox)
        name = tidy_team(name)
        members = list(dict.fromkeys(names.person(text) for text in people))
        if not members:
            raise InvalidInput("people")
        async with transaction():
            team = await self._team(mailbox_id, name)
            if team is None:
                if len(names.team_names) >= MOST_TEAMS:
                    raise InvalidInput("team", "too_many")
                team = await Team.create(
                    organization_id=mailbox.organization_id,
                    mailbox_id=mailbox_id,
                    name=name,
                    created_at=self._now(),
                )
            await TeamMember.filter(team_id=team.id).delete()
            await TeamMember.bulk_create(
                [TeamMember(team_id=team.id, member_id=i) for i in members]
            )
            await self._record(actor, "team.set", team, people=members)
        return TeamView(team.name, tuple((i, names.person_name(i)) for i in members))

    async def drop_team(self, actor: Actor, mailbox_id: int, name: str) -> None:
        """Raises InvalidInput("team", "in_use") while a rule assigns to it."""
        mailbox = await mailbox_with_rules(actor, mailbox_id)
        async with transaction():
            team = await self._team(mailbox_id, tidy_team(name))
            if team is None:
                raise NotFound("team")
            texts = await RuleTexts.of(self._vault, mailbox.organization_id)
            for row in await rows_of(mailbox_id):
                if team.id in teams_named(texts.open(row.sealed_text)):
                    raise InvalidInput("team", "in_use")
            await self._record(actor, "team.dropped", team)
            await team.delete()

    async def _team(self, mailbox_id: int, name: str) -> Team | None:
        wanted = fold(name)
        rows = await Team.filter(mailbox_id=mailbox_id)
        return next((row for row in rows if fold(row.name) == wanted), None)

    async def _record(self, actor: Actor, action: str, team: Team, **facts: object) -> None:
        await record(
            team.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="team",
            subject_id=team.id,
            at=self._now(),
            facts={"mailbox": team.mailbox_id, **facts},
        )


def tidy_team(name: str) -> str:
    """One line without the word `pool` at its end, which rules add. Raises InvalidInput("team")."""
    words = " ".join(name.split())
    if words.casefold().endswith(" pool"):
        words = words[:-5].rstrip()
    if not words or len(words) > LONGEST_NAME or not words.isprintable() or '"' in words:
        raise InvalidInput("team", "team_name")
    return words
