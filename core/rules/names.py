"""Whom and what the rules of one mailbox may name: people, teams, reply texts, tags.

Rules keep ids of people and teams. A name is looked up when a rule is read, and again when
it is shown, so that whoever is renamed is shown by the new name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.errors import InvalidInput
from core.mailboxes.models import Mailbox, MailboxMember
from core.people.models import Member, MemberState, Organization
from core.people.names import ADDRESS, Names, fold, match, tidy_address
from core.rules.models import ReplyText, Team, TeamMember
from core.sealing import Vault
from core.threads.models import Tag
from core.threads.tags import TAG_NAME

_NUMBER = re.compile(r"#([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class MailboxNames:
    """A `NameBook` loaded beforehand."""

    names: Mapping[int, str]
    """Of the people of the mailbox, and of whom else its rules name."""
    addresses: Mapping[int, str]
    present: frozenset[int]
    """People of the mailbox: only they can be named anew."""
    team_names: Mapping[int, str]
    team_people: Mapping[int, tuple[int, ...]]
    texts: tuple[str, ...]
    tags: tuple[str, ...]

    def person(self, text: str) -> int:
        """By full name, the words it begins with, address, or `#7`."""
        number = _NUMBER.fullmatch(text.strip())
        if number is not None:
            found = [int(number[1])]
        elif "@" in text:
            wanted = tidy_address(text)
            found = [i for i, address in self.addresses.items() if address == wanted]
        else:
            found = match(text, [(i, self.names[i]) for i in sorted(self.present)])
        found = [i for i in found if i in self.present]
        if len(found) != 1:
            raise InvalidInput("person", "several" if found else "nobody")
        return found[0]

    def person_name(self, member_id: int) -> str:
        """The name if it means nobody else here, else the address, else `#7`."""
        name = self.names.get(member_id, "")
        known = [(i, self.names[i]) for i in sorted(self.present | {member_id}) if i in self.names]
        odd = "@" in name or _NUMBER.fullmatch(name)
        if name and not odd and match(name, known) == [member_id]:
            return name
        return self.addresses.get(member_id) or f"#{member_id}"

    def team(self, text: str) -> int:
        wanted = fold(text)
        found = [i for i, name in self.team_names.items() if fold(name) == wanted]
        if len(found) != 1:
            raise InvalidInput("team", "no_team")
        return found[0]

    def team_name(self, team_id: int) -> str:
        """`#7` for one that is gone, as an older version of a rule may name."""
        return self.team_names.get(team_id, f"#{team_id}")


async def load_names(vault: Vault, mailbox: Mailbox, also: Collection[int] = ()) -> MailboxNames:
    """`also` are members to be shown by name who may no longer work the mailbox."""
    works = await MailboxMember.filter(mailbox_id=mailbox.id).values_list("member_id", flat=True)
    wanted = {int(str(i)) for i in works} | set(also)
    members = await Member.filter(
        id__in=sorted(wanted), organization_id=mailbox.organization_id
    ).exclude(state=MemberState.LEFT)
    opened = Names(vault)
    organization = await Organization.get(id=mailbox.organization_id)
    key = vault.key(organization.wrapped_key)
    tags = [
        key.open(TAG_NAME, bytes(tag.sealed_name))
        for tag in await Tag.filter(mailbox_id=mailbox.id)
        if key is not None and tag.sealed_name is not None
    ]
    teams = await Team.filter(mailbox_id=mailbox.id).order_by("id")
    people_of: dict[int, list[int]] = {team.id: [] for team in teams}
    for row in await TeamMember.filter(team_id__in=list(people_of)).order_by("id"):
        people_of[row.team_id].append(row.member_id)
    texts = await ReplyText.filter(mailbox_id=mailbox.id).order_by("name")
    return MailboxNames(
        names={m.id: opened.open(m.id, m.wrapped_key, m.sealed_name) for m in members},
        addresses={
            m.id: address
            for m in members
            if (address := vault.open(m.wrapped_key, ADDRESS, m.sealed_address)) is not None
        },
        present=frozenset(int(str(i)) for i in works) & {m.id for m in members},
        team_names={team.id: team.name for team in teams},
        team_people={team_id: tuple(people) for team_id, people in people_of.items()},
        texts=tuple(text.name for text in texts),
        tags=tuple(sorted(tags, key=str.casefold)),
    )
