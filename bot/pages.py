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

TERMS = (
    "Postroom is used under the terms of the organization that runs it.",
    "An administrator of the Microsoft 365 tenant must set it up. It is for members of that "
    "tenant; guests cannot use it.",
    "The software comes as it is, under the MIT licence, without warranty.",
)


@dataclass(frozen=True, slots=True)
class PrivacyFacts:
    """What the privacy page says of the one who runs this Postroom."""

    name: str
    """What the bot is called."""
    contact: str
    """Who answers questions about personal data."""
    data_region: str
    """Where the database is kept."""
    log_days: int | None
    """Days that log files are kept; None: the log goes to whoever hosts it."""


def privacy_paragraphs(facts: PrivacyFacts) -> tuple[str, ...]:
    name, contact, region = map(escape, (facts.name, facts.contact, facts.data_region))
    days = "as long as its host keeps them"
    if facts.log_days is not None:
        days = f"for {facts.log_days} {'day' if facts.log_days == 1 else 'days'}"
    return (
        f"{name} works shared mailboxes for the organization that runs it. That organization "
        f"decides what it is used for. Questions about your data: {contact}.",
        "<b>Mail.</b> Of a mail its headers are recorded: who wrote, the subject, when, in which "
        "folder, and what became of it. Nothing of its text or attachments is ever kept, logged "
        "or passed on. The mails themselves stay in Exchange.",
        "<b>People who write.</b> Name, address and the subjects of their mails, encrypted under "
        "a key of their own for each person. Only the people of that mailbox see them.",
        "<b>Members.</b> Name, work address, Teams and Entra ids, roles, and what they did with "
        "mail: taken, passed on, put back, finished, answered. Whoever works a mailbox with them "
        "sees what they have open; its leads see figures for each person; admins see who is "
        "ready; an audit log of changes is kept by member id. In a channel first names and "
        "numbers are shown.",
        f"<b>Logs.</b> They hold ids, never a name, an address or a subject, and are kept {days}.",
        f"<b>Where, and who receives it.</b> The database is kept here: {region}. Processors are "
        "Microsoft, whose Teams, Entra and Graph services carry mail headers and cards, and "
        "whoever hosts the server and the database for that organization. Nobody else.",
        "<b>For how long.</b> Until the organization leaves the mailbox and has its record "
        "destroyed: then threads, senders and history go, with their keys.",
    )


def page(title: str, *paragraphs: str, status: int = 200) -> web.Response:
    """Our own text and what the settings say, escaped; nothing that came with a request."""
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


def consent_page(code: str) -> web.Response:
    """`code` says how a sign-in or consent ended; the words are ours."""
    if code in _GRANTED:
        title, words = _GRANTED[code]
        return page(title, words)
    words = _REFUSED.get(code) or PROBE_REASONS.get(code, "")
    return page("That did not work", words, "Please try again from Teams.", status=400)
