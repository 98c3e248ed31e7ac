"""What rules want of one thread, gathered message by message. No I/O.

Of several rules, and of several actions of one kind, the first counts; tags and notices add up.
Of several messages of a page the first that is assigned counts, as it would have page by page:
what somebody has is not assigned anew. Priority and rest (snoozed, finished) are the newest
message's, since every message wakes a thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.mail.models import Priority
from core.rules.engine import Key, Outcome
from core.rules.reply_queue import WantedReply
from core.rules.terms import (
    AddTag,
    AssignTo,
    Finish,
    NotifyChannel,
    NotifyPerson,
    Reply,
    SetPriority,
    Snooze,
    Target,
)


@dataclass(slots=True)
class Wanted:
    """Each thing with the rule that wants it."""

    assign: tuple[Key, tuple[Target, ...]] | None = None
    priority: tuple[Key, Priority] | None = None
    rest: tuple[Key, Snooze | Finish] | None = None
    tags: dict[str, Key] = field(default_factory=dict)
    told: dict[int, Key] = field(default_factory=dict)
    """Members who are to be shown the thread."""
    channel: Key | None = None
    """The mailbox's channel is to hear of it."""

    def add(self, outcome: Outcome, *, is_newest: bool) -> None:
        """`is_newest`: no message that came in later is known."""
        priority: tuple[Key, Priority] | None = None
        rest: tuple[Key, Snooze | Finish] | None = None
        for rule_id, version, action in outcome.actions:
            key = (rule_id, version)
            match action:
                case AssignTo(targets):
                    self.assign = self.assign or (key, targets)
                case AddTag(name):
                    self.tags.setdefault(name, key)
                case SetPriority(value):
                    priority = priority or (key, value)
                case Snooze() | Finish():
                    rest = rest or (key, action)
                case NotifyPerson(member_id):
                    self.told.setdefault(member_id, key)
                case NotifyChannel():
                    self.channel = self.channel or key
        if is_newest:
            self.priority = priority or self.priority
            self.rest = rest

    @property
    def is_put_off(self) -> bool:
        """It goes to rest without anybody being given it."""
        return self.rest is not None and (isinstance(self.rest[1], Finish) or self.assign is None)


def replies_of(outcome: Outcome, graph_id: str, in_hours: bool | None) -> list[WantedReply]:
    return [
        WantedReply(graph_id, action.text_name, action.when.value, in_hours, rule_id)
        for rule_id, _, action in outcome.actions
        if isinstance(action, Reply)
    ]
