"""Nothing that anybody wrote can be read in the log or the database: looked for byte by byte.

Marked words go in everywhere and things go wrong everywhere; then all that was kept is
searched for them, as they are and in the encodings they might hide in.
"""

from __future__ import annotations

import base64
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from core import log
from core.jobs.models import Job
from core.mail.models import Priority
from core.mailboxes.models import Mailbox
from core.outbox.models import OutboxMessage
from core.people.models import Member
from core.rules.in_flight import rule_on
from sandbox.identity.tokens import Tokens
from sandbox.mail.records import Address, NewMail
from sandbox.mail.sources import MemorySource
from sandbox.sample import CLIENT_ID, HELP_MAILBOX
from sandbox.tour.waiting import until
from tests.scenarios.conftest import MakeHouse
from tests.scenarios.house import House, raw_mail

pytestmark = pytest.mark.scenario

SUBJECT, BODY, NAME, CATEGORY = "Zzsubjekt9", "Zzbodytext9", "Zzname9", "Zzcategory9"
LOCAL, DOMAIN, TYPED, ECHOED = "zzlocal9", "zzdomain9.example", "Zz-Typed9", "zzechoed9"
FOLDER, CRASH = "Zzfolder9", "Zzcrash9"
MEMBER = "Okonkwo"
DELTA = r"/v1\.0/users/.*/messages/delta"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Logging as it is when Postroom serves; as it was before, afterwards."""
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    for handler in handlers:
        root.removeHandler(handler)
    folder = tmp_path / "log"
    folder.mkdir()
    log.configure("DEBUG", folder / "postroom.log")
    yield folder / "postroom.log"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    logging.raiseExceptions = raising
    logging.captureWarnings(False)
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    structlog.reset_defaults()


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every token that the sandbox gives out from now on."""
    given: set[str] = set()

    def keep(name: str) -> None:
        make = getattr(Tokens, name)

        def made(self: Tokens, *facts: Any, **more: Any) -> Any:
            token = make(self, *facts, **more)
            given.add(token)
            return token

        monkeypatch.setattr(Tokens, name, made)

    for name in ("for_app", "graph_for_user", "seal_refresh_token", "id_token"):
        keep(name)
    return given


async def test_nothing_marked_is_readable_in_the_log_or_in_the_database(
    make_house: MakeHouse,
    log_file: Path,
    tokens: set[str],
    monkeypatch: pytest.MonkeyPatch,
):
    source = [
        raw_mail(f"{SUBJECT} {n}", f"{LOCAL}{n}@{DOMAIN}", name=NAME, body=BODY) for n in range(3)
    ]
    house = await make_house(MemorySource(source), log_level="DEBUG")
    house.outlook.create_folder(HELP_MAILBOX, FOLDER, "inbox")
    await house.install(*house.people)
    await talk(house)
    await look_inside(house)
    await work(house)
    await go_wrong(house, monkeypatch)
    client_state = {one.client_state for one in house.box.graph.notifier.active().values()}
    await house.stop()

    marked = [SUBJECT, BODY, NAME, CATEGORY, LOCAL, DOMAIN, TYPED, ECHOED, FOLDER, CRASH, MEMBER]
    marked += [HELP_MAILBOX, *sorted(filter(None, client_state)), *sorted(tokens)]
    assert len(tokens) > 3
    kept = {path.name: path.read_bytes() for path in log_file.parent.iterdir()}
    kept |= {
        path.name: path.read_bytes()
        for path in house.app_tables.parent.glob(f"{house.app_tables.name}*")
    }
    kept["rows"] = repr(house.dump()).encode()
    assert len(kept[log_file.name].splitlines()) > 30
    found = {
        (name, word[:40])
        for name, content in kept.items()
        for word in marked
        if any(form in content for form in forms(word))
    }
    assert not found
    lines = kept[log_file.name].decode()
    assert "uncaught exception" not in lines
    for layer in ("IntegrityError", "ValueError", "RuntimeError", "GraphError", "ArithmeticError"):
        assert layer in lines, f"nothing went wrong as {layer}"


async def talk(house: House) -> None:
    """People type what they should not, and onboard the mailbox with their own sign-in."""
    admin = house.admin
    await house.told(admin, f"my password is {TYPED}!aB3x")
    await house.told(admin, f"{TYPED} what is this")
    await house.told(admin, f"assign 1 to {TYPED}")
    await house.told(admin, "onboard")
    await house.told(admin, f"{TYPED} {LOCAL}@{DOMAIN}")
    await house.told(admin, "cancel")
    await house.onboard(admin, house.people[1])


async def look_inside(house: House) -> None:
    """The mailbox consents to bodies, and rules look for marked words in them."""
    house.box.ledger.assign_role(CLIENT_ID, "Application Mail.Read", [HELP_MAILBOX])
    card = await house.ask(house.admin, "allow bodies")
    await house.press(house.admin, card, "Next", {"yes": "yes"})
    await house.press(house.admin, card, "Continue")
    assert (await Mailbox.get()).reads_bodies
    await house.told(house.admin, f"when body contains {BODY} then set priority urgent")
    await house.told(house.admin, f"when body matches {BODY}[0-9]*x then tag Never")


