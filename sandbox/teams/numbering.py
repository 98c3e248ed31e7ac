"""Numbers for cards and buttons, by which a person at a keyboard names them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from sandbox.teams.buttons import Button, NoSuchButton, buttons
from sandbox.teams.history import Activity

Find = Callable[[str, str, str], Activity | None]
"""Conversation, activity id and Entra object id of the viewer to the message as it stands."""


class CardNumbers:
    """Each person's messages with buttons, numbered from 1 as they came."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._cards: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)

    def number(self, user_id: str, activity: Activity) -> int | None:
        """The card's number for this person, given on first sight; None without buttons."""
        if not buttons(activity):
            return None
        cards, key = self._cards[user_id], (activity["conversation"]["id"], activity["id"])
        if key not in cards:
            cards.append(key)
        return cards.index(key) + 1

    def is_old(self, user_id: str, number: int) -> bool:
        """Whether another card came after it."""
        return number < len(self._cards[user_id])

    def card(self, user_id: str, number: str) -> Activity:
        """Raises NoSuchButton."""
        cards = self._cards[user_id]
        if number.isdecimal() and 1 <= int(number) <= len(cards):
            activity = self._find(*cards[int(number) - 1], user_id)
            if activity is not None:
                return activity
        raise NoSuchButton

    def button(self, user_id: str, name: str) -> tuple[Activity, Button]:
        """`3` is on the newest card, `2.3` on card 2. Raises NoSuchButton."""
        card, dot, number = name.rpartition(".")
        activity = self.card(user_id, card) if dot else self._newest(user_id)
        there = buttons(activity)
        if not number.isdecimal() or not 1 <= int(number) <= len(there):
            raise NoSuchButton
        return activity, there[int(number) - 1]

    def names_a_button(self, user_id: str, text: str) -> bool:
        """A bare number that is no button is something to say: a dialog may have asked for it."""
        if not text.replace(".", "", 1).isdecimal():
            return False
        try:
            self.button(user_id, text)
        except NoSuchButton:
            return False
        return True

    def _newest(self, user_id: str) -> Activity:
        for key in reversed(self._cards[user_id]):
            activity = self._find(*key, user_id)
            if activity is not None and buttons(activity):
                return activity
        raise NoSuchButton
