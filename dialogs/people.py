"""People: who is ready, inviting them, their roles, removing them."""

from __future__ import annotations

from core.errors import InvalidInput, NotAllowed
from core.people.hour_views import PresenceView
from core.people.views import PersonView
from dialogs.cards.elements import open_url, plural
from dialogs.cards.notices import notice_card
from dialogs.cards.people import people_card, people_on, remove_card
from dialogs.inputs import Inputs, number_of, page_of
from dialogs.moves import Reply
from dialogs.services import Services
from dialogs.turns import TeamsPerson, Turn

MOST_INVITED = 200
"""People invited from one team at a time."""


async def people(services: Services, turn: Turn, rest: str) -> Reply:
    return await _people(services, turn)


async def invite(services: Services, turn: Turn, rest: str) -> Reply:
    """Whoever is mentioned, else everyone in the team; in 1:1 a link to forward."""
    if not turn.actor.is_admin:
        raise NotAllowed("admin")
    if turn.private and not turn.mentions:
        return Reply(card=_how_to_invite(services), kind="notice")
    found = await _mentioned(turn) if turn.mentions else await turn.roster()
    known = [person for person in found if not person.is_guest and person.entra_id]
    for person in known[:MOST_INVITED]:
        await services.people.invite(
            turn.actor, person.entra_id, person.teams_id or None, person.name, person.address
        )
    words = f"{plural(len(known[:MOST_INVITED]), 'person', 'people')} invited or known already."
    if len(found) > len(known):
        words += f" {plural(len(found) - len(known), 'guest')} left out: they cannot use Postroom."
    if len(known) > MOST_INVITED:
        words += f" {len(known) - MOST_INVITED} are left: mention them to invite them."
    return Reply(text=f"{words} They get work once they have added Postroom.", public=words)


async def remove(services: Services, turn: Turn, rest: str) -> Reply:
    """`people remove Ada`: asks once more."""
    if not turn.actor.is_admin:
        raise NotAllowed("admin")
    if not rest:
        raise InvalidInput("person")
    person = await services.people.find(turn.actor, rest)
    return Reply(card=remove_card(person), kind="notice", people=(person.member_id,))


async def become_admin(services: Services, turn: Turn, rest: str) -> Reply:
    """The first admin may be whoever shows an Entra administrator role at Microsoft."""
    url = await services.onboarding.admin_sign_in_url(turn.actor)
    made = notice_card(
        "Become the first admin",
        "Sign in at Microsoft as an administrator of your tenant. That works as long as "
        "Postroom has no admin here; the link is good for ten minutes.",
        actions=[open_url("Sign in", url)],
    )
    return Reply(card=made, kind="notice")


async def page_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _people(services, turn, page_of(inputs))


async def admin_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _switch_role(services, turn, inputs, "admin")


async def privacy_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    return await _switch_role(services, turn, inputs, "privacy_officer")


async def remove_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    """From the list: asks once more."""
    if not turn.actor.is_admin:
        raise NotAllowed("admin")
    person = await _picked(services, turn, inputs)
    return Reply(card=remove_card(person), kind="notice", people=(person.member_id,))


async def removed_button(services: Services, turn: Turn, inputs: Inputs) -> Reply:
    await services.people.remove(turn.actor, number_of(inputs, "member"))
    return await _people(services, turn, say="Removed. Their open threads were put back.")


async def _people(services: Services, turn: Turn, page: int = 1, say: str = "") -> Reply:
    found = await services.people.people(turn.actor)
    card = people_card(
        found,
        reader=turn.actor,
        install_link=services.links.install,
        now=turn.now,
        present=await _present(services, turn),
        page=page,
        say=say,
    )
    shown = people_on(found, page)
    return Reply(
        card=card,
        kind="people",
        people=tuple(p.member_id for p in shown if p.member_id != turn.actor.member_id),
        facts={"page": page},
    )


async def _present(services: Services, turn: Turn) -> dict[int, PresenceView]:
    """Who is at work, for admins and leads."""
    if not turn.actor.is_admin and not turn.actor.leads:
        return {}
    return {person.member_id: person for person in await services.hours.availability(turn.actor)}


async def _switch_role(services: Services, turn: Turn, inputs: Inputs, role: str) -> Reply:
    if not turn.actor.is_admin:
        raise NotAllowed("admin")
    person = await _picked(services, turn, inputs)
    held = person.is_admin if role == "admin" else person.is_privacy_officer
    await services.people.set_role(turn.actor, person.member_id, role, not held)
    return await _people(services, turn, page_of(inputs), "Changed.")


async def _picked(services: Services, turn: Turn, inputs: Inputs) -> PersonView:
    member_id = number_of(inputs, "member")
    for person in await services.people.people(turn.actor):
        if person.member_id == member_id:
            return person
    raise InvalidInput("member")


async def _mentioned(turn: Turn) -> tuple[TeamsPerson, ...]:
    found = [await turn.look_up(teams_id) for teams_id in turn.mentions[:20]]
    return tuple(person for person in found if person is not None)


def _how_to_invite(services: Services) -> dict[str, object]:
    return notice_card(
        "Invite people",
        "In a team that has Postroom, say `people invite` to me to invite everyone in it, or "
        "mention those you want after it. Or forward the link: whoever adds Postroom by it is "
        "ready at once.",
        actions=[open_url("Link to forward", services.links.install)],
    )
