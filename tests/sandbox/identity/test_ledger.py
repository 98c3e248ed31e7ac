"""What was granted is remembered by the folder, and only there."""

from __future__ import annotations

from datetime import timedelta

from sandbox.identity.ledger import Ledger
from sandbox.sample import CLIENT_ID, HELP_MAILBOX, sample_tenant


def test_a_restart_remembers_consents_roles_and_revocations(tmp_path) -> None:
    tenant = sample_tenant()
    user_id = next(iter(tenant.users))
    ledger = Ledger(tenant, tmp_path)
    tenant.apps[CLIENT_ID].declared_roles = {"Mail.Send"}
    ledger.consent(user_id, CLIENT_ID, ["Mail.Read"])
    ledger.consent_for_all(tenant.apps[CLIENT_ID], [])
    ledger.assign_role(CLIENT_ID, "Application Mail.ReadBasic", [HELP_MAILBOX])
    ledger.revoke(user_id, access_tokens=True)

    restarted = sample_tenant()
    again = Ledger(restarted, tmp_path)

    assert again.consented(user_id, CLIENT_ID) == {"Mail.Read"}
    assert CLIENT_ID in restarted.service_principals
    assert restarted.application_roles(CLIENT_ID, HELP_MAILBOX) == {"Mail.Send", "Mail.ReadBasic"}
    assert again.session(user_id) == 1
    assert not again.access_allowed(user_id, 0)


def test_loading_twice_doubles_nothing(tmp_path) -> None:
    tenant = sample_tenant()
    Ledger(tenant, tmp_path).assign_role(CLIENT_ID, "Application Mail.Read", [HELP_MAILBOX])

    Ledger(tenant, tmp_path)

    assert len(tenant.role_assignments) == 1


def test_a_role_takes_effect_after_the_delay_of_the_tenant(tmp_path) -> None:
    tenant = sample_tenant()
    tenant.rbac_delay = timedelta(minutes=30)

    Ledger(tenant, tmp_path).assign_role(CLIENT_ID, "Application Mail.Read", [HELP_MAILBOX])

    assert tenant.application_roles(CLIENT_ID, HELP_MAILBOX) == set()


def test_the_file_is_its_owners_alone(tmp_path) -> None:
    Ledger(sample_tenant(), tmp_path).save()

    assert (tmp_path / "granted.json").stat().st_mode & 0o777 == 0o600
