"""A state machine that tries to break the invariants, on both engines."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.database import database
from core.mailboxes.models import HandBack, Sticky, Strategy
from core.sealing import Vault
from tests.clock import SettableClock
from tests.core.assignment.busy_office import BusyOffice
from tests.databases import new_postgres

PEOPLE = st.integers(0, 3)
VERBS = st.sampled_from(["take", "assign", "release", "finish", "reopen", "snooze", "next"])
NewDatabase = Callable[[], AbstractContextManager[str]]


class Machine(RuleBasedStateMachine):
    """Every rule is one thing that happens; after each the rows are looked at."""

    def __init__(self, new_database: NewDatabase, vault: Vault) -> None:
        super().__init__()
        self._loop = asyncio.Runner()
        self._outside = ExitStack()
        url = self._outside.enter_context(new_database())
        self._inside = AsyncExitStack()
        self._loop.run(self._inside.enter_async_context(database(url)))
        self.office = self._loop.run(BusyOffice.open(vault, SettableClock()))

    def teardown(self) -> None:
        self._loop.run(self._inside.aclose())
        self._loop.close()
        self._outside.close()

    @rule(count=st.integers(1, 4))
    def mail_arrives(self, count: int) -> None:
        self._loop.run(self.office.mail(None, count))

    @rule(conversation=st.integers(1, 6))
    def an_answer_arrives(self, conversation: int) -> None:
        self._loop.run(self.office.mail(conversation))

    @rule(verb=VERBS, who=PEOPLE, which=st.integers(0, 11), other=PEOPLE)
    def somebody_acts(self, verb: str, who: int, which: int, other: int) -> None:
        for thread in self._loop.run(self.office.threads())[which : which + 1]:
            self._loop.run(self.office.by_hand(verb, who, thread, other))

    @rule(to=PEOPLE)
    def the_lead_gives_everything_to_one(self, to: int) -> None:
        self._loop.run(self.office.bulk(to))

    @rule(which=st.integers(0, 11), back=st.booleans())
    def mail_is_moved_in_outlook(self, which: int, back: bool) -> None:
        for thread in self._loop.run(self.office.threads())[which : which + 1]:
            self._loop.run(self.office.moved_in_outlook(thread, back=back))

    @rule(who=PEOPLE, hours=st.sampled_from([None, 2, 30]))
    def somebody_is_away(self, who: int, hours: int | None) -> None:
        self._loop.run(self.office.away(who, hours))

    @rule(who=PEOPLE)
    def somebody_is_back(self, who: int) -> None:
        self._loop.run(self.office.back(who))

    @rule(who=PEOPLE)
    def somebody_leaves(self, who: int) -> None:
        self._loop.run(self.office.leaves(who))

    @rule(who=PEOPLE)
    def somebody_returns(self, who: int) -> None:
        self._loop.run(self.office.returns(who))

    @rule(who=PEOPLE, out=st.booleans())
    def somebody_opts(self, who: int, out: bool) -> None:
        self._loop.run(self.office.opts(who, out))

    @rule(capacity=st.sampled_from([None, 1, 2, 3]), effort=st.booleans(), fair=st.booleans())
    def the_cap_changes(self, capacity: int | None, effort: bool, fair: bool) -> None:
        settings = {"capacity": capacity, "counts_effort": effort, "fair_share": fair}
        self._loop.run(self.office.policy(**settings))

    @rule(which=st.integers(0, 11), effort=st.integers(1, 4))
    def a_thread_grows_heavier(self, which: int, effort: int) -> None:
        for thread in self._loop.run(self.office.threads())[which : which + 1]:
            self._loop.run(self.office.weighs(thread, effort))

    @rule(strategy=st.sampled_from(Strategy), sticky=st.sampled_from(Sticky))
    def the_strategy_changes(self, strategy: Strategy, sticky: Sticky) -> None:
        self._loop.run(self.office.policy(strategy=strategy, sticky=sticky))

    @rule(days=st.sampled_from([None, 3]))
    def senders_stay_with_one_person(self, days: int | None) -> None:
        self._loop.run(self.office.policy(sticky_sender_days=days))

    @rule(mode=st.sampled_from(HandBack), to=PEOPLE)
    def shifts_are_handed_back(self, mode: HandBack, to: int) -> None:
        colleague = self.office.people[to].id
        self._loop.run(self.office.policy(hand_back=mode, hand_back_to_id=colleague))

    @rule(minutes=st.sampled_from([1, 45, 240, 700, 4000]))
    def time_passes(self, minutes: int) -> None:
        self._loop.run(self.office.passes(minutes))

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

    _run(new_database, vault, examples=15, steps=40)


def test_nothing_breaks_them_on_postgresql_either(
    postgres_folder: str, postgres_template: str, vault: Vault
) -> None:
    new_database = contextmanager(lambda: new_postgres(postgres_folder, postgres_template))
    _run(new_database, vault, examples=4, steps=30)
