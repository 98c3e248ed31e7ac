"""The tags of a mailbox, with the effort they mean."""

from __future__ import annotations

from core.mailboxes.views import MailboxView
from core.threads.tags import TagView
from dialogs.cards.elements import LINE, SUBJECT, card, heading, note, rich, run, safe, table
from dialogs.moves import Card, Element

MOST = 60
"""Tags shown at once."""


def tags_card(mailbox: MailboxView, tags: tuple[TagView, ...]) -> Card:
    body: list[Element] = [heading("Tags"), rich(run(safe(mailbox.address, SUBJECT)))]
    if tags:
        rows = [(safe(tag.name, LINE), str(tag.weight)) for tag in tags[:MOST]]
        body.append(table(("Tag", "Effort"), rows))
        body.append(
            note(
                "Effort is in ordinary threads; a thread counts as the heaviest of its tags. A "
                "lead changes it: `tags help@… Invoice weighs 3`."
            )
        )
    else:
        body.append(note("There are none yet. `tag 42 Invoice` makes one."))
    if len(tags) > MOST:
        body.append(note(f"The first {MOST} of {len(tags)} are shown."))
    return card(body, says="Tags")
