"""The admin onboards the mailbox: every step of the dialog, the consent pages, the probes."""

from __future__ import annotations

from sandbox.browser import Browser
from sandbox.teams.history import Activity
from sandbox.tour import records
from sandbox.tour.cards import choices, link, title, words
from sandbox.tour.stage import Stage
from sandbox.tour.waiting import until


async def onboard(stage: Stage) -> None:
    card = await _until_consent(stage)
    card = await _consent(stage, card)
    await _set_to_work(stage, card)


async def _until_consent(stage: Stage) -> Activity:
    """Address, kind of grant, from when."""
    checks, admin = stage.checks, stage.admin
    card = await stage.ask(admin, "onboard")
    checks.true("onboarding asks for the mailbox", "Which mailbox" in words(card))
    refused = await stage.ask(admin, "the one for help")
    checks.true(
        "what is no address is refused and not repeated",
        "I need the address" in words(refused) and "the one for help" not in words(refused),
    )
    card = await stage.ask(admin, stage.box.mailbox)
    shown = words(card)
    checks.true(
        "both kinds of grant are shown with who keeps what",
        "Microsoft enforces" in shown and "Postroom promises" in shown,
    )
    await stage.press(admin, card, "Next", {"kind": "application"})
    card = stage.standing(admin, card)
    checks.true("from when on is asked", "From when on" in title(card), title(card))
    await stage.press(admin, card, "Next", {"days": "all"})
    card = stage.standing(admin, card)
    lines = words(card)
    checks.true(
        "the lines for Exchange are there to paste",
        "New-ManagementRoleAssignment" in lines and "-MessageCopyForSentAsEnabled" in lines,
    )
    return card


async def _consent(stage: Stage, card: Activity) -> Activity:
    """Microsoft's pages; then Exchange's rights, which are waited for until they are given."""
    checks, admin = stage.checks, stage.admin
    stage.transcript.happened(f"{admin.name} opens “Consent” and signs in at Microsoft")
    async with Browser(stage.box.ca_file) as browser:
        status, page = await browser.consent(link(card, "Consent"), admin.id)
    stage.transcript.happened(f"the page at the end says: {page}")
    checks.equal("the consent comes back", 200, status)
    arrived = await until(lambda: _notice(stage, "Consent has arrived"), "word of the consent")
    checks.true("the admin is told in Teams", arrived)
    await stage.press(admin, card, "Continue")
    checks.equal(
        "without rights in Exchange it waits for Microsoft",
        "Waiting for Microsoft",
        title(stage.standing(admin, card)),
    )
    stage.transcript.happened("an Exchange administrator runs the lines")
    stage.box.grant_in_exchange()
    await stage.press(admin, card, "Check now")
    card = stage.standing(admin, card)
    checks.equal("the probes pass", "Which folders are worked?", title(card))
    return card


async def _set_to_work(stage: Stage, card: Activity) -> None:
    """Folders, people, strategy, start."""
    checks, admin = stage.checks, stage.admin
    inbox = choices(card, "Next", "folders").get("Inbox", "")
    await stage.press(admin, card, "Next", {"folders": inbox})
    card = stage.standing(admin, card)
    offered = choices(card, "Next", "people")
    names = [user.name for user in stage.people]
    checks.true("everyone can be picked", set(names) <= set(offered))
    picked = ",".join(offered[name] for name in names)
    await stage.press(admin, card, "Next", {"people": picked, "leads": offered.get(admin.name, "")})
    await stage.press(admin, card, "Next", {"strategy": "load_balanced"})
    card = stage.standing(admin, card)
    checks.true(
        "the summary says from the beginning, to everyone",
        "from the beginning" in words(card) and all(name in words(card) for name in names),
    )
    await stage.press(admin, card, "Start")
    checks.equal("one mailbox is under work", 1, (await records.totals()).mailboxes)


async def _notice(stage: Stage, heading: str) -> bool:
    return any(title(activity) == heading for activity in stage.shown_to(stage.admin))
