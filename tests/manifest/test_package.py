import json
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import pytest

from core.settings import PackageSettings, load
from manifest.package import MOST_COMMANDS, command_list, manifest, package, project_version
from tests.house import ROOT

APP_ID = "0a0a0a0a-0000-4000-8000-00000000000b"


@dataclass(frozen=True)
class Row:
    words: tuple[str, ...]
    help: str = "what it does"
    in_manifest: bool = True


ROWS = (Row(("queue", "mine")), Row(("secret",), in_manifest=False), Row(("help",)))


@pytest.fixture
def settings() -> PackageSettings:
    environ = {
        "POSTROOM_BOT_APP_ID": APP_ID,
        "POSTROOM_PUBLIC_URL": "https://postroom.contoso.example:8443",
    }
    return load(environ, PackageSettings)


def test_ids_and_addresses_come_from_the_settings(settings):
    built = manifest(settings, ROWS, "1.2.3")

    assert built["id"] == built["bots"][0]["botId"] == APP_ID
    assert built["validDomains"] == ["postroom.contoso.example"]
    assert built["developer"]["privacyUrl"] == "https://postroom.contoso.example:8443/privacy"
    assert built["developer"]["termsOfUseUrl"] == "https://postroom.contoso.example:8443/terms"
    assert built["version"] == "1.2.3"


def test_every_scope_offers_the_commands_marked_for_it(settings):
    (bot,) = manifest(settings, ROWS, "1.2.3")["bots"]

    assert [scope for entry in bot["commandLists"] for scope in entry["scopes"]] == bot["scopes"]
    for entry in bot["commandLists"]:
        assert [command["title"] for command in entry["commands"]] == ["queue", "help"]


def test_more_commands_than_teams_takes_are_refused():
    with pytest.raises(ValueError, match="ten at most"):
        command_list([Row(("word",))] * (MOST_COMMANDS + 1))


def test_the_package_holds_the_manifest_and_both_icons_at_its_root(settings):
    built = manifest(settings, ROWS, "1.2.3")

    with ZipFile(BytesIO(package(built))) as archive:
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(archive.read("manifest.json")) == built
    assert package(built) == package(built)


def test_the_version_is_the_projects():
    assert project_version(ROOT).count(".") == 2
