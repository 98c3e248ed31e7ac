"""The lead asks for the report; its figures are the database's."""

from __future__ import annotations

from sandbox.tour import records
from sandbox.tour.cards import card_in, has_element, words
from sandbox.tour.stage import Stage

SHOWN = 25
"""People a report's card has room for."""


async def report(stage: Stage) -> None:
    checks, admin = stage.checks, stage.admin
    card = await stage.ask(admin, "report")
    figures = _rows(card_in(card))
    now = await records.totals()
    checks.equal("the report counts what is open", f"{now.open:,}", figures.get("Open now"))
    checks.equal("and what waits", f"{now.waiting:,}", figures.get("Waiting now"))
    answered = (figures.get("Threads answered") or "").replace(",", "")
    checks.true("answers have a figure", answered.isdigit())
    checks.true("there is a chart", has_element(card_in(card), "Chart."))
    each = await records.open_threads()
    members = await records.member_ids()
    wanted = {user.name: f"{each.get(members[user.id], 0):,}" for user in stage.people}
    shown = {name: figures[name] for name in wanted if name in figures}
    right = {name: count for name, count in wanted.items() if name in shown}
    checks.equal("the lead sees people's open threads", right, shown)
    checks.equal("and everybody, if they are not too many", min(len(wanted), SHOWN), len(shown))
    if len(stage.people) > 1:
        colleague = stage.people[-1]
        theirs = words(await stage.ask(colleague, "report"))
        checks.true("who does not lead sees no others", admin.name not in theirs)
    last = words(await stage.ask(admin, "report last week"))
    checks.true("`report last week` is understood", "Report:" in last)


def _rows(card: object) -> dict[str, str]:
    """The first two cells of every table row in the card."""
    found: dict[str, str] = {}
    if isinstance(card, dict):
        if card.get("type") == "TableRow":
            cells = [_text(cell) for cell in card.get("cells", [])]
            return {cells[0]: cells[1]} if len(cells) > 1 else {}
        for part in card.values():
            found |= {name: text for name, text in _rows(part).items() if name not in found}
    elif isinstance(card, list):
        for part in card:
            found |= {name: text for name, text in _rows(part).items() if name not in found}
    return found


def _text(part: object) -> str:
    if isinstance(part, dict):
        return str(part.get("text", "")) + "".join(
            _text(inner) for inner in part.values() if isinstance(inner, dict | list)
        )
    return "".join(map(_text, part)) if isinstance(part, list) else ""
