"""The first words to a person, and help."""

from __future__ import annotations

from dialogs.cards.elements import card, execute, heading, note, open_url, text_block
from dialogs.moves import Card, Element

Help = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""(subject, its lines), each of (what to say, what it does)."""

SET_UP = "An administrator of your Microsoft 365 tenant must set Postroom up before it can be used."
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


def help_card(told: Help, privacy_link: str) -> Card:
    """Of several subjects or one, what the reader may say."""
    title = "What you can say"
    body: list[Element] = [heading(title)]
    if len(told) > 1:
        first = told[1][0].split()[0].lower()
        body.append(note(f"One subject alone: `help {first}`, by the first word of its heading."))
    for subject, lines in told:
        body.append(text_block(subject, weight="Bolder", color="Accent", separator=True))
        body += [text_block(f"**{say}**: {does}", spacing="Small") for say, does in lines]
    body += [
        note("In a channel I answer with numbers and first names only; mail is shown in 1:1."),
        note(SET_UP),
    ]
    return card(body, [open_url("Privacy", privacy_link)], says=title)
