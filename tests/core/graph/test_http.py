import re
from pathlib import Path

import httpx
import pytest

import core
from core.graph.http import make_sign_in_http
from core.outgoing import AllowedHosts, HostNotAllowed

SOURCES = Path(core.__file__).parent


def test_httpx_clients_are_made_in_one_place():
    makes_one = re.compile(r"httpx\.(Async)?Client\(|httpx\.(get|post|request|stream)\(")

    makers = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if makes_one.search(path.read_text())
    }

    assert makers == {"graph/http.py"}


def test_sign_in_speaks_to_listed_hosts_alone():
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": "https://evil.example/"})

    with make_sign_in_http(AllowedHosts(), transport=httpx.MockTransport(answer)) as http:
        assert http.get("https://login.microsoftonline.com/").status_code == 302
        with pytest.raises(HostNotAllowed):
            http.get("https://evil.example/")

    assert len(asked) == 1
