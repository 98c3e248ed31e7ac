"""The first words to a person, and help."""

from __future__ import annotations

from collections.abc import Iterable

from dialogs.cards.elements import card, execute, heading, note, open_url, table, text_block
from dialogs.moves import Card, Element

SET_UP = "Postroom works once an administrator of your Microsoft 365 tenant has set it up."
KEPT_ABOUT_MEMBERS = (
    "About you, Postroom keeps your name, your work address, your Teams and Entra ids and what you "
    "did with mail (took, passed on, finished). Your colleagues see what you have open; leads of a "
    "mailbox see figures for each person of it; admins see who is ready. Nothing of a mail's "
    "text or attachments is ever kept."
)


def welcome_card(privacy_link: str, *, has_mailboxes: bool, is_admin: bool) -> Card:
    """For members: what to do first, and what is kept about them."""
    if has_mailboxes:
        first = "`queue` shows the mail that is yours, `unassigned` what nobody has."
    elif is_admin:
        first = "Say `onboard` to open the first shared mailbox, and `people` to see who is ready."
    else:
        first = "You work no mailbox yet: an admin adds you. From then on mail reaches you here."
    actions = [execute("Help", "help")]
    if has_mailboxes:
        actions.append(execute("My queue", "queue.page", {"page": 1}))
    return card(
        [
            heading("Welcome to Postroom"),
            text_block("Your team works its shared mailboxes together here."),
            text_block(first),
            note(SET_UP),
            note(KEPT_ABOUT_MEMBERS),
        ],
        [*actions, open_url("Privacy", privacy_link)],
        says="Welcome to Postroom",
    )


def stranger_card(privacy_link: str) -> Card:
    """For guests, people of other tenants and whoever is not known: what to do, nothing else."""
    return card(
        [
            heading("Welcome to Postroom"),
            text_block("Postroom lets a team work its shared Microsoft 365 mailboxes together."),
            text_block(
                "You are not among its members here. If you work in this organization, ask one "
                "of its Postroom admins to invite you, then say `hi` to me in 1:1. "
                "Guests cannot use it."
            ),
            note(SET_UP),
            note(KEPT_ABOUT_MEMBERS),
        ],
        [open_url("Privacy", privacy_link)],
        says="Welcome to Postroom",
    )


def help_card(lines: Iterable[tuple[str, str]], privacy_link: str) -> Card:
    """`lines` are (what to say, what it does): those the reader may use."""
    body: list[Element] = [
        heading("What you can say"),
        table(("Say", "What it does"), lines),
        note("In a channel I answer with numbers and first names only; mail is shown in 1:1."),
        note(SET_UP),
    ]
    body[1]["columns"] = [{"width": 1}, {"width": 2}]
    return card(body, [open_url("Privacy", privacy_link)], says="What you can say")
