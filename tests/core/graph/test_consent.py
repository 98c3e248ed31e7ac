import pytest

from core.graph.consent import AdminConsent, admin_consent_url, read_admin_consent


def test_the_address_asks_for_what_the_app_declares():
    url = admin_consent_url("app", "tenant/1", "https://bot.example/consent?a=1", "st&ate")

    assert url == (
        "https://login.microsoftonline.com/tenant%2F1/v2.0/adminconsent?client_id=app"
        "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        "&redirect_uri=https%3A%2F%2Fbot.example%2Fconsent%3Fa%3D1&state=st%26ate"
    )


@pytest.mark.parametrize("yes", ["True", "true", "TRUE"])
def test_a_yes_is_read_in_any_case(yes):
    query = {"admin_consent": yes, "tenant": "t", "state": "s", "scope": "x"}

    assert read_admin_consent(query) == AdminConsent("s", "t", granted=True, code="")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "unknown"),
        ({"admin_consent": "False"}, "unknown"),
        ({"admin_consent": "True", "error": "access_denied"}, "access_denied"),
        ({"error": "access_denied", "error_description": "ada@x.example"}, "access_denied"),
        ({"error": "Ada said no"}, "unknown"),
    ],
)
def test_anything_else_is_a_no(query, code):
    assert read_admin_consent(query) == AdminConsent("", "", granted=False, code=code)
