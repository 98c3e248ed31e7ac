"""The few pages that a browser sees: after consent, privacy, terms. No script, no cookie."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from aiohttp import web

from dialogs.wording import PROBE_REASONS

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;"
    "color:#222;background:#fff}h1{font-size:1.4rem}"
)

_GRANTED = {
    "granted": ("Consent has arrived", "You can close this page. I go on in Teams."),
    "admin": ("You are admin now", "You can close this page. Say `onboard` to me in Teams."),
}
_REFUSED = {
    "no_role": "You hold no administrator role in that organization.",
    "has_admin": "Postroom has an admin in your organization already: please ask them.",
}


@dataclass(frozen=True, slots=True)
class About:
    """Who runs this Postroom, as the settings say it."""

    name: str = "Postroom"
    contact: str = "your Microsoft 365 administrator"
    data_region: str = "not stated"


TERMS = (
    "Postroom is used under the terms of the organization that runs it.",
    "An administrator of the Microsoft 365 tenant must set it up. It is for members of that "
    "tenant; guests cannot use it.",
    "The software comes as it is, under the MIT licence, without warranty.",
)


def page(title: str, *paragraphs: str, status: int = 200) -> web.Response:
    """All of it is our own text; nothing that came with a request."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph)
    return web.Response(
        status=status,
        text=(
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{title} · Postroom</title><style>{_STYLE}</style></head>"
            f"<body><h1>{title}</h1>{body}</body></html>"
        ),
        content_type="text/html",
        headers=_HEADERS,
    )


def privacy_page(about: About) -> web.Response:
    """The settings' texts are shown as they are, never as markup."""
    name, contact, region = map(escape, (about.name, about.contact, about.data_region))
    return page(
        "Privacy",
        f"{name} works shared mailboxes for the organization that runs it. That organization "
        f"decides what it is used for. Questions about your data are answered by {contact}.",
        f"<b>Mail.</b> {name} keeps a record of headers: who wrote, the subject, when, in which "
        "folder, and what became of it. Nothing of a mail's text or attachments is ever kept, "
        "logged or passed on. The mails themselves stay in Exchange.",
        "<b>People who write.</b> Names, addresses and subjects are encrypted under a key of "
        "their own for each person.",
        "<b>Members.</b> Name, work address, Teams and Entra ids, and what they did with mail. "
        "Colleagues see what each other has open; leads see figures for the people of their "
        "mailboxes; admins see who is ready.",
        f"<b>Where it is kept.</b> Region: {region}.",
        "<b>Who receives it.</b> Microsoft, whose Teams and Graph services carry it. Nobody else.",
    )


def consent_page(code: str) -> web.Response:
    """`code` says how a sign-in or consent ended; the words are ours."""
    if code in _GRANTED:
        title, words = _GRANTED[code]
        return page(title, words)
    words = _REFUSED.get(code) or PROBE_REASONS.get(code, "")
    return page("That did not work", words, "Please try again from Teams.", status=400)
