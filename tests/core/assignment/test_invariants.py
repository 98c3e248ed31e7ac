"""A state machine that tries to break the invariants, on both engines."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core.database import database as open_database
from core.mail.models import MailThread, ThreadState
from core.mailboxes.models import HandBack, Sticky, Strategy
from core.sealing import Vault
from tests.clock import SettableClock
from tests.core.assignment.busy_office import BusyOffice
from tests.databases import new_postgres

PEOPLE = st.integers(0, 3)
WAYS = (
    ("finish", "mail"),
    ("finish", "reopen"),
    ("snooze", "mail"),
    ("snooze", "time"),
    ("snooze", "take"),
    ("outlook", "mail"),
    ("outlook", "outlook"),
)
"""How a thread goes, and how it comes back."""
VERBS = st.sampled_from(("take", "assign", "release", "finish", "snooze", "reopen"))
PLACES = st.integers(0, 11)
STATES = st.sampled_from(ThreadState)
NewDatabase = Callable[[], AbstractContextManager[str]]


class Machine(RuleBasedStateMachine):
    """Every rule is one thing that happens; after each the rows are looked at."""

    def __init__(self, new_database: NewDatabase, vault: Vault) -> None:
        super().__init__()
        self._loop = asyncio.Runner()
        self._outside = ExitStack()
        url = self._outside.enter_context(new_database())
        self._inside = AsyncExitStack()
        self._loop.run(self._inside.enter_async_context(open_database(url)))
        self.office = self._loop.run(BusyOffice.open(vault, SettableClock()))

    def teardown(self) -> None:
        self._loop.run(self._inside.aclose())
        self._loop.close()
        self._outside.close()

    @initialize(capacity=st.sampled_from([1, 2, 3, None]), sticky=st.sampled_from(Sticky))
    def the_day_begins(self, capacity: int | None, sticky: Sticky) -> None:
        self._loop.run(self.office.policy(capacity=capacity, sticky=sticky))
        self._loop.run(self.office.mail(None, 6))

    @rule(count=st.integers(1, 4))
    def mail_arrives(self, count: int) -> None:
        self._loop.run(self.office.mail(None, count))

    @rule(state=STATES, which=PLACES)
    def an_answer_arrives(self, state: ThreadState, which: int) -> None:
        for thread in self._one(which, state):
            self._loop.run(self.office.mail(thread.conversation_id))

    @rule(who=PEOPLE, which=PLACES, verb=st.sampled_from(["take", "release", "finish", "snooze"]))
    def somebody_acts(self, who: int, which: int, verb: str) -> None:
        for thread in self._one(which, ThreadState.OPEN):
            self._loop.run(self.office.by_hand(verb, who, thread))

    @rule(who=PEOPLE, which=PLACES, other=PEOPLE)
    def somebody_passes_a_thread_on(self, who: int, which: int, other: int) -> None:
        for thread in self._one(which):
            self._loop.run(self.office.by_hand("assign", who, thread, other))

    @rule(who=PEOPLE, which=PLACES)
    def somebody_reopens(self, who: int, which: int) -> None:
        for thread in self._one(which, ThreadState.DONE):
            self._loop.run(self.office.by_hand("reopen", who, thread))

    @rule(which=PLACES, way=st.sampled_from(WAYS))
    def a_thread_comes_back_when_its_place_is_taken(self, which: int, way: tuple[str, str]) -> None:
        for thread in self._one(which, ThreadState.OPEN):
            self._loop.run(self.office.goes_and_comes_back(thread, *way))

    @rule(verb=VERBS, who=PEOPLE, which=PLACES, other=PEOPLE)
    def a_change_is_undone(self, verb: str, who: int, which: int, other: int) -> None:
        for thread in self._one(which):
            self._loop.run(self.office.does_and_undoes(verb, who, thread, other))

    @rule(who=PEOPLE)
    def somebody_asks_for_the_next(self, who: int) -> None:
        for thread in self._one(0):
            self._loop.run(self.office.by_hand("next", who, thread))

    @rule(verb=st.sampled_from(["assign", "finish", "snooze", "release", "reopen"]), to=PEOPLE)
    def the_lead_does_one_thing_to_all(self, verb: str, to: int) -> None:
        for thread in self._loop.run(self.office.threads()):
            self._loop.run(self.office.by_hand(verb, 0, thread, to))

    @rule(which=PLACES, back=st.booleans())
    def mail_is_moved_in_outlook(self, which: int, back: bool) -> None:
        for thread in self._one(which, ThreadState.DONE if back else ThreadState.OPEN):
            self._loop.run(self.office.moved_in_outlook(thread, back=back))

    @rule(who=PEOPLE, which=PLACES, known=st.booleans())
    def mail_arrives_that_a_rule_names_somebody_for(
        self, who: int, which: int, known: bool
    ) -> None:
        threads = self._one(which) if known else []
        conversation = threads[0].conversation_id if threads else None
        self._loop.run(self.office.mail_for_a_rule(who, conversation))

    @rule(who=PEOPLE)
    def a_rule_moves_what_is_old(self, who: int) -> None:
        self._loop.run(self.office.too_old(who))

    @rule(which=PLACES, into=PLACES)
    def two_threads_are_merged(self, which: int, into: int) -> None:
        for thread, other in zip(self._one(which), self._one(into), strict=True):
            self._loop.run(self.office.merged(thread, other))

    @rule(which=PLACES, who=PEOPLE)
    def a_category_in_outlook_names_somebody(self, which: int, who: int) -> None:
        for thread in self._one(which):
            self._loop.run(self.office.assigned_in_outlook(thread, who))

    @rule(who=PEOPLE, hours=st.sampled_from([None, 2, 30]))
    def somebody_is_away(self, who: int, hours: int | None) -> None:
        self._loop.run(self.office.away(who, hours))

    @rule(who=PEOPLE)
    def somebody_is_back(self, who: int) -> None:
        self._loop.run(self.office.returns(who))

    @rule(who=PEOPLE, leaves=st.booleans())
    def somebody_leaves_or_opts_out(self, who: int, leaves: bool) -> None:
        self._loop.run(self.office.leaves(who) if leaves else self.office.opts_out(who))

    @rule(capacity=st.sampled_from([1, 2, 3, None]), effort=st.booleans())
    def the_cap_changes(self, capacity: int | None, effort: bool) -> None:
        self._loop.run(self.office.policy(capacity=capacity, counts_effort=effort))

    @rule(which=PLACES, effort=st.integers(1, 4))
    def a_thread_grows_heavier(self, which: int, effort: int) -> None:
        for thread in self._one(which):
            self._loop.run(self.office.weighs(thread, effort))

    @rule(
        strategy=st.sampled_from(Strategy),
        sticky=st.sampled_from(Sticky),
        sender_days=st.sampled_from([None, 3]),
        hand_back=st.sampled_from(HandBack),
        to=PEOPLE,
    )
    def the_policy_changes(
        self,
        strategy: Strategy,
        sticky: Sticky,
        sender_days: int | None,
        hand_back: HandBack,
        to: int,
    ) -> None:
        self._loop.run(
            self.office.policy(
                strategy=strategy,
                sticky=sticky,
                sticky_sender_days=sender_days,
                hand_back=hand_back,
                hand_back_to_id=self.office.people[to].id,
            )
        )

    @rule(minutes=st.sampled_from([1, 45, 150, 300, 900]))
    def time_passes(self, minutes: int) -> None:
        self._loop.run(self.office.passes(minutes))

    def _one(self, which: int, state: ThreadState | None = None) -> list[MailThread]:
        """One of the threads in that state, if there are any."""
        threads = self._loop.run(self.office.threads())
        fitting = [thread for thread in threads if state in (None, thread.state)]
        return [fitting[which % len(fitting)]] if fitting else []

    @invariant()
    def all_is_well(self) -> None:
        self._loop.run(self.office.look())


def _run(new_database: NewDatabase, vault: Vault, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: Machine(new_database, vault),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_that_happens_breaks_the_invariants(sqlite_template: Path, vault: Vault) -> None:
    @contextmanager
    def new_database() -> Iterator[str]:
        with TemporaryDirectory() as folder:
            yield f"sqlite://{shutil.copy(sqlite_template, Path(folder, 'postroom.db'))}"

    _run(new_database, vault, examples=12, steps=40)


def test_nothing_breaks_them_on_postgresql_either(
    postgres_folder: str, postgres_template: str, vault: Vault
) -> None:
    new_database = contextmanager(lambda: new_postgres(postgres_folder, postgres_template))
    _run(new_database, vault, examples=4, steps=30)


@pytest.mark.parametrize("way", WAYS, ids="-".join)
@pytest.mark.parametrize("sticky", Sticky)
async def test_a_thread_that_comes_back_finds_its_owner_full_and_stays_within_the_cap(
    database: str, vault: Vault, clock: SettableClock, sticky: Sticky, way: tuple[str, str]
) -> None:
    office = await BusyOffice.open(vault, clock)
    await office.policy(capacity=1, sticky=sticky)
    await office.mail(None, 6)
    await office.look()
    thread = (await office.threads())[0]
    await office.goes_and_comes_back(thread, *way)
    await office.look()
    again = (await office.threads())[0]
    assert again.assignee_id is None or again.state is not ThreadState.OPEN
