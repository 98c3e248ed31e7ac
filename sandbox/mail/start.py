"""Fill a whole tenant's mailboxes and bring them to where an earlier run left them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from core.clock import Clock
from sandbox.mail.filling import LoadReport
from sandbox.mail.journal import Journal
from sandbox.mail.sources import MemorySource, Source
from sandbox.mail.store import MailStore
from sandbox.tenant import Tenant, User


@dataclass(frozen=True, slots=True)
class FilledMail:
    """The mailboxes, and what went into the shared one."""

    store: MailStore
    report: LoadReport
    answered: int
    """Threads that the members have answered from Sent Items."""


def fill_tenant(
    tenant: Tenant,
    source: Source,
    now: Clock,
    *,
    folder: Path | None = None,
    held_back: int = 0,
    answered: bool = True,
) -> FilledMail:
    """The source goes into the first shared mailbox; people find one message in their own.

    With a `folder`, changes are journaled there, and another start with the same source
    and choices carries on with the same mailboxes and ids.
    """
    choices = f"{source.identity} {held_back} {answered} {sorted(tenant.users)}"
    identity = hashlib.sha256(choices.encode()).hexdigest()
    store = MailStore(now, Journal(folder, identity, now()) if folder else None)
    for address, object_id in tenant.shared_mailboxes.items():
        store.add_mailbox(address, object_id, _shown(address), shared=True)
    for user in tenant.users.values():
        store.add_mailbox(user.email, user.id, user.name, shared=False)
        store.load(user.email, MemorySource([_private_mail(user)]))
    shared = next(iter(tenant.shared_mailboxes))
    report = store.load(shared, source, held_back=held_back)
    members = [user for user in tenant.users.values() if shared in user.full_access]
    count = store.answer_third(shared, members) if answered and members else 0
    store.resume()
    return FilledMail(store, report, count)


def _shown(address: str) -> str:
    return address.partition("@")[0].replace(".", " ").title()


def _private_mail(user: User) -> bytes:
    """Something that nobody else should ever see."""
    name, _, domain = user.email.partition("@")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("Payroll", "payroll", domain)
    mail["To"] = Address(user.name, name, domain)
    mail["Subject"] = f"Private: payslip for {user.given_name}"
    mail["Message-ID"] = f"<payslip.{user.id}@{domain}>"
    mail["Date"] = "Mon, 05 Jan 2026 08:00:00 +0000"
    mail.set_content("Your payslip is ready. This is for your eyes only.\n")
    return mail.as_bytes()
