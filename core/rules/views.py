"""Rules, their history, teams and trials as cards show them. Texts are decrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.rules.models import RuleState, TrialState


@dataclass(frozen=True, slots=True)
class RuleView:
    number: int
    mailbox_id: int
    mailbox: str
    line: str
    """In the words of a person."""
    state: RuleState
    pause_code: str | None
    version: int
    place: int
    """Among the rules of its mailbox, from 1."""
    of: int
    people: tuple[int, ...]
    """Members whom it names."""


@dataclass(frozen=True, slots=True)
class RulesPage:
    """Rules of one mailbox in the order in which they run."""

    mailbox_id: int
    mailbox: str
    rules: tuple[RuleView, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class VersionView:
    """One change of a rule: what it said from then on."""

    version: int
    line: str
    change: str
    """`created`, `changed`, `rolled_back`, `imported`, `on`, `off`, `moved`, `paused`…"""
    by: str | None
    """None: Postroom, or somebody who is gone."""
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """What a line means, in our own words; nothing of it is kept yet."""

    mailbox_id: int
    mailbox: str
    line: str
    needs: str | None
    """`bodies` or `replies`: a consent that the mailbox has not given yet."""


@dataclass(frozen=True, slots=True)
class RuleChoices:
    """What the form for a rule offers."""

    mailbox_id: int
    mailbox: str
    people: tuple[tuple[int, str], ...]
    """(member id, name)."""
    teams: tuple[tuple[int, str], ...]
    """(team id, name)."""
    texts: tuple[str, ...]
    """Names of reply texts."""
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    added: tuple[int, ...]
    """Numbers of the new rules."""
    known: int
    """Rules that were there already, word for word."""


@dataclass(frozen=True, slots=True)
class TeamView:
    name: str
    people: tuple[tuple[int, str], ...]
    """(member id, name)."""


@dataclass(frozen=True, slots=True)
class SideView:
    """How the mail of the period would have gone."""

    given: tuple[tuple[int, int], ...]
    """(member id, threads)."""
    waited: int
    """Threads that nobody could be given when they came."""
    left: int
    """Of them, those that nobody was given later either."""
    finished: int
    """Threads that a rule finished at once."""


@dataclass(frozen=True, slots=True)
class TrialView:
    trial_id: int
    mailbox_id: int
    mailbox: str
    number: int | None
    """Of the rule in whose place it was tried."""
    version: int | None
    """Of that rule now, where other words were tried than it says; None: nothing to take over."""
    line: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    state: TrialState
    messages: int
    done: int
    matched: int
    unmatched: int
    unknown: int
    """Messages of which it cannot be known: what decides is not kept."""
    examples: tuple[int, ...]
    """Threads that match, the first ones; only such as the reader may see."""
    draft: SideView
    base: SideView
    without: bool
    """`base` is today's rules without this one, which is at work as it stands."""
    had: tuple[tuple[int, int], ...]
    """What really happened: (member id, threads)."""
    had_waited: int
    names: dict[int, str]
    """Of the members above."""
    stopped: bool = False
    """It failed because its job died."""
