"""A believable tenant, the same at every start: people, one shared mailbox, two apps."""

from __future__ import annotations

import unicodedata
import uuid

from core.clock import Clock, utc_now
from sandbox.tenant import App, Tenant, User

DOMAIN = "contoso.example"
TENANT_ID = "6b0f3f7e-52c1-4f0e-9a53-0d4c6f1f7a10"
CLIENT_ID = "1d3c9d5a-8f5e-4f0b-9c0e-7a1b6a4e2c01"
CLIENT_SECRET = "sandbox-graph-app-secret"
BOT_APP_ID = "2e7f4b8c-6a1d-4d3e-8b9f-5c2d7e6f3a02"
BOT_APP_PASSWORD = "sandbox-bot-app-password"
HELP_MAILBOX = f"help@{DOMAIN}"
MOST_MEMBERS = 50

_NAMES = (
    "Ada Okonkwo, Mateo Álvarez, Yuki Tanaka, Leïla Benali, Jonas Lindqvist, Priya Raman,"
    " Tomás Novák, Amina Diallo, Wei Zhang, Saoirse Byrne, Nikolai Petrov, Fatima Haddad,"
    " Luca Ferrari, Ngozi Eze, Hana Dvořáková, Arjun Mehta, Chloé Dubois, Kwame Mensah,"
    " Min-ji Park, Elif Yilmaz, Diego Morales, Aroha Ngata, Svetlana Ivanova, Omar Farouk,"
    " Greta Schulz, Thabo Nkosi, Beatriz Costa, Rasmus Virtanen, Zainab Bello, Hiroshi Sato,"
    " Mariam Kiknadze, Petra Horvat, Samuel Cohen, Nguyen Linh, Isabel Fernandes, Anil Perera,"
    " Katarzyna Zielinska, Davit Petrosyan, Lucía Romero, Tariq Aziz, Emma Johansen,"
    " Kofi Asante, Noor Jansen, Giorgos Pappas, Rania Khoury, Björn Eriksson, Dalia Ramos,"
    " Viktor Kovács, Siti Rahman, Oliver Hughes"
)


def sample_tenant(members: int = 5, *, now: Clock = utc_now) -> Tenant:
    """A tenant of 1 to 50 members with ids that never change.

    The first member is the tenant administrator. All but the last have FullAccess to the
    shared mailbox, so that both a consent that works and one that cannot be tried.
    The Graph app has no service principal before somebody consents; the bot's has one,
    as a single-tenant registration does.
    """
    if not 1 <= members <= MOST_MEMBERS:
        raise ValueError(f"between 1 and {MOST_MEMBERS} members")
    names = [" ".join(name.split()) for name in _NAMES.split(",")][:members]
    users = [_user(name) for name in names]
    users[0].is_tenant_admin = True
    for user in users[: max(1, members - 1)]:
        user.full_access.add(HELP_MAILBOX)
    return Tenant(
        id=TENANT_ID,
        domain=DOMAIN,
        users={user.id: user for user in users},
        shared_mailboxes={HELP_MAILBOX: _object_id(HELP_MAILBOX)},
        apps={
            CLIENT_ID: App(CLIENT_ID, CLIENT_SECRET, name="Postroom"),
            BOT_APP_ID: App(BOT_APP_ID, BOT_APP_PASSWORD, name="Postroom bot"),
        },
        service_principals={BOT_APP_ID},
        now=now,
    )


def _user(name: str) -> User:
    given_name, family_name = name.split(" ")
    email = f"{_ascii(given_name)}.{_ascii(family_name)}@{DOMAIN}"
    object_id = _object_id(email)
    teams_id = f"29:1{uuid.uuid5(uuid.UUID(BOT_APP_ID), object_id).hex}"
    return User(object_id, name, given_name, email, teams_id)


def _object_id(address: str) -> str:
    return str(uuid.uuid5(uuid.UUID(TENANT_ID), address))


def _ascii(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return letters.encode("ascii", "ignore").decode().lower()
