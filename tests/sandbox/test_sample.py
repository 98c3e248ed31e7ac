"""The sample tenant is believable and always the same."""

from __future__ import annotations

import pytest

from sandbox.sample import BOT_APP_ID, CLIENT_ID, HELP_MAILBOX, MOST_MEMBERS, sample_tenant


def test_it_is_the_same_each_time() -> None:
    assert sample_tenant().users == sample_tenant().users


def test_more_members_change_nobody_who_was_there() -> None:
    five, fifty = sample_tenant(5), sample_tenant(MOST_MEMBERS)

    assert five.users.keys() <= fifty.users.keys()
    assert len(fifty.users) == MOST_MEMBERS


def test_addresses_and_ids_are_unique_and_plain() -> None:
    users = sample_tenant(MOST_MEMBERS).users.values()

    assert len({user.email for user in users}) == MOST_MEMBERS
    assert len({user.teams_id for user in users}) == MOST_MEMBERS
    assert all(user.email.isascii() and user.email.islower() for user in users)
    assert all(user.email.split("@")[0].count(".") == 1 for user in users)


def test_one_administrator_and_one_member_without_rights_to_the_mailbox() -> None:
    users = list(sample_tenant().users.values())

    assert [user.is_tenant_admin for user in users] == [True, False, False, False, False]
    assert [HELP_MAILBOX in user.full_access for user in users] == [True] * 4 + [False]


def test_only_the_bot_has_a_service_principal_from_the_start() -> None:
    tenant = sample_tenant()

    assert tenant.service_principals == {BOT_APP_ID}
    assert tenant.apps.keys() == {CLIENT_ID, BOT_APP_ID}
    assert tenant.apps[CLIENT_ID].declared_roles == set()


@pytest.mark.parametrize("members", [0, MOST_MEMBERS + 1])
def test_other_numbers_are_refused(members: int) -> None:
    with pytest.raises(ValueError, match="members"):
        sample_tenant(members)
