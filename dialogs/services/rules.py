"""What conversations ask about rules: the rulebook, its history, teams, and trials."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from core.people.views import Actor
from core.rules.terms import Draft
from core.rules.views import (
    DraftView,
    Imported,
    RuleChoices,
    RulesPage,
    RuleView,
    TeamView,
    TrialView,
    VersionView,
)


class Rulebook(Protocol):
    """For leads of the mailbox and admins: NotFound, NotAllowed, InvalidInput("rule")."""

    async def rules(self, actor: Actor, mailbox_id: int, page: int = 1) -> RulesPage: ...

    async def rule(self, actor: Actor, number: int) -> RuleView: ...

    async def read(self, actor: Actor, mailbox_id: int, line: str) -> DraftView:
        """Raises RuleMistake, which says where."""
        ...

    async def word(self, actor: Actor, mailbox_id: int, draft: Draft) -> DraftView: ...

    async def choices(self, actor: Actor, mailbox_id: int) -> RuleChoices: ...

    async def add(
        self, actor: Actor, mailbox_id: int, line: str, *, on: bool = True
    ) -> RuleView: ...

    async def change(
        self, actor: Actor, number: int, line: str, *, version: int | None = None
    ) -> RuleView:
        """`version` is what the person saw; InvalidInput("rule", "stale") if it has moved on."""
        ...

    async def switch(
        self, actor: Actor, number: int, on: bool, *, version: int | None = None
    ) -> RuleView: ...

    async def move(
        self, actor: Actor, number: int, by: int, *, version: int | None = None
    ) -> RuleView: ...

    async def delete(self, actor: Actor, number: int, *, version: int | None = None) -> None: ...


class RuleHistory(Protocol):
    async def history(self, actor: Actor, number: int) -> tuple[VersionView, ...]: ...

    async def rollback(
        self, actor: Actor, number: int, to: int, *, version: int | None = None
    ) -> RuleView: ...


class RuleExchange(Protocol):
    async def export(self, actor: Actor, mailbox_id: int) -> str: ...

    async def import_(self, actor: Actor, mailbox_id: int, text: str) -> Imported: ...


class Teams(Protocol):
    async def teams(self, actor: Actor, mailbox_id: int) -> tuple[TeamView, ...]: ...

    async def set_team(
        self, actor: Actor, mailbox_id: int, name: str, people: Collection[str]
    ) -> TeamView: ...

    async def drop_team(self, actor: Actor, mailbox_id: int, name: str) -> None: ...


class Simulations(Protocol):
    async def try_rule(
        self, actor: Actor, number: int, line: str = "", period: str = ""
    ) -> TrialView: ...

    async def try_line(
        self, actor: Actor, mailbox_id: int, line: str, period: str = ""
    ) -> TrialView: ...

    async def trial(self, actor: Actor, trial_id: int) -> TrialView: ...


@dataclass(frozen=True, slots=True)
class Rules:
    book: Rulebook
    history: RuleHistory
    exchange: RuleExchange
    teams: Teams
    trials: Simulations
