"""Stand-ins for Microsoft, the job queue and the assignments, with what they were asked."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from core.errors import GraphAuthFailed, GraphError, InvalidInput
from core.graph.access import MailboxAccess, TokenSource
from core.graph.folders import Folder
from core.graph.probes import Outcome
from core.ports import JobFacts
from core.transactions import after_commit, refuse_inside_transaction


@dataclass
class FakeJobs:
    """Remembers what was queued once it is committed, as the real queues do."""

    queued: list[tuple[str, dict[str, Any], datetime | None]] = field(default_factory=list)

    async def defer(
        self,
        task: str,
        facts: JobFacts | None = None,
        *,
        lock: str | None = None,
        queueing_lock: str | None = None,
        due_at: datetime | None = None,
    ) -> None:
        async def keep() -> None:
            self.queued.append((task, dict(facts or {}), due_at))

        await after_commit(keep)

    def of(self, task: str) -> list[dict[str, Any]]:
        return [facts for name, facts, _ in self.queued if name == task]


@dataclass
class FakeThreads:
    """Remembers whose threads were put back, and why."""

    put: list[tuple[int, str, int | None]] = field(default_factory=list)

    async def put_back(self, member_id: int, code: str, mailbox_id: int | None = None) -> None:
        self.put.append((member_id, code, mailbox_id))


@dataclass
class FakeAppTokens:
    """Gives a new token a call to tenants that have consented."""

    consented: set[str] = field(default_factory=set)
    down: bool = False
    given: int = 0

    async def get(self, tenant_id: str, refused: str | None = None) -> str:
        refuse_inside_transaction()
        if self.down:
            raise GraphError(0, "sign_in_unreachable")
        if tenant_id not in self.consented:
            raise GraphAuthFailed(400, "unauthorized_client")
        self.given += 1
        return f"app-{self.given}"

    def source(self, tenant_id: str) -> TokenSource:
        return partial(self.get, tenant_id)


@dataclass(frozen=True)
class Person:
    """What the id token and the token endpoint say after a sign-in."""

    object_id: str
    tenant_id: str
    scopes: frozenset[str] = frozenset({"Mail.ReadBasic.Shared", "openid", "profile"})
    role_ids: frozenset[str] = frozenset()
    cache: str = '{"refresh": 1}'


@dataclass
class FakeUserTokens:
    """`signs_in` is who will be at the browser; refreshes rotate the refresh token."""

    signs_in: Person | None = None
    refuses: GraphError | None = None
    dead: bool = False
    rotates: bool = True
    asked: list[list[str]] = field(default_factory=list)
    caches: list[int] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def begin(self, scopes: Sequence[str], redirect_uri: str, tenant: str) -> dict[str, Any]:
        refuse_inside_transaction()
        self.asked.append(list(scopes))
        state = f"state-{next(self.numbers)}"
        url = f"https://login.example/{tenant}/authorize?state={state}"
        return {"state": state, "auth_uri": url, "code_verifier": "secret-verifier"}

    async def redeem(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> Person:
        refuse_inside_transaction()
        if answer.get("state") != flow["state"] or flow["code_verifier"] != "secret-verifier":
            raise InvalidInput("state", "start_again")
        if "error" in answer:
            raise GraphAuthFailed(400, answer["error"])
        if "code" not in answer:
            raise InvalidInput("state", "start_again")
        if self.refuses is not None:
            raise self.refuses
        assert self.signs_in is not None
        return self.signs_in

    async def get(
        self, cache: str, scopes: Sequence[str], tenant: str, refused: str | None = None
    ) -> tuple[str, str | None]:
        refuse_inside_transaction()
        if self.dead:
            raise GraphAuthFailed(400, "invalid_grant")
        refresh = json.loads(cache)["refresh"]
        self.caches.append(refresh)
        newer = json.dumps({"refresh": refresh + 1}) if self.rotates else None
        return f"user-{refresh}", newer


@dataclass
class FakeProbes:
    """What each mailbox answers; the token is fetched as the Graph client would."""

    opens: dict[str, Outcome] = field(default_factory=dict)
    otherwise: Outcome = Outcome.REFUSED
    bodies: Outcome = Outcome.REFUSED
    writes: Outcome = Outcome.REFUSED
    sends: Outcome = Outcome.REFUSED
    sends_elsewhere: Outcome = Outcome.REFUSED
    told: Outcome = Outcome.WORKED
    tried: list[str] = field(default_factory=list)

    async def headers(self, access: MailboxAccess) -> Outcome:
        await access.token()
        self.tried.append(access.mailbox)
        return self.opens.get(access.mailbox, self.otherwise)

    async def body(self, access: MailboxAccess) -> Outcome:
        await access.token()
        return self.bodies

    async def write(self, access: MailboxAccess) -> Outcome:
        await access.token()
        return self.writes

    async def send(self, access: MailboxAccess) -> Outcome:
        await access.token()
        opened = access.mailbox in self.opens
        return self.sends if opened else self.sends_elsewhere

    async def internet_headers(self, access: MailboxAccess) -> Outcome:
        await access.token()
        return self.told


@dataclass
class FakeFolders:
    there: list[Folder] = field(
        default_factory=lambda: [
            Folder("f-in", "Posteingang", None, 3),
            Folder("f-sent", "Gesendet", None, 3),
            Folder("f-del", "Papierkorb", None, 0),
            Folder("f-draft", "Entwürfe", None, 0),
            Folder("f-own", "Aufträge", "f-in", 9),
        ]
    )
    names: dict[str, str] = field(
        default_factory=lambda: {
            "inbox": "f-in",
            "sentitems": "f-sent",
            "deleteditems": "f-del",
            "drafts": "f-draft",
        }
    )

    async def all(self, access: MailboxAccess) -> list[Folder]:
        await access.token()
        return self.there

    async def well_known(self, access: MailboxAccess) -> Mapping[str, str]:
        return self.names
