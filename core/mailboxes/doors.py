"""The ports of onboarding on the Graph client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.graph.access import MailboxAccess
from core.graph.client import GraphClient
from core.graph.folders import Folder, list_folders, well_known_folders
from core.graph.probes import (
    Outcome,
    probe_body_refused,
    probe_internet_headers,
    probe_mailbox,
    probe_send,
    probe_write,
)


class GraphProbes:
    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def headers(self, access: MailboxAccess) -> Outcome:
        return await probe_mailbox(self._client, access)

    async def body(self, access: MailboxAccess) -> Outcome:
        return await probe_body_refused(self._client, access)

    async def write(self, access: MailboxAccess) -> Outcome:
        return await probe_write(self._client, access)

    async def send(self, access: MailboxAccess) -> Outcome:
        return await probe_send(self._client, access)

    async def internet_headers(self, access: MailboxAccess) -> Outcome:
        return await probe_internet_headers(self._client, access)


class GraphFolders:
    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def all(self, access: MailboxAccess) -> Sequence[Folder]:
        return await list_folders(self._client, access)

    async def well_known(self, access: MailboxAccess) -> Mapping[str, str]:
        return await well_known_folders(self._client, access)
