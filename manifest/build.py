"""Build the Teams app package from the settings: `python -m manifest.build [--schema FILE]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from bot.command_table import command_table
from core.errors import ConfigError
from core.settings import PackageSettings, load
from dialogs.runner import DialogRunner
from dialogs.talks import Talks
from manifest.package import manifest, package, project_version

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT.parent / "shared" / "schemas" / "MicrosoftTeams.schema.json"
PACKAGE = ROOT / "manifest" / "build" / "postroom.zip"


def main(arguments: list[str] | None = None) -> int:
    """0: built. 1: the schema refuses it, nothing is written. 2: settings are missing."""
    parser = argparse.ArgumentParser(prog="make manifest", description=__doc__)
    parser.add_argument("--schema", type=Path, default=SCHEMA, help="MicrosoftTeams.schema.json")
    parser.add_argument("--to", type=Path, default=PACKAGE, help="the zip to write")
    options = parser.parse_args(arguments)
    try:
        settings = load(os.environ, PackageSettings)
    except ConfigError as error:
        print("The app package needs these settings:", *error.problems, sep="\n  ", file=sys.stderr)
        return 2
    commands = command_table(Talks(DialogRunner(())))
    built = manifest(settings, commands, project_version(ROOT))
    checked = options.schema.is_file()
    if checked and (problems := schema_problems(built, options.schema)):
        print("Teams would refuse this manifest:", *problems, sep="\n  ", file=sys.stderr)
        return 1
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_bytes(package(built))
    print(f"Built {os.path.relpath(options.to)} for {settings.public_url}.")
    if not checked:
        print("It was not validated: give Microsoft's schema with --schema FILE.")
    if settings.public_url.startswith("http:"):
        print("Teams itself takes only an https POSTROOM_PUBLIC_URL.")
    return 0


def schema_problems(manifest: dict[str, Any], schema: Path) -> list[str]:
    """What the schema has against the manifest: where, and what.

    It calls itself draft 4 but uses `const`, which draft 4 would pass over.
    """
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest)]


if __name__ == "__main__":
    sys.exit(main())
