"""The whole build, with the bot's own table of commands."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from bot.command_table import command_table
from dialogs.runner import DialogRunner
from dialogs.talks import Talks
from manifest import build

ENVIRON = {
    "POSTROOM_BOT_APP_ID": "0a0a0a0a-0000-4000-8000-00000000000b",
    "POSTROOM_PUBLIC_URL": "https://postroom.contoso.example",
}


@pytest.fixture
def environ(monkeypatch):
    for name, text in ENVIRON.items():
        monkeypatch.setenv(name, text)


@pytest.fixture
def schema():
    if not build.SCHEMA.is_file():
        pytest.skip("Microsoft's manifest schema is not there: ../shared/schemas")
    return build.SCHEMA


def built_manifest(path):
    with ZipFile(BytesIO(path.read_bytes())) as archive:
        return json.loads(archive.read("manifest.json"))


def test_the_manifest_is_what_microsofts_schema_wants(environ, schema, tmp_path):
    to = tmp_path / "build" / "postroom.zip"

    assert build.main(["--to", str(to)]) == 0

    assert build.schema_problems(built_manifest(to), schema) == []


def test_commands_are_those_of_the_bot(environ, tmp_path):
    to = tmp_path / "postroom.zip"

    assert build.main(["--to", str(to), "--schema", str(tmp_path / "none")]) == 0

    table = command_table(Talks(DialogRunner(())))
    offered = [(row.words[0], row.help) for row in table if row.in_manifest]
    assert offered
    for entry in built_manifest(to)["bots"][0]["commandLists"]:
        assert [(c["title"], c["description"]) for c in entry["commands"]] == offered


def test_what_the_schema_refuses_is_not_written(environ, tmp_path, capsys):
    to, schema = tmp_path / "postroom.zip", tmp_path / "schema.json"
    schema.write_text(json.dumps({"properties": {"version": {"const": "never"}}}))

    assert build.main(["--to", str(to), "--schema", str(schema)]) == 1

    assert "$.version" in capsys.readouterr().err
    assert not to.exists()


def test_without_a_schema_it_says_that_nothing_was_validated(environ, tmp_path, capsys):
    build.main(["--to", str(tmp_path / "p.zip"), "--schema", str(tmp_path / "none")])

    assert "not validated" in capsys.readouterr().out


def test_missing_settings_are_named(monkeypatch, tmp_path, capsys):
    for name in ENVIRON:
        monkeypatch.delenv(name, raising=False)

    assert build.main(["--to", str(tmp_path / "p.zip")]) == 2

    err = capsys.readouterr().err
    assert all(name in err for name in ENVIRON)
