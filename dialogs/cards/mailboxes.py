"""Mailboxes, the consent ledger, and the progress of a first sync."""

from __future__ import annotations

from datetime import datetime

from core.mailboxes.grants import Keeper
from core.mailboxes.models import GrantKind, MailboxState, Strategy
from core.mailboxes.views import ConsentView, FactView, MailboxView, ProgressView
from core.people.views import Actor
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    age,
    card,
    choices,
    execute,
    heading,
    labelled,
    note,
    plain,
    plural,
    rich,
    run,
    safe,
    table,
    text_block,
)
from dialogs.moves import Card, Element

MOST_SHOWN = 12
STATES = {
    MailboxState.ONBOARDING: ("being onboarded", "Accent"),
    MailboxState.WAITING_FOR_MICROSOFT: ("waiting for Microsoft", "Warning"),
    MailboxState.ACTIVE: ("active", "Good"),
    MailboxState.PAUSED: ("paused", "Warning"),
    MailboxState.NEEDS_CONSENT: ("needs consent", "Attention"),
    MailboxState.OFFBOARDED: ("offboarded", "Default"),
}
STRATEGIES = {
    Strategy.ROUND_ROBIN: "Round robin: to the next in turn",
    Strategy.LOAD_BALANCED: "Load balanced: to whoever has the fewest open",
    Strategy.WEIGHTED: "Weighted: by each person's share",
    Strategy.SKILLS: "Skills: to whoever has the skills for its tags",
    Strategy.PULL: "Pull: to nobody until somebody says `next`",
}
KINDS = {
    GrantKind.APPLICATION: "application grant",
    GrantKind.DELEGATED: "delegated grant: a person signed in",
}
_KEEPERS = {
    Keeper.MICROSOFT: ("Microsoft enforces", "Good"),
    Keeper.POSTROOM: ("Postroom promises", "Warning"),
}
_SUBJECTS = {"mailboxes": "Which mailboxes", "content": "What content"}
_FACTS = {
    "only_named": "only the named one",
    "all_the_token_opens": "Postroom opens only the named one; the grant could open more",
    "headers_only": "headers, never a body or an attachment",
    "bodies_in_flight": "rules look into bodies as mail arrives; nothing of a body is kept",
    "bodies_unread": "Postroom reads headers only; the grant could read bodies",
}
FEATURES = {
    "replies": "automatic replies",
    "write_back": "write-back of tags and assignee",
    "bodies": "words of bodies in rules",
}
"""What a mailbox may be allowed beyond headers."""
_ALSO = {
    "own_mailbox": "that person's own mailbox",
    "mailboxes_shared_with_them": "other mailboxes shared with them",
    "all_mailboxes": "every mailbox of the tenant",
}


def mailboxes_card(
    mailboxes: tuple[MailboxView, ...], *, reader: Actor, now: datetime, say: str = ""
) -> Card:
    title = f"Mailboxes: {len(mailboxes)}"
    body: list[Element] = [heading(title)]
    if say:
        body.append(note(say))
    if not mailboxes:
        body.append(note("None yet. An admin says `onboard` in 1:1 to begin."))
    for view in mailboxes[:MOST_SHOWN]:
        body += _mailbox(view, now)
    if len(mailboxes) > MOST_SHOWN:
        body.append(note(f"and {len(mailboxes) - MOST_SHOWN} more"))
    actions: list[Element] = []
    theirs = [m for m in mailboxes if reader.is_admin or m.mailbox_id in reader.leads]
    if theirs:
        options = [(plain(m.address, SUBJECT), str(m.mailbox_id)) for m in theirs[:60]]
        body.append(choices("mailbox", options, label="Pick a mailbox"))
        actions.append(execute("Policy", "policy.show"))
    if theirs and reader.is_admin:
        actions += [
            execute("Pause", "mailbox.pause"),
            execute("Resume", "mailbox.resume"),
            execute("Consent", "mailbox.consents"),
            execute("Offboard…", "mailbox.offboard"),
        ]
    closed = [m.mailbox_id for m in mailboxes if m.state is MailboxState.NEEDS_CONSENT]
    if closed:
        again = execute("Consent again", "mailbox.consent", {"mailbox": closed[0]})
        actions.append({**again, "associatedInputs": "none"})  # it is of that mailbox alone
    return card(body, actions, says=title)


def _mailbox(view: MailboxView, now: datetime) -> list[Element]:
    state, color = STATES[view.state]
    synced = f"synced {age(view.synced_at, now)} ago" if view.synced_at else "never synced"
    people = ", ".join(
        safe(person.name, NAME) + (" (lead)" if person.is_lead else "")
        for person in view.people[:12]
    )
    return [
        rich(
            run(safe(view.address, SUBJECT), weight="Bolder"),
            run(f" · {state}", color=color),
            separator=True,
        ),
        rich(
            run(
                f"{plural(view.open_threads, 'open thread')}, {view.unassigned:,} unassigned"
                f" · {synced} · {'nobody works it yet' if not people else ''}",
                isSubtle=True,
            ),
            run(people, isSubtle=True),
        ),
    ]


