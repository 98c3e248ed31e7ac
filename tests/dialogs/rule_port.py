"""The rules of an organization in memory, with the rights that core keeps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.errors import InvalidInput, NotAllowed, NotFound
from core.people.views import Actor
from core.rules.mistakes import RuleMistake
from core.rules.models import RuleState, TrialState
from core.rules.names import MailboxNames
from core.rules.reading import read_rule
from core.rules.terms import Draft
from core.rules.views import (
    DraftView,
    Imported,
    RuleChoices,
    RulesPage,
    RuleView,
    SideView,
    TeamView,
    TrialView,
    VersionView,
)
from core.rules.writing import write_rule
from core.rules.yaml_form import Entry, from_yaml, to_yaml
from dialogs.services import Rules
from tests.dialogs.sample import ADDRESS, ANNA, BEN, MAILBOX, NOW

if TYPE_CHECKING:
    from tests.dialogs.world import World

FINANCE = 5
PER_PAGE = 6
NOTHING = SideView((), 0, 0, 0)


@dataclass
class RulePort:
    """Rulebook, history, exchange, teams and trials at once."""

    world: World
    rules_by_number: dict[int, RuleView] = field(default_factory=dict)
    versions: dict[int, list[VersionView]] = field(default_factory=dict)
    team_people: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"Finance": (BEN,)})
    trials_by_id: dict[int, TrialView] = field(default_factory=dict)
    needs: str | None = None

    def services(self) -> Rules:
        return Rules(self, self, self, self, self)

    def names(self) -> MailboxNames:
        people = frozenset(self.world.workers)
        return MailboxNames(
            names=self.world.names,
            addresses={i: f"person{i}@contoso.example" for i in self.world.names},
            present=people,
            team_names=dict(enumerate(self.team_people, start=FINANCE)),
            team_people={},
            texts=("Thanks",),
            tags=("Invoice",),
        )

    def put(self, line: str, number: int | None = None, **changes: object) -> RuleView:
        number = number or max(self.rules_by_number, default=0) + 1
        draft = read_rule(line, self.names())
        old = self.rules_by_number.get(number)
        version = old.version + 1 if old else 1
        of = len(self.rules_by_number) + (old is None)
        made = RuleView(
            number, MAILBOX, ADDRESS, write_rule(draft, self.names()), RuleState.ON, None,
            version, number, of, (BEN,),
        )  # fmt: skip
        self.rules_by_number[number] = replace(made, **changes)  # type: ignore[arg-type]
        self.versions.setdefault(number, []).insert(
            0, VersionView(made.version, made.line, "changed", "Anna Admin", ANNA, NOW)
        )
        return self.rules_by_number[number]

    async def rules(self, actor: Actor, mailbox_id: int, page: int = 1) -> RulesPage:
        self._led(actor, mailbox_id)
        rows = [self.rules_by_number[i] for i in sorted(self.rules_by_number)]
        pages = max(1, -(-len(rows) // PER_PAGE))
        page = min(max(page, 1), pages)
        shown = tuple(rows[(page - 1) * PER_PAGE : page * PER_PAGE])
        return RulesPage(mailbox_id, ADDRESS, shown, len(rows), page, pages)

    async def rule(self, actor: Actor, number: int) -> RuleView:
        if number not in self.rules_by_number:
            raise NotFound("rule")
        self._led(actor, self.rules_by_number[number].mailbox_id)
        return self.rules_by_number[number]

    async def read(self, actor: Actor, mailbox_id: int, line: str) -> DraftView:
        self._led(actor, mailbox_id)
        return await self.word(actor, mailbox_id, read_rule(line, self.names()))

    async def word(self, actor: Actor, mailbox_id: int, draft: Draft) -> DraftView:
        self._led(actor, mailbox_id)
        line = write_rule(draft, self.names())
        read_rule(line, self.names())
        return DraftView(mailbox_id, ADDRESS, line, self.needs)

    async def choices(self, actor: Actor, mailbox_id: int) -> RuleChoices:
        self._led(actor, mailbox_id)
        names = self.names()
        people = tuple((i, names.person_name(i)) for i in sorted(names.present))
        return RuleChoices(
            mailbox_id, ADDRESS, people, tuple(names.team_names.items()), names.texts, names.tags
        )

    async def add(self, actor: Actor, mailbox_id: int, line: str, *, on: bool = True) -> RuleView:
        self._led(actor, mailbox_id)
        made = self.put(line, state=RuleState.ON if on else RuleState.OFF)
        self.world.changes.append(("rule", made.number))
        return made

    async def change(
        self, actor: Actor, number: int, line: str, *, version: int | None = None
    ) -> RuleView:
        await self._seen(actor, number, version)
        made = self.put(line, number)
        self.world.changes.append(("rule change", number))
        return made

    async def switch(
        self, actor: Actor, number: int, on: bool, *, version: int | None = None
    ) -> RuleView:
        return await self._set(actor, number, version, state=RuleState.ON if on else RuleState.OFF)

    async def move(
        self, actor: Actor, number: int, by: int, *, version: int | None = None
    ) -> RuleView:
        seen = await self.rule(actor, number)
        return await self._set(actor, number, version, place=seen.place + by)

    async def delete(self, actor: Actor, number: int, *, version: int | None = None) -> None:
        await self._seen(actor, number, version)
        del self.rules_by_number[number]
        self.world.changes.append(("rule delete", number))

    async def history(self, actor: Actor, number: int) -> tuple[VersionView, ...]:
        await self.rule(actor, number)
        return tuple(self.versions[number])

    async def rollback(
        self, actor: Actor, number: int, to: int, *, version: int | None = None
    ) -> RuleView:
        await self._seen(actor, number, version)
        old = next((one for one in self.versions[number] if one.version == to), None)
        if old is None:
            raise NotFound("version")
        return await self.change(actor, number, old.line)

    async def export(self, actor: Actor, mailbox_id: int) -> str:
        self._led(actor, mailbox_id)
        names = self.names()
        lines = [one.line for one in self.rules_by_number.values()]
        return to_yaml([Entry(read_rule(line, names)) for line in lines], names)

    async def import_(self, actor: Actor, mailbox_id: int, text: str) -> Imported:
        self._led(actor, mailbox_id)
        names = self.names()
        entries = from_yaml(text, names)
        added = tuple(self.put(write_rule(one.draft, names)).number for one in entries)
        self.world.changes.append(("import", len(added)))
        return Imported(added, 0)

    async def teams(self, actor: Actor, mailbox_id: int) -> tuple[TeamView, ...]:
        self._led(actor, mailbox_id)
        return tuple(
            TeamView(name, tuple((i, self.world.names[i]) for i in people))
            for name, people in self.team_people.items()
        )

    async def set_team(
        self, actor: Actor, mailbox_id: int, name: str, people: Collection[str]
    ) -> TeamView:
        self._led(actor, mailbox_id)
        members = tuple(self.names().person(one) for one in people)
        self.team_people[name] = members
        self.world.changes.append(("team", name))
        return TeamView(name, tuple((i, self.world.names[i]) for i in members))

    async def drop_team(self, actor: Actor, mailbox_id: int, name: str) -> None:
        self._led(actor, mailbox_id)
        if name not in self.team_people:
            raise NotFound("team")
        del self.team_people[name]
        self.world.changes.append(("team delete", name))

    async def try_rule(
        self, actor: Actor, number: int, line: str = "", period: str = ""
    ) -> TrialView:
        seen = await self.rule(actor, number)
        return self._try(actor, line or seen.line, period, number)

    async def try_line(
        self, actor: Actor, mailbox_id: int, line: str, period: str = ""
    ) -> TrialView:
        self._led(actor, mailbox_id)
        return self._try(actor, line, period, None)

    async def trial(self, actor: Actor, trial_id: int) -> TrialView:
        if trial_id not in self.trials_by_id:
            raise NotFound("trial")
        self._led(actor, MAILBOX)
        return self.trials_by_id[trial_id]

    def _try(self, actor: Actor, line: str, period: str, number: int | None) -> TrialView:
        if not period:
            raise InvalidInput("period")
        read_rule(line, self.names())
        trial_id = len(self.trials_by_id) + 1
        self.world.changes.append(("try", number, line, period))
        self.trials_by_id[trial_id] = TrialView(
            trial_id, MAILBOX, ADDRESS, number, 1 if number else None, line, NOW, NOW, "UTC",
            TrialState.QUEUED, 0, 0, 0, 0, 0, (), NOTHING, NOTHING, False, (), 0, {},
        )  # fmt: skip
        return self.trials_by_id[trial_id]

    async def _set(
        self, actor: Actor, number: int, version: int | None, **changes: object
    ) -> RuleView:
        seen = await self._seen(actor, number, version)
        made = replace(seen, version=seen.version + 1, **changes)  # type: ignore[arg-type]
        self.rules_by_number[number] = made
        self.world.changes.append(("rule set", number, *changes.values()))
        return made

    async def _seen(self, actor: Actor, number: int, version: int | None) -> RuleView:
        seen = await self.rule(actor, number)
        if version is not None and version != seen.version:
            raise RuleMistake("stale")
        return seen

    def _led(self, actor: Actor, mailbox_id: int) -> None:
        if mailbox_id != MAILBOX or not (actor.is_admin or mailbox_id in actor.mailboxes):
            raise NotFound("mailbox")
        if not (actor.is_admin or mailbox_id in actor.leads):
            raise NotAllowed("lead")
