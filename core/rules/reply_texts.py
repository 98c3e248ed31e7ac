"""The texts of automatic replies: a mailbox's own, by name, with fields to fill in.

They are plain text, and are sent as that. Fields are filled in when the reply is sent, never
before: `{first name}` of the sender, `{number}` of the thread, `{hours}` of business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from core.audit.log import record
from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.mailboxes.models import Mailbox
from core.mailboxes.scope import mailbox_for_lead, mailbox_of
from core.people.models import Organization
from core.people.views import Actor
from core.rules.models import ReplyText
from core.sealing import Vault
from core.transactions import transaction

TEXT = b"organization.reply_text"
NAME_LIMIT = 64
TEXT_LIMIT = 4_000
MOST_TEXTS = 50
"""A mailbox."""
FIELDS = ("first name", "number", "hours")
_FIELD = re.compile(r"(?P<space>[ \t]?)\{(?P<name>[^{}]*)\}")
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
FIRST_NAME_LIMIT = 30


@dataclass(frozen=True, slots=True)
class ReplyTextView:
    text_id: int
    name: str
    text: str


def check_text(text: str) -> str:
    """The text tidied. Raises InvalidInput("reply_text", code): `empty_text`, `long_text`,
    `unknown_field`, or `lone_brace` for a brace that belongs to no field.
    """
    text = "\n".join(_printable(line).rstrip() for line in text.splitlines()).strip()
    if not text:
        raise InvalidInput("reply_text", "empty_text")
    if len(text) > TEXT_LIMIT:
        raise InvalidInput("reply_text", "long_text")
    if any(_field_name(found) not in FIELDS for found in _FIELD.finditer(text)):
        raise InvalidInput("reply_text", "unknown_field")
    if re.search(r"[{}]", _FIELD.sub("", text)):
        raise InvalidInput("reply_text", "lone_brace")
    return text


def render(text: str, values: Mapping[str, str]) -> str:
    """Fill the fields in. An empty value is left out with the space before it."""

    def fill(found: re.Match[str]) -> str:
        value = values.get(_field_name(found), "")
        return found["space"] + value if value else ""

    return _FIELD.sub(fill, text)


def first_name(name: str) -> str:
    """What a display name begins with, if that is a name and nothing else; else empty.

    Whoever writes the From decides what stands there, and it goes to whom the From names:
    an address, a link or a sentence must not travel in it.
    """
    last, comma, first = name.partition(",")
    words = (first if comma else last).split()
    word = words[0] if words else ""
    fits = len(word) <= FIRST_NAME_LIMIT and _NAME.fullmatch(word) is not None
    return word if fits else ""


def business_hours(mailbox: Mailbox, organization: Organization) -> str:
    """Such as `mon-fri 09:00-17:00 (Europe/Berlin)`; `at any time` where none are set."""
    if not mailbox.week:
        return "at any time"
    return f"{mailbox.week} ({mailbox.timezone or organization.timezone})"


class ReplyTexts:
    """For the leads of the mailbox and admins who work it; others of it may read."""

    def __init__(self, vault: Vault, now: Clock) -> None:
        self._vault = vault
        self._now = now

    async def texts(self, actor: Actor, mailbox_id: int) -> tuple[ReplyTextView, ...]:
        """By name. Raises NotFound."""
        mailbox = await mailbox_of(actor, mailbox_id)
        wrapped = (await Organization.get(id=mailbox.organization_id)).wrapped_key
        rows = await ReplyText.filter(mailbox_id=mailbox_id).order_by("name", "id")
        return tuple(
            ReplyTextView(row.id, row.name, self._vault.open(wrapped, TEXT, row.sealed_text) or "")
            for row in rows
        )

    async def save(self, actor: Actor, mailbox_id: int, name: str, text: str) -> int:
        """Write a text anew or for the first time; its id.

        Raises NotFound, NotAllowed("lead"), InvalidInput("reply_text" | "reply_name").
        """
        mailbox = await mailbox_for_lead(actor, mailbox_id)
        name, text = _checked_name(name), check_text(text)
        organization = await Organization.get(id=mailbox.organization_id)
        key = self._vault.key(organization.wrapped_key)
        if key is None:
            raise NotFound("organization")
        sealed = key.seal(TEXT, text)
        async with transaction():
            known = await find_text(mailbox_id, name)
            if (
                known is None
                and await ReplyText.filter(mailbox_id=mailbox_id).count() >= MOST_TEXTS
            ):
                raise InvalidInput("reply_name", "too_many_texts")
            if known is None:
                known = await ReplyText.create(
                    organization_id=mailbox.organization_id,
                    mailbox_id=mailbox_id,
                    name=name,
                    sealed_text=sealed,
                    created_at=self._now(),
                )
            else:
                await ReplyText.filter(id=known.id).update(sealed_text=sealed)
            await self._record(actor, mailbox_id, "reply_text.saved", known.id)
        return int(known.id)

    async def remove(self, actor: Actor, mailbox_id: int, name: str) -> None:
        """Raises NotFound, NotAllowed("lead")."""
        await mailbox_for_lead(actor, mailbox_id)
        async with transaction():
            known = await find_text(mailbox_id, name)
            if known is None:
                raise NotFound("reply_text")
            await known.delete()
            await self._record(actor, mailbox_id, "reply_text.removed", known.id)

    async def _record(self, actor: Actor, mailbox_id: int, action: str, text_id: int) -> None:
        await record(
            actor.organization_id,
            action,
            actor_id=actor.member_id,
            subject_kind="mailbox",
            subject_id=mailbox_id,
            at=self._now(),
            facts={"text": text_id},
        )


async def find_text(mailbox_id: int, name: str) -> ReplyText | None:
    """By name, whatever its case."""
    wanted = _folded(name)
    rows = await ReplyText.filter(mailbox_id=mailbox_id)
    return next((row for row in rows if _folded(row.name) == wanted), None)


def _checked_name(name: str) -> str:
    name = " ".join(_printable(name).split())
    if not name or len(name) > NAME_LIMIT:
        raise InvalidInput("reply_name")
    return name


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _field_name(found: re.Match[str]) -> str:
    return " ".join(found["name"].split()).casefold()


def _printable(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c)[0] != "C" or c == "\t")