def fact_lines(facts: tuple[FactView, ...]) -> list[Element]:
    """The two facts of a grant, each with who keeps it."""
    return [
        rich(
            run(f"{_SUBJECTS[fact.subject]}: ", weight="Bolder"),
            run(f"{_FACTS[fact.code]} · "),
            run(
                _KEEPERS[Keeper(fact.keeper)][0],
                weight="Bolder",
                color=_KEEPERS[Keeper(fact.keeper)][1],
            ),
        )
        for fact in facts
    ]


def consents_card(consents: tuple[ConsentView, ...], *, now: datetime, say: str = "") -> Card:
    """The consent ledger, newest first."""
    title = "Consent ledger"
    body: list[Element] = [heading(title)]
    if say:
        body.append(note(say))
    if not consents:
        body.append(note("No consent was given yet."))
    for consent in consents[:MOST_SHOWN]:
        body.append(
            rich(
                run(safe(consent.mailbox, SUBJECT), weight="Bolder"),
                run(f" · {KINDS[consent.kind]}", isSubtle=True),
                separator=True,
            )
        )
        body += fact_lines(consent.facts)
        if consent.also_reaches:
            reaches = ", ".join(_ALSO[code] for code in consent.also_reaches)
            body.append(note(f"Besides, the grant itself could open {reaches}."))
        scopes = ", ".join(safe(scope, NAME) for scope in consent.scopes)
        body.append(labelled("Rights", scopes or "by Exchange role assignment"))
        if consent.revoked_at is None:
            allowed = ", ".join(FEATURES[code] for code in consent.features)
            body.append(labelled("Allowed besides", allowed or "nothing"))
        body.append(rich(run(_given(consent, now), isSubtle=True)))
    if len(consents) > MOST_SHOWN:
        body.append(note(f"and {len(consents) - MOST_SHOWN} older"))
    actions = [execute("Mailboxes", "mailbox.list")]
    standing = {c.mailbox_id: c.mailbox for c in consents if c.revoked_at is None}
    if standing:
        options = [(plain(name, SUBJECT), str(key)) for key, name in standing.items()]
        first = str(next(iter(standing)))
        body.append(choices("mailbox", options[:60], label="Take back consent to", value=first))
        actions.append(execute("Take back…", "consent.revoke"))
    return card(body, actions, says=title)


def revoke_card(view: MailboxView) -> Card:
    """Asks once more before a consent is taken back."""
    return card(
        [
            rich(
                run("Take back consent to "),
                run(safe(view.address, SUBJECT), weight="Bolder"),
                run("?"),
            ),
            note(
                "Its tokens are destroyed at once, and no more mail is read or assigned. "
                "Assignments and the place in the mailbox are kept until somebody consents again."
            ),
        ],
        [
            execute("Take back", "consent.revoked", {"mailbox": view.mailbox_id}),
            execute("Keep", "mailbox.consents"),
        ],
        says="Take back consent?",
    )


def _given(consent: ConsentView, now: datetime) -> str:
    by = f" by {safe(consent.granted_by, NAME)}" if consent.granted_by else ""
    if consent.granted_at is None:
        words = "not given yet"
    else:
        words = f"given {age(consent.granted_at, now)} ago{by}"
    if consent.probed_at is not None:
        words += f" · probed {age(consent.probed_at, now)} ago"
    if consent.revoked_at is not None:
        words += f" · revoked {age(consent.revoked_at, now)} ago"
    return words


def progress_card(view: ProgressView) -> Card:
    """The first sync under way, and at its end the summary."""
    title = "First sync: done" if view.is_finished else "First sync: under way"
    body: list[Element] = [
        heading(title),
        rich(run(safe(view.mailbox, SUBJECT), weight="Bolder")),
        text_block(
            f"Folders {view.folders_done} of {view.folders} · "
            f"{plural(view.messages, 'message')} · {plural(view.threads, 'thread')}"
        ),
        text_block(f"{view.assigned:,} assigned · {view.waiting:,} waiting"),
    ]
    if view.skipped:
        body.append(note(f"{plural(view.skipped, 'message')} could not be read and were skipped."))
    if view.is_finished:
        if view.people:
            rows = [(safe(name, NAME), f"{count:,}") for name, count in view.people[:20]]
            body.append(table(("Person", "Open"), rows))
        body.append(note("New mail is assigned as it arrives. `queue` shows what is yours."))
    else:
        body.append(note("This card changes as the sync goes on; there is nothing to wait for."))
    return card(body, says=title)
