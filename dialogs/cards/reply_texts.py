"""The texts of a mailbox's automatic replies."""

from __future__ import annotations

from core.mailboxes.views import MailboxView
from core.rules.reply_texts import ReplyTextView
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    card,
    choices,
    execute,
    heading,
    note,
    plain,
    rich,
    run,
    safe,
)
from dialogs.moves import Card, Element

MOST_SHOWN = 10
LINES, LINE = 6, 300
"""Of a text: lines shown, and characters of each."""


def reply_texts_card(
    view: MailboxView, texts: tuple[ReplyTextView, ...], *, writes: bool, say: str = ""
) -> Card:
    """`writes`: the reader may change them."""
    title = f"Texts of automatic replies: {len(texts)}"
    body: list[Element] = [
        heading(title),
        rich(run(safe(view.address, SUBJECT), weight="Bolder")),
    ]
    if say:
        body.append(note(say))
    if not texts:
        body.append(note("None yet. A rule sends one by its name."))
    for text in texts[:MOST_SHOWN]:
        body.append(rich(run(safe(text.name, NAME), weight="Bolder"), separator=True))
        shown = [line for line in text.text.splitlines() if line.strip()]
        body += [rich(run(safe(line, LINE))) for line in shown[:LINES] if safe(line, LINE)]
        if len(shown) > LINES:
            body.append(note("…"))
    if len(texts) > MOST_SHOWN:
        body.append(note(f"and {len(texts) - MOST_SHOWN} more"))
    actions: list[Element] = []
    if writes:
        data = {"mailbox": view.mailbox_id}
        actions.append(execute("Write one…", "replies.write", data))
        if texts:
            options = [(plain(text.name, NAME, "?"), str(text.text_id)) for text in texts]
            body.append(choices("reply", options, label="Pick one", value=options[0][1]))
            actions.append(execute("Remove", "replies.remove", data))
    return card(body, actions, says=title)
