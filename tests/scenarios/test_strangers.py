"""Every command and every button of the running product, with real ids that are somebody else's.

Generated from the tables: a new row is covered by being there.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from bot.card_actions import card_actions
from bot.command_table import command_table
from bot.commands import Commands
from core.audit.models import AuditEntry
from core.keyring import KeyRing
from core.mail.models import MailThread
from core.mailboxes.models import Folder, Mailbox
from core.outbox.models import OutboxMessage
from core.sealing import Vault
from dialogs.runner import DialogRunner
from dialogs.talks import Talks
from sandbox.sample import HELP_MAILBOX, TENANT_ID
from sandbox.tenant import User
from sandbox.tour.cards import as_activity, words
from sandbox.tour.stage import GUEST
from sandbox.tour.waiting import until
from tests import factories
from tests.scenarios.house import House, member_of

pytestmark = pytest.mark.scenario

TALKS = Talks(DialogRunner(()))
COMMANDS = Commands(command_table(TALKS))
OTHER_TENANT = "aaaaaaaa-0000-4000-8000-00000000000a"
EVE = User(
    id="eeeeeeee-0000-4000-8000-00000000000e",
    name="Eve Elsewhere",
    given_name="Eve",
    email="eve@elsewhere.example",
    teams_id="29:1eve",
)
OWN = (
    "handled_activity",
    "open_dialog",
    "posted_activity",
    "posted_thread",
    "posted_person",
    "job",
    "absence",
)
"""Tables in which a turn leaves its own traces, whoever speaks. Anybody may say that they
are away themselves; that this is of nobody else, the audit log tells."""
NAMES_A_MAILBOX = {
    "pause", "resume", "offboard", "next", "rules", "teams", "replies", "reply text",
    "allow replies", "disallow replies",
}  # fmt: skip
OWN_REQUEST = "sign_in"
"""Anybody may ask for a page to show an administrator role on; it opens nothing by itself."""


@dataclass
class Stranger:
    house: House
    user: User
    tenant_id: str

    async def say(self, text: str) -> str:
        inbound = replace(self.house.client.inbound, tenant_id=self.tenant_id)
        service = self.house.client.service
        chat = self.house.client.chat(self.user)
        message = inbound.message(self.user, chat, service.history.next_id(), text)
        answer = await self.house.client.endpoint.post(message)
        assert answer.status in (200, 202), text
        return "\n".join(map(words, answer.activities))

    async def press(self, verb: str, data: dict[str, object]) -> str:
        inbound = replace(self.house.client.inbound, tenant_id=self.tenant_id)
        value = {"action": {"verb": verb, "data": data}, "trigger": "manual"}
        chat = self.house.client.chat(self.user)
        invoke = inbound.invoke(self.user, chat, "adaptiveCard/action", value, "1")
        answer = await self.house.client.endpoint.post(invoke)
        assert answer.status == 200, verb
        card = (answer.body or {}).get("value")
        shown = words(as_activity(card)) if isinstance(card, dict) else str(card)
        return "\n".join([shown, *map(words, answer.activities)])


async def a_member_of_no_mailbox(house: House) -> Stranger:
    return Stranger(house, house.people[2], house.box.tenant.id)


async def an_admin_of_another_organization(house: House) -> Stranger:
    settings = house.settings
    ring = KeyRing.from_settings(
        settings.keys.get_secret_value(), settings.lookup_key.get_secret_value()
    )
    vault = Vault(ring)
    theirs = await factories.organization(vault, tenant_id=OTHER_TENANT)
    await factories.member(vault, theirs, EVE.name, EVE.email, entra_id=EVE.id, is_admin=True)
    return await somebody(house, EVE, OTHER_TENANT)


async def somebody_of_an_unknown_tenant(house: House) -> Stranger:
    return await somebody(house, EVE, "bbbbbbbb-0000-4000-8000-00000000000b")


async def the_admins_id_under_an_unknown_tenant(house: House) -> Stranger:
    return Stranger(house, house.admin, "bbbbbbbb-0000-4000-8000-00000000000b")


async def a_guest(house: House) -> Stranger:
    return await somebody(house, GUEST, house.box.tenant.id)


async def somebody(house: House, user: User, tenant_id: str) -> Stranger:
    house.box.tenant.users[user.id] = user
    house.client.service.chats.install(house.client.bot_app_id, user)
    return Stranger(house, user, tenant_id)


@pytest.mark.parametrize(
    "kind",
    [
        a_member_of_no_mailbox,
        an_admin_of_another_organization,
        somebody_of_an_unknown_tenant,
        the_admins_id_under_an_unknown_tenant,
        a_guest,
    ],
)
async def test_a_stranger_learns_and_changes_nothing(
    make_house, kind: Callable[[House], Awaitable[Stranger]]
):
    house = await make_house(tenants=(TENANT_ID, OTHER_TENANT))
    await house.install(*house.people)
    mailbox_id = await house.onboard(*house.people[:2])
    stranger = await kind(house)
    await stranger.say("hi")
    await house.all_told()
    await until(_sealed, "the audit log to be sealed")
    ids = await _foreign_ids(mailbox_id, house)
    before = house.dump(*OWN, OWN_REQUEST, "audit_entry")
    known = await AuditEntry.all().count()

    heard = {usage: await stranger.say(text) for usage, text in _foreign_commands(ids)}
    for verb in sorted(card_actions(TALKS, COMMANDS)):
        house.clock.advance(seconds=2)
        heard[verb] = await stranger.press(verb, ids)

    after = house.dump(*OWN, OWN_REQUEST, "audit_entry")
    changed = {table for table in before if before[table] != after[table]}
    assert not changed
    told_of = await AuditEntry.all().order_by("id").offset(known)
    assert {entry.action for entry in told_of} <= {"member.away", "member.back"}
    assert all(entry.actor_id == entry.subject_id for entry in told_of)
    secrets = ("customer", "Question", HELP_MAILBOX, house.people[1].name, "Something went wrong")
    told = {
        what: secret
        for what, text in heard.items()
        for secret in secrets
        if secret in text and not (secret == HELP_MAILBOX and what == "onboard")
    }
    assert not told


def _foreign_commands(ids: dict[str, object]) -> list[tuple[str, str]]:
    texts = []
    for command in COMMANDS.table:
        text = re.sub(r"\d+", str(ids["thread"]), command.usage).replace("Ada", "Mateo")
        text = re.sub(r"help@\S*[\w…]", HELP_MAILBOX, text)
        if command.words[0] in NAMES_A_MAILBOX:
            text = f"{command.words[0]} {HELP_MAILBOX}"
        texts.append((command.usage, text))
    return texts


async def _foreign_ids(mailbox_id: int, house: House) -> dict[str, object]:
    thread = await MailThread.filter(state="open", assignee_id__isnull=False).first()
    letter = await OutboxMessage.all().order_by("id").first()
    folder = await Folder.filter(mailbox_id=mailbox_id).first()
    assert thread
    assert letter
    assert folder
    member = await member_of(house.people[1])
    return {
        "thread": thread.id, "version": thread.version, "to": member.id, "member": member.id,
        "page": 1, "mailbox": mailbox_id, "letter": letter.id, "period": "",
        "dialog": "onboarding", "step": "folders", "at": 1, "folders": str(folder.id),
        "people": str(member.id), "leads": str(member.id),
    }  # fmt: skip


async def _sealed() -> bool:
    return not await AuditEntry.filter(number=None).exists() and await Mailbox.exists()
