"""How a mailbox hands out its threads: in sentences, and as a form for its leads."""

from __future__ import annotations

from core.mailboxes.models import HandBack, Sticky, Strategy
from core.mailboxes.policy_checks import LIMITS
from core.mailboxes.policy_views import PolicyPersonView, PolicyView
from core.people.views import Actor
from dialogs.cards.availability import holiday_words, week_words
from dialogs.cards.elements import (
    NAME,
    SUBJECT,
    card,
    choices,
    execute,
    heading,
    note,
    plain,
    plural,
    rich,
    run,
    safe,
    text_block,
)
from dialogs.cards.inputs import number_input, text_input
from dialogs.cards.mailboxes import STRATEGIES
from dialogs.moves import Card, Element

MOST_SHOWN = 30
STICKY = {
    Sticky.IF_AVAILABLE: "only if they are available",
    Sticky.WITHIN_HOURS: "and waits for them if they are available within some hours",
    Sticky.ALWAYS: "and waits for them, however long",
}
HAND_BACK = {
    HandBack.KEEP: "stay with their person",
    HandBack.POOL: "go back to the pool",
    HandBack.COLLEAGUE: "go to a colleague",
}
TO_COLLEAGUE = "to:"
"""Before a member id, in the choice of what becomes of unfinished threads."""


def policy_card(view: PolicyView, *, reader: Actor, say: str = "") -> Card:
    title = "How mail is handed out"
    body: list[Element] = [
        heading(title),
        rich(run(safe(view.mailbox, SUBJECT), weight="Bolder")),
    ]
    if say:
        body.append(text_block(say, weight="Bolder"))
    body += [rich(run(sentence)) for sentence in sentences(view)]
    body += [_person(person, view.strategy) for person in view.people[:MOST_SHOWN]]
    if len(view.people) > MOST_SHOWN:
        body.append(note(f"and {len(view.people) - MOST_SHOWN} more"))
    mailbox = {"mailbox": view.mailbox_id}
    actions: list[Element] = []
    if may_change(view, reader):
        body += _form(view)
        actions.append(execute("Save", "policy.save", mailbox))
    own = next((p for p in view.people if p.member_id == reader.member_id), None)
    if own is not None and own.opted_out:
        actions.append(_aside("Opt in", "policy.opt_in", mailbox))
    elif own is not None:
        actions.append(_aside("Opt out", "policy.opt_out", mailbox))
    return card(body, actions, says=title)


def may_change(view: PolicyView, reader: Actor) -> bool:
    return reader.is_admin or view.mailbox_id in reader.leads


def named_on(view: PolicyView) -> tuple[int, ...]:
    """Ids of those whom the card names."""
    return tuple(person.member_id for person in view.people[:MOST_SHOWN])


def sentences(view: PolicyView) -> list[str]:
    """The settings as they are, one sentence each; made safe."""
    load = "effort" if view.counts_effort else "open threads"
    capacity = "No limit to what one person has."
    if view.capacity is not None:
        capacity = f"At most {view.capacity} ({load}) a person; snoozed threads do not count."
    closed = f", closed on {holiday_words(view.holidays)}" if view.holidays else ""
    return [
        f"{STRATEGIES[view.strategy]}.",
        capacity,
        f"Business hours: {week_words(view.week)} ({view.timezone}{closed}).",
        _sticky(view),
        (
            "Nobody gets over 1.5 equal shares of an hour's mail while another is free."
            if view.fair_share
            else "The quick may get more than their share of an hour's mail."
        ),
        f"When a shift ends, unfinished threads {_hand_back(view)}.",
    ]


def _sticky(view: PolicyView) -> str:
    how = STICKY[view.sticky]
    if view.sticky is Sticky.WITHIN_HOURS:
        how = f"and waits for them if they are available within {view.sticky_hours} h"
    words = f"A thread that comes back goes to whoever had it, {how}."
    if view.sticky_sender_days is not None:
        days = plural(view.sticky_sender_days, "day")
        words += f" So does a new thread of a sender whose last one is at most {days} old."
    return words


def _hand_back(view: PolicyView) -> str:
    for person in view.people:
        if view.hand_back is HandBack.COLLEAGUE and person.member_id == view.hand_back_to_id:
            return f"go to {safe(person.name, NAME, 'a colleague')}"
    return HAND_BACK[view.hand_back]


def _person(person: PolicyPersonView, strategy: Strategy) -> Element:
    facts = [
        "lead" if person.is_lead else "",
        "" if person.in_pool else "not given work",
        "opted out" if person.opted_out else "",
        f"share {person.weight}" if strategy is Strategy.WEIGHTED or person.weight != 1 else "",
        ", ".join(safe(skill, NAME) for skill in person.skills),
    ]
    return rich(
        run(safe(person.name, NAME, "unnamed"), weight="Bolder"),
        run("".join(f" · {fact}" for fact in facts if fact) or " · given work", isSubtle=True),
        separator=True,
    )


def _form(view: PolicyView) -> list[Element]:
    people = [(plain(p.name, NAME, "unnamed"), str(p.member_id)) for p in view.people[:MOST_SHOWN]]
    to = [(f"go to {name}", f"{TO_COLLEAGUE}{member_id}") for name, member_id in people]
    hand_back = view.hand_back.value
    if view.hand_back is HandBack.COLLEAGUE:
        hand_back = f"{TO_COLLEAGUE}{view.hand_back_to_id}"
    form = [
        choices(
            "strategy",
            [(title, strategy.value) for strategy, title in STRATEGIES.items()],
            label="New mail",
            value=view.strategy.value,
        ),
        _number("capacity", "Most a person may have; empty: no limit", view.capacity),
        _either(
            "counts_effort",
            "Load counts",
            "open threads",
            "effort: the weight of their tags",
            view.counts_effort,
        ),
        _either("fair_share", "Equal shares of an hour", "off", "on", view.fair_share),
        choices(
            "sticky",
            [(title, sticky.value) for sticky, title in STICKY.items()],
            label="What comes back goes to whoever had it",
            value=view.sticky.value,
        ),
        _number("sticky_hours", "Hours to wait for them", view.sticky_hours),
        _number(
            "sticky_sender_days",
            "Days in which a sender's new thread goes there too; empty: none",
            view.sticky_sender_days,
        ),
        choices(
            "hand_back",
            [(HAND_BACK[HandBack.KEEP], "keep"), (HAND_BACK[HandBack.POOL], "pool"), *to],
            label="When a shift ends, unfinished threads",
            value=hand_back,
        ),
        text_input("week", label="Business hours", value=view.week, placeholder="always"),
        text_input("timezone", label="Time zone", value=view.timezone, longest=64),
        text_input("holidays", label="Closed on holidays of", value=view.holidays, longest=16),
    ]
    if 0 < len(view.people) <= MOST_SHOWN:
        pool = ",".join(str(person.member_id) for person in view.people if person.in_pool)
        form.append(choices("pool", people, label="Who is given work", value=pool, several=True))
    return form


def _number(name: str, label: str, value: int | None) -> Element:
    least, most = LIMITS[name]
    return number_input(name, label=label, least=least, most=most, value=value)


def _either(name: str, label: str, off: str, on: str, value: bool) -> Element:
    options = [(off, "false"), (on, "true")]
    return choices(name, options, label=label, value="true" if value else "false")


def _aside(title: str, verb: str, data: dict[str, int]) -> Element:
    """A button that leaves the form alone."""
    action = execute(title, verb, data)
    return {**action, "associatedInputs": "none"}
