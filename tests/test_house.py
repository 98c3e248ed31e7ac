"""The rules that hold the house together, read from its source."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.house import (
    FOLDERS,
    PRODUCT,
    called,
    imported,
    name_of,
    python_files,
    swallowing,
    text_files,
    tree_of,
)

LONGEST_FILE = 400

NEVER_IMPORTED = {
    "core": "botbuilder botframework aiohttp apscheduler bot dialogs sandbox"
    " manifest app wiring tests",
    "dialogs": "botbuilder botframework aiohttp apscheduler tortoise msal httpx bot sandbox"
    " manifest app wiring tests",
    "bot": "tortoise msal httpx apscheduler procrastinate sandbox manifest app wiring tests",
    "sandbox": "bot dialogs manifest app wiring tests",
    "wiring": "sandbox manifest app tests",
    "manifest": "tortoise msal httpx aiohttp botbuilder sandbox app wiring tests",
}
"""Imports run one way: app → bot → dialogs → core; sandbox and manifest stand beside."""

COMPOSITION = {
    "app.py": "bot dialogs botbuilder aiohttp apscheduler tortoise msal httpx tests",
}
"""What may not be imported where it is all put together: `app.py` is the command line, and
`wiring` makes every part of the product once."""

JOIN_SANDBOX_AND_PRODUCT = ("sandbox/demo*", "sandbox/tour*", "sandbox/postroom.py")
"""They start both and compare what one received with what the other keeps."""

ONLY_IN = {
    "procrastinate": {"core/jobs/distributed.py", "core/migrate.py"},
    "psycopg": {"core/jobs/distributed.py", "core/migrate.py"},
    "httpx": {"core/graph/*.py"},
    "prometheus_client": {"bot/metrics.py"},
    "msal": {"core/graph/*.py"},
    "asyncpg": set(),
    "aiosqlite": set(),
    "requests": set(),
    "urllib.request": set(),
    "http.client": set(),
    "socket": set(),
    "pickle": set(),
    "jsonpickle": set(),
}
"""Where in the product a library may be known."""

CLIENTS = {
    "httpx.Client": {"core/graph/http.py"},
    "httpx.AsyncClient": {"core/graph/http.py"},
    "httpx.HTTPTransport": {"core/graph/http.py"},
    "httpx.AsyncHTTPTransport": {"core/graph/http.py"},
    "aiohttp.ClientSession": {"bot/outgoing.py"},
    "httpx.get": set(),
    "httpx.post": set(),
    "httpx.request": set(),
    "httpx.stream": set(),
    "aiohttp.request": set(),
}
"""Where in the product a client that speaks to the world may be made."""

SWALLOWING = {"bot": 1, "core/jobs": 1}
"""Folder to number of places that may catch everything: the edge of a turn, the loop of a job."""

REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("registry", "yarnpkg", "com"),
            ("proxy", "golang", "org"),
            ("crates", "io"),
        )
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(root|home|Users|work|mnt|tmp)/[\w.]|\b[A-Z]:\\\\?Users")


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def outside(allowed: set[str], path: Path) -> bool:
    return not any(fnmatchcase(name_of(path), pattern) for pattern in allowed)


@pytest.mark.parametrize("folder", NEVER_IMPORTED)
def test_imports_run_one_way(folder):
    banned = NEVER_IMPORTED[folder].split()

    wrong = [
        f"{name_of(path)} imports {module}"
        for path in python_files(folder)
        for module in imported(tree_of(path))
        if any(is_within(module, package) for package in banned)
    ]

    assert not wrong


def test_the_top_is_the_composition_and_nothing_else():
    tops = {name_of(path): set(imported(tree_of(path))) for path in python_files(".")}

    wrong = [
        f"{name} imports {module}"
        for name, modules in tops.items()
        for module in modules
        if any(is_within(module, package) for package in COMPOSITION[name].split())
    ]

    assert tops.keys() == COMPOSITION.keys()
    assert not wrong


def test_only_the_command_line_knows_the_sandbox():
    wrong = [
        name_of(path)
        for path in python_files(*PRODUCT, "manifest", ".")
        if name_of(path) != "app.py"
        and any(is_within(module, "sandbox") for module in imported(tree_of(path)))
    ]

    assert not wrong


def test_the_stand_ins_know_nothing_of_the_product_but_its_clock():
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in python_files("sandbox")
        if outside(set(JOIN_SANDBOX_AND_PRODUCT), path)
        for module in imported(tree_of(path))
        if is_within(module, "tortoise")
        or (is_within(module, "core") and not is_within(module, "core.clock"))
    ]

    assert not wrong


def test_the_channel_knows_nothing_of_how_graph_is_spoken_to():
    over_http = {
        name_of(path).removesuffix(".py").replace("/", ".")
        for path in python_files("core/graph")
        if any(is_within(module, "httpx") for module in imported(tree_of(path)))
    }

    wrong = [
        f"{name_of(path)} imports {module}"
        for path in python_files("bot", "dialogs")
        for module in imported(tree_of(path))
        if any(is_within(module, secret) for secret in over_http)
    ]

    assert over_http
    assert not wrong


def test_no_row_leaves_core():
    """Of the modules that hold rows, the other layers may know the enumerations."""
    enumerations = {
        f"{name_of(path).removesuffix('.py').replace('/', '.')}.{node.name}"
        for path in python_files("core")
        if path.name == "models.py"
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(b) for b in node.bases)
    }

    wrong = [
        f"{name_of(path)} imports {module}"
        for path in python_files("bot", "dialogs")
        for module in imported(tree_of(path))
        if re.match(r"core\.\w+\.models\b", module) and module not in enumerations
    ]

    assert not wrong


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_where_it_belongs(library):
    wrong = [
        name_of(path)
        for path in python_files(*PRODUCT, "manifest")
        if outside(ONLY_IN[library], path)
        and any(is_within(module, library) for module in imported(tree_of(path)))
    ]

    assert not wrong


def test_imports_are_absolute():
    wrong = [
        name_of(path)
        for path in python_files(*FOLDERS, ".")
        if any(module.startswith(".") for module in imported(tree_of(path)))
    ]

    assert not wrong


def test_clients_are_made_in_one_place():
    wrong = []
    for path in python_files(*PRODUCT, "manifest", "."):
        names = set(called(tree_of(path)))
        short = {module for module in imported(tree_of(path)) if module in CLIENTS}
        wrong += [
            f"{name_of(path)}: {client}"
            for client, allowed in CLIENTS.items()
            if client in names | short and outside(allowed, path)
        ]

    assert not wrong


def test_everything_is_caught_in_two_places_only():
    found: dict[str, list[str]] = {}
    for path in python_files(*PRODUCT, "sandbox", "manifest", "."):
        home = next((home for home in SWALLOWING if name_of(path).startswith(f"{home}/")), "")
        for line in swallowing(tree_of(path)):
            found.setdefault(home, []).append(f"{name_of(path)}:{line}")

    wrong = [places for home, places in found.items() if len(places) > SWALLOWING.get(home, 0)]
    assert not wrong


def test_no_file_is_long():
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*FOLDERS, ".")
        if "migrations" not in path.parts  # written by Tortoise
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_file_says_its_subject_in_its_first_line():
    """Tests may leave it to their name; migrations are generated; an empty file has no subject."""
    wrong = []
    for path in python_files(*(folder for folder in FOLDERS if folder != "tests"), "."):
        generated = name_of(path).startswith("core/migrations/")
        if path.read_text(encoding="utf-8").strip() and not generated:
            first = (ast.get_docstring(tree_of(path)) or "").partition("\n")[0]
            if not first or len(first) > 100:
                wrong.append(name_of(path))

    assert not wrong


def test_nothing_names_a_registry_or_a_folder_of_somebodys_machine():
    wrong = []
    for path in text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if REGISTRIES.search(line) or MACHINE_PATHS.search(line):
                wrong.append(f"{name_of(path)}:{number}")

    assert not wrong


def test_imports_are_found_wherever_they_hide():
    tree = ast.parse(
        "def f():\n"
        "    import tortoise.models\n"
        "    from httpx import AsyncClient as Client\n"
        "    from ..bot import replies\n"
        "    importlib.import_module('sandbox.sample')\n"
        "    import_module(name)\n"
    )

    assert set(imported(tree)) == {
        "tortoise.models",
        "httpx.AsyncClient",
        "..replies",
        "sandbox.sample",
        ".",
    }


def test_what_swallows_everything_is_found():
    swallows = "try: pass\nexcept {}: {}"

    for kinds in ("Exception", "BaseException", "(ValueError, Exception)", "builtins.Exception"):
        assert list(swallowing(ast.parse(swallows.format(kinds, "pass")))) == [2]
    assert list(swallowing(ast.parse("try: pass\nexcept: pass"))) == [2]
    assert list(swallowing(ast.parse("contextlib.suppress(Exception)"))) == [1]
    assert not list(swallowing(ast.parse(swallows.format("Exception", "raise"))))
    assert not list(swallowing(ast.parse(swallows.format("ValueError", "pass"))))


def test_registries_and_folders_of_a_machine_are_found():
    assert REGISTRIES.search("https://" + "pypi" + ".org/simple")
    assert MACHINE_PATHS.search("/".join(["open '", "home", "ada", "postroom"]))
    assert not MACHINE_PATHS.search("see ../shared/mail and https://a.example/home/x, data/tmp/y")
