"""The delta machinery under any interleaving of changes and reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sandbox.graph.delta_links import Token, seal, unseal
from sandbox.graph.delta_rounds import DeltaState, begin, read_page
from sandbox.mail.folders import WELL_KNOWN
from sandbox.mail.sources import MemorySource
from sandbox.mail.store import MailStore

BOX = "help@contoso.example"
KEY = b"k" * 16
NOW = datetime(2026, 3, 2, tzinfo=UTC)
FOLDERS = ("inbox", "archive")
INBOX = WELL_KNOWN["inbox"][0]

actions = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(1, 6), st.sampled_from(FOLDERS)),
        st.tuples(st.just("read"), st.integers(1, 6), st.booleans()),
        st.tuples(st.just("categorize"), st.integers(1, 6), st.sampled_from(("Red", "Blue"))),
        st.tuples(st.just("delete"), st.integers(1, 6), st.none()),
        st.tuples(st.just("arrive"), st.none(), st.none()),
        st.tuples(st.just("page"), st.integers(1, 4), st.none()),
    ),
    max_size=40,
)


class Client:
    """Follows the rules: applies rows in order, upserts by field, follows links to the end.

    With `confirms`, it reads what is said to be removed once more.
    """

    def __init__(self, store: MailStore, *, immutable: bool, confirms: bool) -> None:
        self.box = store.mailboxes[BOX]
        self.immutable, self.confirms = immutable, confirms
        self.folder = self.box.folders[INBOX]
        self.state: DeltaState | None = None
        self.held: dict[str, dict[str, object]] = {}

    def read(self, size: int) -> bool:
        """One page; whether the round is over."""
        state = self.state or begin(self.folder, None, frozenset())
        page = read_page(self.folder, self.box.messages, state, size, immutable=self.immutable)
        for row in page.rows:
            id_ = self.box.id_of(row.number, row.generation, immutable=self.immutable)
            message = self.box.messages.get(row.number)
            if row.removed and not (self.confirms and message and message.folder == INBOX):
                self.held.pop(id_, None)
                continue
            assert message is not None
            known = self.held.setdefault(id_, {})
            known["is_read"] = message.is_read
            if not row.read_state_only:
                known["categories"] = message.categories
        self.state = unseal(KEY, seal(KEY, Token(INBOX, 0, page.next))).state
        return page.complete

    def finish(self) -> None:
        for _ in range(500):
            if self.read(3):
                break
        for _ in range(500):
            if self.read(3):
                return
        raise AssertionError("the round does not end")

    def truth(self) -> dict[str, dict[str, object]]:
        return {
            self.box.message_id(one, immutable=self.immutable): {
                "is_read": one.is_read,
                "categories": one.categories,
            }
            for one in self.box.in_folder("inbox")
        }


def play(store: MailStore, client: Client, script: list[tuple[str, object, object]]) -> set[str]:
    """Carry out the script; returns what left the inbox and came back."""
    left: set[int] = set()
    back: set[str] = set()
    for action, which, how in script:
        if action == "page":
            client.read(int(str(which)))
        elif action == "arrive":
            store.deliver_held(BOX, 1)
        elif which in client.box.messages:
            number = int(str(which))
            message = client.box.messages[number]
            if action == "move":
                if message.folder == INBOX and how == "archive":
                    left.add(number)
                elif message.folder != INBOX and how == "inbox" and number in left:
                    back.add(client.box.id_of(number, 0, immutable=True))
                store.move(BOX, number, str(how))
            elif action == "read":
                store.mark_read(BOX, number, read=bool(how))
            elif action == "categorize":
                store.categorize(BOX, number, str(how))
            else:
                store.hard_delete(BOX, number)
    client.finish()
    return back


def a_store() -> MailStore:
    moments = iter(range(10**6))
    store = MailStore(lambda: NOW + timedelta(seconds=next(moments)))
    store.add_mailbox(BOX, "box", "Help", shared=True)
    mails = [f"Subject: {n}\nMessage-ID: <{n}@x>\n\n".encode() for n in range(6)]
    store.load(BOX, MemorySource(mails), held_back=2)
    store.resume()
    return store


@given(actions)
def test_a_client_that_confirms_removals_ends_with_the_folders_content(
    script: list[tuple[str, object, object]],
) -> None:
    store = a_store()
    client = Client(store, immutable=True, confirms=True)
    play(store, client, script)
    assert client.held == client.truth()


@given(actions)
def test_with_mutable_ids_no_confirming_is_needed(
    script: list[tuple[str, object, object]],
) -> None:
    store = a_store()
    client = Client(store, immutable=False, confirms=False)
    play(store, client, script)
    assert client.held == client.truth()


@given(actions)
def test_a_client_that_believes_removals_misses_only_what_left_and_came_back(
    script: list[tuple[str, object, object]],
) -> None:
    store = a_store()
    client = Client(store, immutable=True, confirms=False)
    back = play(store, client, script)
    truth = client.truth()
    assert client.held.keys() <= truth.keys()
    assert truth.keys() - client.held.keys() <= back
