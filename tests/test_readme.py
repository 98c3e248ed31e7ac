"""What the README says, held against the code."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house import ROOT, tree_of
from tests.readme import TABLES, marks

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/rules.md")


@pytest.mark.parametrize(
    ("document", "name"), [(document, name) for document in TABLES for name in TABLES[document]]
)
def test_each_table_of_the_code_stands_in_its_document(document, name):
    begin, end = marks(name)
    text = document.read_text(encoding="utf-8")

    assert text.split(begin)[1].split(end)[0].strip() == TABLES[document][name]()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_and_tests_named_in_the_documents_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:core|bot|dialogs|sandbox|tests|manifest)/[\w./]+)(?:::(\w+))?`", text)

    missing = [
        f"{path}::{test}" if test else path
        for path, test in named
        if not (ROOT / path).exists() or (test and test not in _functions(path))
    ]

    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_to_files_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", text)

    assert not [link for pair in links for link in pair if link and not (ROOT / link).exists()]


def _functions(path: str) -> set[str]:
    return {
        node.name
        for node in ast.walk(tree_of(ROOT / path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
