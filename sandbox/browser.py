"""A person at the sign-in pages, by script: picks an account, accepts or cancels, goes back."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit, urlunsplit

import aiohttp


class Stuck(Exception):
    """The page offers no way on; its text says why."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where sign-in sends the person back to, and with what. Nothing has been requested yet."""

    redirect_uri: str
    fields: dict[str, str]
    by_post: bool


@dataclass(slots=True)
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: set[str] = field(default_factory=set)
    """Values of its submit buttons named `decision`."""


class Browser:
    def __init__(self, ca_file: Path) -> None:
        self.tls = ssl.create_default_context(cafile=str(ca_file))
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(ssl=self.tls)
        self._session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def sign_in(self, url: str, user_id: str, *, accept: bool = True) -> Arrival:
        """Walk the pages from `url` until they lead back to the app. Raises Stuck."""
        method, data = "GET", None
        while True:
            status, location, text = await self._fetch(method, url, data)
            if location:
                return _arrival(location)
            forms = parse_forms(text)
            answer = next((form for form in forms if form.action), None)
            if answer is not None:
                return Arrival(answer.action, answer.fields, by_post=True)
            if status >= 400 or not forms:
                raise Stuck(text_of(text))
            method, data = "POST", _choose(forms, user_id, accept)

    async def deliver(self, arrival: Arrival) -> tuple[int, str]:
        """Do what the browser does with an arrival; the app's status and page."""
        status, _, page = await self._deliver(arrival)
        return status, page

    async def consent(self, url: str, user_id: str, *, accept: bool = True) -> tuple[int, str]:
        """From a link in a card to the app's last page, over every sign-in it sends on to.

        Returns that page's status and text. Raises Stuck.
        """
        location = url
        while location:
            arrival = await self.sign_in(location, user_id, accept=accept)
            status, location, page = await self._deliver(arrival)
        return status, text_of(page)

    async def _deliver(self, arrival: Arrival) -> tuple[int, str, str]:
        query = "" if arrival.by_post else f"?{urlencode(arrival.fields)}"
        method, data = ("POST", arrival.fields) if arrival.by_post else ("GET", None)
        return await self._fetch(method, arrival.redirect_uri + query, data)

    async def _fetch(
        self, method: str, url: str, data: dict[str, str] | None
    ) -> tuple[int, str, str]:
        assert self._session is not None
        async with self._session.request(method, url, data=data, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", ""), await response.text()


def parse_forms(page: str) -> list[Form]:
    reader = _FormReader()
    reader.feed(page)
    return reader.forms


def _choose(forms: list[Form], user_id: str, accept: bool) -> dict[str, str]:
    """The fields of the form a person would submit on this page."""
    decision = "accept" if accept else "cancel"
    for form in forms:
        if decision in form.buttons:
            return form.fields | {"decision": decision}
    for form in forms:
        if form.fields.get("user") == user_id:
            return form.fields
    raise Stuck("There is no such account.")


def _arrival(location: str) -> Arrival:
    plain, fragment = urldefrag(location)
    parts = urlsplit(plain)
    fields = dict(parse_qsl(fragment or parts.query, keep_blank_values=True))
    return Arrival(urlunsplit(parts._replace(query="")), fields, by_post=False)


def text_of(page: str) -> str:
    reader = _TextReader()
    reader.feed(page)
    return " ".join(" ".join(reader.parts).split())


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(named.get("action", "")))
        elif tag == "input" and self.forms:
            self.forms[-1].fields[named["name"]] = named.get("value", "")
        elif tag == "button" and named.get("name") == "decision":
            self.forms[-1].buttons.add(named["value"])


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skip = tag in ("style", "script", "title")

    def handle_endtag(self, tag: str) -> None:
        self._skip = False

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.parts.append(data)
