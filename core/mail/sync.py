"""Bring one mailbox up to date: each folder from its delta link on, page by page.

A page is gathered (every Graph read that it needs, nothing written), its rules look at it, then
it is committed in one transaction together with the link that follows it. What must be told
waits in the outbox.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from tortoise.exceptions import IntegrityError, OperationalError

from core.clock import Clock
from core.errors import DeltaLinkExpired, GraphAuthFailed
from core.graph.delta import DeltaPage
from core.log import get_logger
from core.mail.commit import FolderFacts, MailboxFacts, PageWriter
from core.mail.feed import Feed, Feeds
from core.mail.models import MailMessage, MailThread, ThreadState
from core.mail.places import Place
from core.mailboxes.ledger import given_grant
from core.mailboxes.models import Folder, FolderKind, Mailbox, MailboxMember, MailboxState
from core.outbox.queue import Outbox
from core.people.models import Member, Organization
from core.rules.at_work import RulesChanged
from core.rules.gathering import RuleRound
from core.rules.in_flight import Rulings
from core.sealing import Vault
from core.transactions import transaction

ORDER = (FolderKind.SENT, FolderKind.INBOX, FolderKind.OTHER)
"""Answers first, so that mail answered before Postroom came is known as such."""
ATTEMPTS = 5
"""How often a page is written anew when another transaction was in its way."""
STRAYS = 100
"""How many messages in folders that are not followed are looked up each round."""
SWEEP = 100

log = get_logger(__name__)


class MailboxStopped(Exception):
    """The mailbox was paused or offboarded while it was being synced."""


class MailboxSync:
    """Syncs mailboxes. One mailbox is never synced twice at once: its job holds a lock."""

    def __init__(
        self,
        feeds: Feeds,
        vault: Vault,
        outbox: Outbox,
        now: Clock,
        consent_gone: Callable[[int, str], Awaitable[None]],
    ) -> None:
        """`consent_gone(mailbox_id, code)` is told when Graph no longer lets us in."""
        self._feeds = feeds
        self._vault = vault
        self._outbox = outbox
        self._now = now
        self._consent_gone = consent_gone
        self._writer = PageWriter(vault)

    async def sync(self, mailbox_id: int) -> None:
        """One round over all followed folders. Raises GraphError for the job to retry."""
        mailbox = await Mailbox.get_or_none(id=mailbox_id)
        if mailbox is None or mailbox.state is not MailboxState.ACTIVE:
            return
        try:
            feed = await self._feeds.open(mailbox_id)
            facts = await self._facts(mailbox)
            rules = RuleRound(self._vault, self._outbox, self._now, mailbox_id)
            await rules.open()
            for folder in await self._followed(mailbox_id):
                await self._sync_folder(feed, facts, folder, rules)
            await self._look_up_strays(feed, facts)
        except GraphAuthFailed as error:
            await self._consent_gone(mailbox_id, error.code)
            return
        except MailboxStopped:
            return
        await self._finish_round(mailbox_id)

    async def _followed(self, mailbox_id: int) -> list[Folder]:
        folders = await Folder.filter(mailbox_id=mailbox_id, followed=True, gone_at=None)
        return sorted(folders, key=lambda folder: (_place_in_order(folder), folder.id))

    async def _facts(self, mailbox: Mailbox) -> MailboxFacts:
        organization = await Organization.get(id=mailbox.organization_id)
        members = await Member.filter(
            organization_id=mailbox.organization_id, address_hash__isnull=False
        ).values_list("address_hash", "id")
        address = self._vault.open(
            organization.wrapped_key, b"organization.mailbox_address", mailbox.sealed_address
        )
        return MailboxFacts(
            id=mailbox.id,
            organization_id=mailbox.organization_id,
            address=(address or "").casefold(),
            live_from=mailbox.live_from,
            organization_key=self._vault.key(organization.wrapped_key),
            members=dict(members),
        )

    async def _sync_folder(
        self, feed: Feed, mailbox: MailboxFacts, folder: Folder, rules: RuleRound
    ) -> None:
        try:
            await self._read_folder(feed, mailbox, folder, rules)
        except DeltaLinkExpired:
            log.info("folder starts again", mailbox_id=mailbox.id, folder_id=folder.id)
            await self._start_again(folder)
            await self._read_folder(feed, mailbox, folder, rules)

    async def _read_folder(
        self, feed: Feed, mailbox: MailboxFacts, folder: Folder, rules: RuleRound
    ) -> None:
        link = (
            self._vault.ring.decrypt_token(bytes(folder.sealed_link))
            if folder.sealed_link
            else None
        )
        async for page in feed.pages(folder.graph_id, link):
            page = await self._gather_headers(feed, mailbox, page)
            places = await self._gather_places(feed, mailbox, folder, page)
            if page.delta_link is not None and folder.generation > 1:
                places |= await self._sweep(feed, mailbox, folder, page)
            rulings = await rules.look(feed, folder.kind, page)
            while not await self._commit(mailbox, folder, page, places, rulings):
                await rules.open()
                rulings = await rules.look(feed, folder.kind, page)

    async def _start_again(self, folder: Folder) -> None:
        """Mark: rows not seen under the new generation are looked up when the round ends."""
        folder.generation += 1
        folder.sealed_link = None
        folder.round_open = True
        await folder.save(update_fields=["generation", "sealed_link", "round_open"])

    async def _gather_headers(
        self, feed: Feed, mailbox: MailboxFacts, page: DeltaPage
    ) -> DeltaPage:
        """Complete rows that tell only what changed, where the message is not known yet."""
        partial = {item.id for item in page.present if not item.has("conversation_id")}
        if not partial:
            return page
        known = await MailMessage.filter(mailbox_id=mailbox.id, graph_id__in=partial).values_list(
            "graph_id", flat=True
        )
        whole = {item: await feed.header(item) for item in sorted(partial - set(map(str, known)))}
        present = [whole.get(item.id, item) for item in page.present]
        return replace(page, present=tuple(item for item in present if item is not None))

    async def _gather_places(
        self, feed: Feed, mailbox: MailboxFacts, folder: Folder, page: DeltaPage
    ) -> dict[str, Place]:
        """Where the removed went. "Removed" means "left this folder", so each is looked up."""
        removed = {item.id for item in page.removed}
        if not removed:
            return {}
        rows = await MailMessage.filter(
            mailbox_id=mailbox.id, folder_id=folder.id, graph_id__in=list(removed)
        ).values_list("graph_id", flat=True)
        return await self._locate(feed, mailbox, [str(row) for row in rows])

    async def _sweep(
        self, feed: Feed, mailbox: MailboxFacts, folder: Folder, page: DeltaPage
    ) -> dict[str, Place]:
        """After a folder started again: where the rows went that the whole round did not show."""
        here = {header.id for header in page.present}
        left = await MailMessage.filter(
            mailbox_id=mailbox.id,
            folder_id=folder.id,
            generation__lt=folder.generation,
            source_gone_at=None,
        ).values_list("graph_id", flat=True)
        places: dict[str, Place] = {}
        missing = [graph_id for graph_id in map(str, left) if graph_id not in here]
        for start in range(0, len(missing), SWEEP):
            places |= await self._locate(feed, mailbox, missing[start : start + SWEEP])
        return places

    async def _look_up_strays(self, feed: Feed, mailbox: MailboxFacts) -> None:
        """Follow by id what was moved to folders that are not synced, while it is open."""
        strays = (
            await MailMessage.filter(
                mailbox_id=mailbox.id,
                folder__followed=False,
                source_gone_at=None,
                thread__state=ThreadState.OPEN,
            )
            .order_by("located_at", "id")
            .limit(STRAYS)
            .only("id", "graph_id", "folder_id")
        )
        by_folder: dict[int, list[MailMessage]] = {}
        for stray in strays:
            by_folder.setdefault(stray.folder_id, []).append(stray)
        for folder_id, messages in by_folder.items():
            places = await self._locate(feed, mailbox, [stray.graph_id for stray in messages])
            folder = await Folder.get(id=folder_id)
            await self._commit_places(mailbox, folder, places)
            ids = [stray.id for stray in messages]
            await MailMessage.filter(id__in=ids).update(located_at=self._now())

    async def _locate(
        self, feed: Feed, mailbox: MailboxFacts, message_ids: Sequence[str]
    ) -> dict[str, Place]:
        if not message_ids:
            return {}
        found = await feed.locate(message_ids)
        folders = await self._folder_ids(mailbox.id, {f for f in found.values() if f})
        return {
            message: Place(folders[folder] if folder else None) for message, folder in found.items()
        }

    async def _folder_ids(self, mailbox_id: int, graph_ids: set[str]) -> dict[str, int]:
        """Row ids of folders; one seen for the first time is noted, not followed."""
        known = dict(
            await Folder.filter(mailbox_id=mailbox_id, graph_id__in=graph_ids).values_list(
                "graph_id", "id"
            )
        )
        for graph_id in sorted(graph_ids - known.keys()):
            folder, _ = await Folder.get_or_create(
                defaults={"kind": FolderKind.OTHER, "followed": False},
                mailbox_id=mailbox_id,
                graph_id=graph_id,
            )
            known[graph_id] = folder.id
        return known

    async def _commit(
        self,
        mailbox: MailboxFacts,
        folder: Folder,
        page: DeltaPage,
        places: dict[str, Place],
        rulings: Rulings | None,
    ) -> bool:
        """False where a rule was changed since the rules looked at the page."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._commit_once(mailbox, folder, page, places, rulings)
                return True
            except RulesChanged:
                return False
            except (IntegrityError, OperationalError):
                # Another transaction inserted the same correspondent or took the same locks.
                if attempt == ATTEMPTS:
                    raise
        return True

    async def _commit_once(
        self,
        mailbox: MailboxFacts,
        folder: Folder,
        page: DeltaPage,
        places: dict[str, Place],
        rulings: Rulings | None,
    ) -> None:
        now = self._now()
        link = page.delta_link or page.next_link or ""
        done = page.delta_link is not None
        first_round = not folder.first_round_done
        async with transaction() as connection:
            await _still_active(mailbox.id)
            committed = await self._writer.write(
                connection, mailbox, _folder_facts(folder), page, places, now, rulings
            )
            changed = await Folder.filter(id=folder.id, generation=folder.generation).update(
                sealed_link=self._vault.ring.encrypt_token(link),
                round_open=not done,
                skipped=folder.skipped + len(page.skipped),
                first_round_done=folder.first_round_done or done,
            )
            if not changed:
                raise MailboxStopped
            if first_round:
                await self._tell_progress(mailbox.organization_id, mailbox.id, now)
            elif committed.to_tell:
                await self._outbox.wake()
        folder.skipped += len(page.skipped)
        folder.first_round_done = folder.first_round_done or done
        folder.round_open = not done

    async def _commit_places(
        self, mailbox: MailboxFacts, folder: Folder, places: dict[str, Place]
    ) -> None:
        nothing = DeltaPage((), (), (), None, None)
        async with transaction() as connection:
            await _still_active(mailbox.id)
            committed = await self._writer.write(
                connection, mailbox, _folder_facts(folder, live=True), nothing, places, self._now()
            )
            if committed.to_tell:
                await self._outbox.wake()

    async def _tell_progress(self, organization_id: int, mailbox_id: int, now: datetime) -> None:
        """To who consented, who is the admin that onboarded the mailbox."""
        grant = await given_grant(mailbox_id)
        if grant is not None and grant.granted_by_id is not None:
            await self._outbox.tell_progress(
                organization_id, mailbox_id, grant.granted_by_id, at=now
            )

    async def _finish_round(self, mailbox_id: int) -> None:
        """Note the end of the round; after the first, give each member their backlog, once."""
        now = self._now()
        async with transaction():
            first = await Mailbox.filter(id=mailbox_id, first_synced_at=None).update(
                first_synced_at=now
            )
            await Mailbox.filter(id=mailbox_id).update(synced_at=now)
            answered = await MailThread.filter(
                mailbox_id=mailbox_id, first_answered_at__isnull=False
            ).exists()
            if answered:
                await Mailbox.filter(id=mailbox_id).update(answers_seen=True)
            if first:
                await self._tell_backlog(mailbox_id, now)

    async def _tell_backlog(self, mailbox_id: int, now: datetime) -> None:
        mailbox = await Mailbox.get(id=mailbox_id)
        people = await MailboxMember.filter(mailbox_id=mailbox_id).values_list(
            "member_id", flat=True
        )
        for member_id in people:
            member = int(str(member_id))
            if await MailThread.filter(
                mailbox_id=mailbox_id, assignee_id=member, state=ThreadState.OPEN
            ).exists():
                await self._outbox.tell(
                    mailbox.organization_id,
                    "queue_notice",
                    {"member_id": member, "mailbox_id": mailbox_id},
                    order_key=f"member:{member}",
                    coalesce_key=f"queue_notice:{member}:{mailbox_id}",
                    at=now,
                )
        await self._tell_progress(mailbox.organization_id, mailbox_id, now)


async def _still_active(mailbox_id: int) -> None:
    if not await Mailbox.exists(id=mailbox_id, state=MailboxState.ACTIVE):
        raise MailboxStopped


def _place_in_order(folder: Folder) -> int:
    return ORDER.index(folder.kind) if folder.kind in ORDER else len(ORDER)


def _folder_facts(folder: Folder, *, live: bool = False) -> FolderFacts:
    return FolderFacts(
        id=folder.id,
        kind=folder.kind,
        generation=folder.generation,
        backlog=not folder.first_round_done and not live,
    )
