"""Why a thread is whose, or whose not, in sentences.

Absences are told as such and no more: nobody reads here that a colleague is ill or on holiday.
"""

from __future__ import annotations

from datetime import datetime

from core.mail.views import EarlierView, ThreadView, WhyView
from dialogs.cards.elements import NAME, age, moment, note, rich, run, safe, text_block
from dialogs.moves import Element

_DECIDED = {
    # By the mailbox's strategy.
    "fewest_open": "has the fewest open threads of those who are free",
    "next_in_turn": "is next in turn",
    "by_share": "is furthest below their share",
    "skilled": "has the skill, and the fewest open threads of those who have it",
    # By a rule, or to whom it belonged.
    "by_rule": "was named by a rule",
    "colleague": "takes over when a colleague's working hours end",
    "same_thread": "had this thread before",
    "same_sender": "had this sender's last thread",
    "merged": "had the thread that was merged into it",
    # By people.
    "by_hand": "was chosen by hand",
    "taken": "took it",
    "restored": "had it before a change of many threads, which was undone",
    "in_outlook": "was chosen by a category in Outlook",
}
_STRATEGIES = {
    "round_robin": ("next_in_turn", "round robin"),
    "load_balanced": ("fewest_open", "load balanced"),
    "weighted": ("by_share", "weighted"),
    "skills": ("skilled", "skills"),
    "pull": ("fewest_open", "pull"),
}
"""Strategy to (the code that tells it, its name)."""
_NOBODY = {
    "nobody_ready": "Nobody who works this mailbox is ready.",
    "nobody_in_pool": "No person is given work in this mailbox yet.",
    "nobody_free": "Everybody is away, outside working hours, or has as many as they can take.",
    "nobody_skilled": "Nobody who is free has the skill it asks for.",
    "nobody_named": "Nobody whom the rule names can be given it now.",
    "nobody_in_share": "Everybody who is free has had their share of this hour.",
    "pull": "It waits until somebody asks for it with `next`.",
    "waits_for_owner": "It waits for who had it before.",
    "released": "It was put back for anyone to take.",
    "left": "Whoever had it has left.",
    "unreachable": "Whoever had it cannot be reached in Teams.",
    "handed_back": "It was put back when its person's working hours ended.",
    "history": "It is from before the day this mailbox began to be assigned.",
    "paused": "The mailbox is paused.",
    "restored": "It was free before a change of many threads, which was undone.",
    "finished_by_rule": "It is done.",
    "snoozed_by_rule": "It is snoozed.",
}
_SKIPPED = {
    "invited": "has not added Postroom in Teams yet",
    "not_ready": "is not ready",
    "unreachable": "cannot be reached in Teams",
    "left": "has left",
    "away": "is away",
    "holiday": "is away",
    "off_hours": "is outside working hours",
    "full": "has as many as they can take",
    "not_in_pool": "is not given work here",
    "opted_out": "has asked not to be given work here",
    "lacks_skill": "lacks the skill it asks for",
    "not_named": "is not named by the rule",
    "over_share": "has had their share of this hour",
    "had_it": "had it until now",
}
_ANY = "was chosen"
_ANY_WAIT = "Nobody has it yet."
_ANY_SKIP = "could not be given it then"
SHOWN = 12
"""People named in a line."""


def waiting(code: str | None) -> str:
    """Why nobody has it."""
    return _NOBODY.get(code or "", _ANY_WAIT)


def decided(code: str) -> str:
    """What follows the name of who got it."""
    return _DECIDED.get(code, _ANY)


def passed_over(code: str) -> str:
    """What follows the name of who was not considered."""
    return _SKIPPED.get(code, _ANY_SKIP)


def reasons(view: ThreadView, now: datetime) -> list[Element]:
    """The newest decision: who, why, who was considered and passed over; then those before."""
    why = view.why
    if why is None:
        return [note(waiting(view.waiting_reason))]
    lines = [_decision(why), *_wait(why)]
    if why.considered:
        load = "effort open then" if why.counts_effort else "open threads then"
        counts = ", ".join(f"{safe(name, NAME)} {n}" for name, n in why.considered[:SHOWN])
        lines.append(rich(run(f"Considered ({load}): ", isSubtle=True), run(counts)))
    if why.skipped:
        people = (f"{safe(name, NAME)} {passed_over(code)}" for name, code in why.skipped[:SHOWN])
        lines.append(rich(run("Passed over: ", isSubtle=True), run("; ".join(people))))
    return lines + _history(why, now)


def _decision(why: WhyView) -> Element:
    """`Rule 3 (version 2) gives it to Finance pool. Ada has the fewest open threads…`"""
    runs = []
    if why.rule is not None:
        target = safe(why.team or why.member, NAME, "nobody who is free")
        runs += [run(f"{_rule(why.rule)} gives it to "), run(target, weight="Bolder"), run(". ")]
    if why.member is None:
        return rich(*runs, run(waiting(why.code)))
    if why.rule is not None and why.code == "by_rule" and len(why.considered) < 2:
        return rich(*runs)
    runs += [run(safe(why.member, NAME), weight="Bolder"), run(f" {_found(why)}")]
    if why.by:
        runs.append(run(f" (by {safe(why.by, NAME)})"))
    return rich(*runs, run("."))


def _found(why: WhyView) -> str:
    """What was decided, with the name of the strategy where one did: also among a rule's pool."""
    told, name = _STRATEGIES.get(why.strategy or "", (why.code, ""))
    if not name:
        return decided(why.code)
    words = decided(told if why.code in ("by_rule", "colleague") else why.code)
    if why.counts_effort:
        words = words.replace("the fewest open threads", "the least effort open")
    if any(code == "over_share" for _, code in why.skipped):
        words += ", after an even share of this hour"
    return f"{words} ({name})"


def _wait(why: WhyView) -> list[Element]:
    lines = []
    if why.waits_for is not None and why.member is None:
        lines.append(rich(run("It waits for "), run(safe(why.waits_for, NAME)), run(".")))
    if why.waits_until is not None and why.member is None:
        lines.append(text_block(f"At the earliest until {moment(why.waits_until)}."))
    return lines


def _history(why: WhyView, now: datetime) -> list[Element]:
    if not why.earlier:
        return []
    lines = [
        rich(run(f"{age(one.at, now)} ago: ", isSubtle=True, size="Small"), _earlier(one))
        for one in why.earlier
    ]
    return [note("Before that:"), *lines]


def _earlier(one: EarlierView) -> Element:
    by_rule = f"{_rule(one.rule)}: " if one.rule is not None else ""
    if one.member is None:
        return run(f"{by_rule}{waiting(one.code)}", size="Small")
    by = f" (by {safe(one.by, NAME)})" if one.by else ""
    return run(f"{by_rule}{safe(one.member, NAME)} {decided(one.code)}{by}.", size="Small")


def _rule(rule: tuple[int, int]) -> str:
    number, version = rule
    return f"Rule {number} (version {version})"
