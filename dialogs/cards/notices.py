"""Small cards: a sentence, perhaps with a link or a button."""

from __future__ import annotations

from collections.abc import Sequence

from dialogs.cards.elements import card, heading, text_block
from dialogs.moves import Card, Element


def notice_card(title: str, *sentences: str, actions: Sequence[Element] = ()) -> Card:
    """All words are ours."""
    return card(
        [heading(title), *(text_block(sentence) for sentence in sentences)],
        actions,
        says=title,
    )
