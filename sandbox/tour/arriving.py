"""People add Postroom in Teams: the members, a colleague beside them, a guest."""

from __future__ import annotations

from sandbox.tour import records
from sandbox.tour.cards import words
from sandbox.tour.stage import Stage

WELCOME = "Welcome to Postroom"
NOT_A_MEMBER = "You are not among its members"


async def arrive(stage: Stage) -> None:
    """Each gets one welcome, whichever of the two events of an installation comes first."""
    welcomes = 0
    for at, user in enumerate([*stage.people, stage.outsider]):
        stage.transcript.happened(f"{user.name} adds Postroom in Teams")
        welcomes += len(await stage.install(user, chat_first=at % 2 == 1))
    stage.checks.equal("each who adds it gets one welcome", len(stage.people) + 1, welcomes)
    members = await records.member_ids()
    everybody = {user.id for user in (*stage.people, stage.outsider)}
    stage.checks.equal("they are members now", everybody, set(members))
    first_words = words(stage.shown_to(stage.admin)[0])
    stage.checks.true("the admin is told to onboard a mailbox", "onboard" in first_words)
    help_ = words(await stage.ask(stage.admin, "help"))
    stage.checks.true("help lists the commands", "take 42" in help_)


async def turn_away(stage: Stage) -> None:
    """A guest is welcomed and told how to become a member, whatever they say; nothing else."""
    guest = stage.guest
    stage.transcript.happened(f"{guest.name}, a guest of the tenant, adds Postroom in Teams")
    shown = [words(one) for one in await stage.install(guest)]
    for text in ("queue", "report", "people"):
        shown += [words(one) for one in await stage.say(guest, text)]
    plain = sum(WELCOME in text and NOT_A_MEMBER in text for text in shown)
    stage.checks.equal("a guest gets the welcome and nothing else", (4, 4), (len(shown), plain))
    members = await records.member_ids()
    stage.checks.true("a guest does not become a member", guest.id not in members)