async def work(house: House) -> None:
    """Mail comes and changes; threads change hands."""
    admin = house.admin
    house.clock.advance(seconds=15)
    mail = NewMail(
        subject=f"{SUBJECT} new",
        text=BODY,
        from_=Address(NAME, f"{LOCAL}@{DOMAIN}"),
        to=(Address("Help", HELP_MAILBOX),),
    )
    graph_id = house.graph_id(house.outlook.deliver(HELP_MAILBOX, mail))
    thread = await house.thread_of(graph_id)
    assert thread.priority is Priority.URGENT, "no rule looked into the body"
    house.outlook.categorize(HELP_MAILBOX, graph_id, CATEGORY)
    house.outlook.reply_from_outlook(HELP_MAILBOX, graph_id, house.people[1], BODY)
    await house.sync()
    for text in (f"show {thread.id}", f"release {thread.id}", f"take {thread.id}", "queue",
                 f"assign {thread.id} to {house.people[1].given_name}", "people", "mailboxes",
                 "consent", "report", f"done {thread.id}", f"reopen {thread.id}"):  # fmt: skip
        await house.told(admin, text)
    await house.all_told()


async def go_wrong(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unique violation, a Graph error that echoes, a connector error, a crash in each layer."""
    admin = house.admin

    async def violates(*facts: object) -> None:
        some = await Member.all().first()
        assert some is not None
        await Member.create(
            organization_id=some.organization_id,
            entra_id=some.entra_id,
            teams_id=f"{CRASH} {LOCAL}@{DOMAIN}",
            pseudonym="p",
            created_at=house.clock(),
        )

    async def crashes(*facts: object, **more: object) -> None:
        raise ValueError(f"{CRASH} {LOCAL}@{DOMAIN}", facts, more)

    with monkeypatch.context() as patched:
        patched.setattr("core.mail.queries.Threads.queue", violates)
        assert "Something went wrong" in await house.told(admin, "queue")
    for place in ("core.mail.queries.Threads.queue", "bot.replies.Replies.answer"):
        with monkeypatch.context() as patched:
            patched.setattr(place, crashes)
            assert "Something went wrong" in await house.told(admin, "queue")
    with monkeypatch.context() as patched:
        patched.setattr("dialogs.assignment.queue_card", crash_drawing)
        assert "Something went wrong" in await house.told(admin, "queue")

    echo = {"error": {"code": "BadRequest", "message": f"{ECHOED} {LOCAL}@{DOMAIN} is invalid"}}
    house.box.faults.add(DELTA, status=400, body=echo)
    house.arrives(f"{SUBJECT} echoed", f"{LOCAL}@{DOMAIN}")
    await until(Job.filter(error_code__contains="GraphError").exists, "the sync to fail")

    with monkeypatch.context() as patched:
        patched.setattr("core.rules.gathering.rule_on", crash_matching)
        house.arrives(f"{SUBJECT} matched", f"{LOCAL}@{DOMAIN}")
        house.clock.advance(minutes=1)
        await until(Job.filter(error_code="ArithmeticError").exists, "the matching to crash")
    with monkeypatch.context() as patched:
        patched.setattr("core.mail.commit.PageWriter.write", crash_writing)
        house.clock.advance(minutes=1)
        await until(Job.filter(error_code="RuntimeError").exists, "the sync to crash")
    with monkeypatch.context() as patched:
        patched.setattr("bot.notifier.thread_reply", crashes)
        house.clock.advance(minutes=5)
        failed = OutboxMessage.filter(error_code="ValueError", kind="thread_notice")
        await until(failed.exists, "a notice to crash")
    body = {"error": {"code": "BadSyntax", "message": f"{ECHOED} {LOCAL}@{DOMAIN}"}}
    house.box.faults.add("/teams/v3", status=400, body=body, times=2)
    house.clock.advance(minutes=5)
    await until(OutboxMessage.filter(error_code__contains="400").exists, "a refused card")


def crash_drawing(*facts: object, **more: object) -> None:
    raise ValueError(f"{CRASH} {SUBJECT}", facts, more)


def crash_matching(rules: Any, headers: Any, bodies: Mapping[str, Any], now: Any) -> Any:
    if bodies:
        raise ArithmeticError(f"{CRASH} {BODY}", bodies)
    return rule_on(rules, headers, bodies, now)


async def crash_writing(*facts: object, **more: object) -> None:
    raise RuntimeError(f"{CRASH} {SUBJECT}", facts, more)


def forms(word: str) -> set[bytes]:
    """The word as it is, folded, quoted, and inside base64 at each of the three alignments."""
    found: set[bytes] = set()
    for text in {word, word.casefold(), word.upper()}:
        raw = text.encode()
        found |= {raw, quote(text, safe="").encode(), text.encode("utf-16-le")}
        for shift in range(3):
            whole = base64.b64encode(b"x" * shift + raw)
            inner = whole[4 if shift else 0 : len(whole) - 4]
            if len(inner) >= 6:
                found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return found
