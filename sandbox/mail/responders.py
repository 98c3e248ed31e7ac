"""Machines outside that answer mail by themselves, well-behaved and not."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from sandbox.mail.composing import reply_subject
from sandbox.mail.records import Address, NewMail
from sandbox.mail.store import MailStore

AUTO_REPLIED = ("Auto-Submitted", "auto-replied")
SUPPRESS = "x-auto-response-suppress"


class Manner(Enum):
    """How a machine answers."""

    HONEST = "says that it is one, as RFC 3834 asks"
    POLITE = "says nothing, and does not answer what asks for no automatic answer"
    SILENT = "says nothing, and answers everything"
    NEW_THREADS = "the same, each time in a new thread"
    NEW_ADDRESSES = "the same, each time from another address"


class Responder:
    """Answers each mail that leaves the tenant for its domain."""

    def __init__(self, store: MailStore, address: str, manner: Manner) -> None:
        self._store = store
        self._name, _, self._domain = address.partition("@")
        self._manner = manner
        self.answers = 0
        store.hear_outgoing(self._hear)

    def write(self, to: str, subject: str = "A question") -> None:
        """It begins."""
        self._deliver(NewMail(subject=subject, text="…", to=(Address("", to),)))

    def _hear(self, mail: NewMail) -> None:
        mine = [one for one in mail.to if one.address.endswith(f"@{self._domain}")]
        if not mine or mail.from_ is None:
            return
        asks_for_none = any(name.lower() == SUPPRESS for name, _ in mail.headers)
        if self._manner is Manner.POLITE and asks_for_none:
            return
        self.answers += 1
        answer = NewMail(
            subject=reply_subject(mail.subject),
            text="I am away.",
            to=(mail.from_,),
            references=(*mail.references, mail.message_id or ""),
        )
        if self._manner is Manner.HONEST:
            answer = replace(answer, headers=(AUTO_REPLIED,))
        if self._manner is Manner.NEW_THREADS:
            answer = replace(answer, references=())
        self._deliver(answer)

    def _deliver(self, mail: NewMail) -> None:
        changes = self._manner is Manner.NEW_ADDRESSES
        name = f"{self._name}-{self.answers}" if changes else self._name
        own = Address("Robot", f"{name}@{self._domain}")
        self._store.deliver(mail.to[0].address, replace(mail, from_=own, sender=own))
