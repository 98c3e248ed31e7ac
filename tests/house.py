"""The project's files as the tests of its rules read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PRODUCT = ("core", "dialogs", "bot")
FOLDERS = (*PRODUCT, "sandbox", "manifest", "tests")
_OTHER_TEXTS = ("requirements", ".ci")
_TEXT_ENDINGS = {".py", ".md", ".toml", ".txt", ".yml", ".yaml", ".json", ".cfg", ""}
_NOT_OURS = {".git", ".gitattributes", ".gitignore"}


def python_files(*folders: str) -> list[Path]:
    """The folders' Python files, and those at the top for the folder `.`."""
    found: list[Path] = []
    for folder in folders:
        found += (ROOT.glob("*.py")) if folder == "." else (ROOT / folder).rglob("*.py")
    return sorted(found)


def text_files() -> list[Path]:
    found = [path for path in ROOT.iterdir() if path.is_file() and path.name not in _NOT_OURS]
    for folder in (*FOLDERS, *_OTHER_TEXTS):
        found += (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return sorted(
        path
        for path in found
        if path.suffix in _TEXT_ENDINGS and not {"__pycache__", "build"} & set(path.parts)
    )


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module or name imported, wherever it stands: `import a.b`, `from a import b` → `a.b`.

    What starts with a dot is relative, or known only when it runs.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." if node.level else node.module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            for argument in node.args[:1]:
                yield argument.value if isinstance(argument, ast.Constant) else "."


def called(tree: ast.AST) -> Iterator[str]:
    """Every call by its dotted name: `httpx.Client(…)` → `httpx.Client`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def swallowing(tree: ast.AST) -> Iterator[int]:
    """Lines that catch everything and go on: handlers that do not end in a bare `raise`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            last = node.body[-1]
            goes_on = not (isinstance(last, ast.Raise) and last.exc is None)
            if goes_on and (node.type is None or _means_everything(node.type)):
                yield node.lineno
        elif isinstance(node, ast.Call) and _called(node) == "suppress":
            yield from (node.lineno for kind in node.args if _means_everything(kind))


def _means_everything(kinds: ast.expr) -> bool:
    return any(
        ast.unparse(part).rpartition(".")[2] in ("Exception", "BaseException")
        for part in ast.walk(kinds)
    )


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]
