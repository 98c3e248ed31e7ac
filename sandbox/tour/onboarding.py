"""The admin onboards the mailbox: every step of the dialog, the consent pages, the probes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sandbox.browser import Browser
from sandbox.teams.history import Activity
from sandbox.tour import records
from sandbox.tour.cards import choices, link, title, words
from sandbox.tour.scene import Scene
from sandbox.tour.waiting import until

SHOWN = 20
"""People named on the summary; the others are left to `mailboxes`."""


async def onboard(
    scene: Scene,
    *,
    rights_first: bool = False,
    before_work: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """`before_work` is done when all is proved and no mail has been read yet.

    `rights_first`: Exchange's rights are there before the consent, so nothing is waited for.
    """
    if rights_first:
        scene.box.grant_in_exchange()
    card = await _until_consent(scene)
    await _consent(scene, card)
    card = await _prove(scene, card, waits=not rights_first)
    if before_work is not None:
        await before_work()
    await _set_to_work(scene, card)


async def refuse_no_address(scene: Scene) -> None:
    """Where an address is asked, anything else is refused, not repeated and not kept."""
    await scene.ask(scene.admin, "onboard")
    refused = words(await scene.ask(scene.admin, "the one for help"))
    scene.checks.true(
        "what is no address is refused and not repeated",
        "I need the address" in refused and "the one for help" not in refused,
    )
    cancelled = words(await scene.ask(scene.admin, "cancel"))
    scene.checks.true("cancel ends the dialog", "Cancelled" in cancelled)


async def _until_consent(scene: Scene) -> Activity:
    """Address, kind of grant, from when."""
    checks, admin = scene.checks, scene.admin
    card = await scene.ask(admin, "onboard")
    checks.true("onboarding asks for the mailbox", "Which mailbox" in words(card))
    card = await scene.ask(admin, scene.box.mailbox)
    shown = words(card)
    checks.true(
        "both kinds of grant are shown with who keeps what",
        "Microsoft enforces" in shown and "Postroom promises" in shown,
    )
    await scene.press(admin, card, "Next", {"kind": "application"})
    card = scene.standing(admin, card)
    checks.true("from when on is asked", "From when on" in title(card), title(card))
    await scene.press(admin, card, "Next", {"days": "all"})
    card = scene.standing(admin, card)
    lines = words(card)
    checks.true(
        "the lines for Exchange are there to paste",
        "New-ManagementRoleAssignment" in lines and "-MessageCopyForSentAsEnabled" in lines,
    )
    return card


async def _consent(scene: Scene, card: Activity) -> None:
    """Microsoft's pages, as the admin walks through them."""
    checks, admin = scene.checks, scene.admin
    scene.transcript.happened(f"{admin.name} opens “Consent” and signs in at Microsoft")
    async with Browser(scene.box.ca_file) as browser:
        status, page = await browser.consent(link(card, "Consent"), admin.id)
    scene.transcript.happened(f"the page at the end says: {page}")
    checks.equal("the consent comes back", 200, status)
    arrived = await until(lambda: _notice(scene, "Consent has arrived"), "word of the consent")
    checks.true("the admin is told in Teams", arrived)


async def _prove(scene: Scene, card: Activity, *, waits: bool) -> Activity:
    """Until the probes pass: Exchange's rights are waited for until they are given."""
    checks, admin = scene.checks, scene.admin
    await scene.press(admin, card, "Continue")
    if waits:
        checks.equal(
            "without rights in Exchange it waits for Microsoft",
            "Waiting for Microsoft",
            title(scene.standing(admin, card)),
        )
        await until(records.all_told, "word that it waits")
        scene.transcript.happened("an Exchange administrator runs the lines")
        scene.box.grant_in_exchange()
        await scene.press(admin, card, "Check now")
    await until(records.all_told, "word that the probes pass")
    card = scene.standing(admin, card)
    checks.equal("the probes pass", "Which folders are worked?", title(card))
    return card


async def _set_to_work(scene: Scene, card: Activity) -> None:
    """Folders, people, strategy, start."""
    checks, admin = scene.checks, scene.admin
    inbox = choices(card, "Next", "folders").get("Inbox", "")
    await scene.press(admin, card, "Next", {"folders": inbox})
    card = scene.standing(admin, card)
    offered = choices(card, "Next", "people")
    names = [user.name for user in scene.people]
    checks.true("everyone can be picked", set(names) <= set(offered))
    picked = ",".join(offered[name] for name in names)
    await scene.press(admin, card, "Next", {"people": picked, "leads": offered.get(admin.name, "")})
    await scene.press(admin, card, "Next", {"strategy": "load_balanced"})
    card = scene.standing(admin, card)
    checks.true(
        "the summary says from the beginning, to everyone",
        "from the beginning" in words(card) and all(name in words(card) for name in names[:SHOWN]),
    )
    await scene.press(admin, card, "Start")
    checks.equal("one mailbox is under work", 1, (await records.totals()).mailboxes)


async def _notice(scene: Scene, heading: str) -> bool:
    return any(title(activity) == heading for activity in scene.shown_to(scene.admin))
