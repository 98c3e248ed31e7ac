"""What conversations ask of core: the ports, one file a subject, and one bundle of them."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.services.availability import Hours, Policies
from dialogs.services.bulk import BulkChanges
from dialogs.services.channels import Channels
from dialogs.services.features import Features, ReplyTexts
from dialogs.services.life import (
    Followers,
    Merges,
    Notes,
    Presences,
    Snoozing,
    Tags,
    Targets,
)
from dialogs.services.mail import Assignments, Threads
from dialogs.services.mailboxes import GrantFacts, Mailboxes, Onboarding
from dialogs.services.operations import DeadLetters, Links, OpenDialogs, Reports
from dialogs.services.people import People
from dialogs.services.rules import Rules

__all__ = [
    "Assignments",
    "BulkChanges",
    "Channels",
    "DeadLetters",
    "Features",
    "Followers",
    "GrantFacts",
    "Hours",
    "Links",
    "Mailboxes",
    "Merges",
    "Notes",
    "Onboarding",
    "OpenDialogs",
    "People",
    "Policies",
    "Presences",
    "ReplyTexts",
    "Reports",
    "Rules",
    "Services",
    "Snoozing",
    "Tags",
    "Targets",
    "Threads",
]


@dataclass(frozen=True, slots=True)
class Services:
    people: People
    assignments: Assignments
    threads: Threads
    mailboxes: Mailboxes
    onboarding: Onboarding
    reports: Reports
    rules: Rules
    dead_letters: DeadLetters
    open_dialogs: OpenDialogs
    links: Links
    features: Features
    reply_texts: ReplyTexts
    grant_facts: GrantFacts
    bulk: BulkChanges
    tags: Tags
    notes: Notes
    followers: Followers
    merges: Merges
    presences: Presences
    snoozing: Snoozing
    targets: Targets
    hours: Hours
    policies: Policies
    channels: Channels
