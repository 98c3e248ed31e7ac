import json

import pytest

from sandbox import playground
from sandbox.sample import TENANT_ID, sample_tenant


@pytest.fixture
def ready(monkeypatch, tmp_path):
    """Node and the demo are there; the Playground is not really started."""
    monkeypatch.setattr(playground, "FOLDER", tmp_path)
    monkeypatch.setattr(playground, "node_trouble", lambda: None)
    monkeypatch.setattr(playground, "demo_trouble", lambda port: None)
    monkeypatch.setattr(playground, "run", lambda folder, bot_port, port: 0)
    return tmp_path


def test_the_playground_plays_the_people_of_the_sandbox(ready):
    assert playground.main([]) == 0

    config = json.loads((ready / "56150" / playground.CONFIG).read_text())
    people = list(sample_tenant(6).users.values())
    assert config["tenantId"] == TENANT_ID
    assert config["currentUser"]["aadObjectId"] == people[0].id
    assert [user["email"] for user in config["users"]] == [user.email for user in people[1:]]
    assert all(set(user) == set(config["currentUser"]) for user in config["users"])


def test_one_can_be_somebody_else_on_another_port(ready):
    somebody = list(sample_tenant(6).users.values())[2]

    assert playground.main(["--as", somebody.given_name.lower(), "--port", "56151"]) == 0

    config = json.loads((ready / "56151" / playground.CONFIG).read_text())
    assert config["currentUser"]["name"] == somebody.name
    assert somebody.id not in [user["aadObjectId"] for user in config["users"]]


def test_an_unknown_name_is_answered_with_the_names_there_are(ready, capsys):
    assert playground.main(["--as", "Zaphod"]) == 2

    assert "There are " in capsys.readouterr().err


def test_without_node_it_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(playground.shutil, "which", lambda name: None)

    assert playground.main([]) == 2

    assert "nodejs.org" in capsys.readouterr().err


@pytest.mark.scenario
def test_without_the_demo_it_says_what_to_do(ready, monkeypatch, capsys):
    monkeypatch.undo()
    monkeypatch.setattr(playground, "node_trouble", lambda: None)
    with playground.socket.create_server(("127.0.0.1", 0)) as server:
        free_port = server.getsockname()[1]

    assert playground.main(["--bot-port", str(free_port)]) == 2

    assert "make demo" in capsys.readouterr().err
