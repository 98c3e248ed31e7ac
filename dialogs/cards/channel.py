"""What a channel hears of a thread: its number, and the first name of who has it."""

from __future__ import annotations

from core.mail.models import ThreadState
from core.mailboxes.channel_views import ChannelNews
from dialogs.cards.elements import card, execute, first_name, rich, run
from dialogs.moves import Reply


def channel_reply(news: ChannelNews) -> Reply:
    """The button shows the thread in 1:1 to whoever may see it."""
    said = _sentence(news)
    return Reply(
        card=card(
            [rich(run(said))],
            [execute("Open in 1:1", "thread.open", {"thread": news.thread_id})],
            says=said,
        ),
        kind="channel",
        threads=(news.thread_id,),
        people=() if news.assignee_id is None else (news.assignee_id,),
    )


def _sentence(news: ChannelNews) -> str:
    number = f"#{news.thread_id}"
    match news.state:
        case ThreadState.DONE:
            how = f"{number} is done."
        case ThreadState.SNOOZED:
            how = f"{number} rests."
        case ThreadState.OPEN if news.assignee_id is None:
            how = f"{number} waits."
        case ThreadState.OPEN:
            how = f"{number} is with {first_name(news.assignee)}."
    return how if news.rule is None else f"Rule {news.rule}: {how}"
