"""What people hear of threads: they follow them, a deadline nears, a rule says so. By code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.mail.models import ThreadState
from core.mail.views import ThreadView


@dataclass(frozen=True, slots=True)
class News:
    words: str
    digest: str = "following"
    """The list that is sent instead where much happens at once."""
    deadline: str = ""
    """`answer` or `finish`: no news any more once that is not due."""

    def still_true(self, view: ThreadView) -> bool:
        """When it is delivered, which may be a while after it happened."""
        if not self.deadline:
            return True
        due_at = view.answer_due_at if self.deadline == "answer" else view.finish_due_at
        return due_at is not None and view.state is not ThreadState.DONE


NEWS: Mapping[str, News] = {
    "new_mail": News("New mail in a thread that you follow."),
    "assigned": News("A thread that you follow is with somebody else now."),
    "finished": News("A thread that you follow is done."),
    "watched": News("The mail that you watched for has arrived."),
    "rule": News("A rule asks me to show you this thread.", "queue"),
    "answer_before": News("The first answer is due soon.", "queue", "answer"),
    "answer_after": News("The first answer is overdue.", "overdue", "answer"),
    "finish_before": News("This thread is to be finished soon.", "queue", "finish"),
    "finish_after": News("This thread should be finished by now.", "overdue", "finish"),
}
