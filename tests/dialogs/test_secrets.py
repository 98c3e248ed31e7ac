"""Secrets are recognised; addresses, names and sentences are not taken for one."""

from __future__ import annotations

import pytest

from dialogs.secrets import looks_like_secret


@pytest.mark.parametrize(
    "text",
    [
        "password: x",
        "Passwort = sommer",
        "the api key is abc",
        "P4$sw0rd!x",
        "abc8Q~XfG2hK-lm9PzR3.tVw_Yq7s0DdEeFf",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "-----BEGIN PRIVATE KEY-----",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    ],
)
def test_a_secret_is_recognised(text):
    assert looks_like_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "support@contoso.com",
        "Support.Team2@contoso-mail.example",
        "please open our mailbox",
        "I forgot my password",
        "https://contoso.example/Path?x=1A",
        "Donaudampfschifffahrtsgesellschaft",
        "#42",
    ],
)
def test_other_words_are_not(text):
    assert not looks_like_secret(text)
