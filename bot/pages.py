"""The few pages that a browser sees: after consent, privacy, terms. No script, no cookie."""

from __future__ import annotations

from aiohttp import web

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

_CONSENT = {
    "granted": ("Consent has arrived", "You can close this page. I go on in Teams."),
    "declined": ("Consent was not given", "You can close this page and try again from Teams."),
    "expired": (
        "This link is no longer good",
        "It works once, for ten minutes. Ask for a new one in Teams.",
    ),
    "other_person": (
        "Somebody else signed in",
        "Please sign in as the person who asked in Teams, and try again from there.",
    ),
    "admin": ("You are an administrator now", "You can close this page and go on in Teams."),
    "no_role": (
        "No administrator role was shown",
        "Please sign in as a Global, Privileged Role or Exchange Administrator.",
    ),
    "has_admin": (
        "Your organization has an administrator",
        "Please ask them to make you one too: they can in Teams.",
    ),
    "scope_refused": (
        "The permission was not given",
        "Microsoft did not give what was asked for. I have told you in Teams what can be done.",
    ),
    "wider_than_asked": (
        "Microsoft gave more than was asked for",
        "I have thrown it away. An administrator can say in Teams that it may be so.",
    ),
    "other_tenant": (
        "That is another organization",
        "Please sign in to the organization you use Teams in, and try again from there.",
    ),
}
_OTHERWISE = ("That did not work", "Please try again from Teams.")

PRIVACY = (
    "Postroom works shared mailboxes for the organization that runs it. That organization decides "
    "what it is used for; ask its administrators or privacy officer about your data.",
    "<b>Mail.</b> Postroom keeps a record of headers: who wrote, the subject, when, in which "
    "folder, and what became of it. Nothing of a mail's text or attachments is ever kept, logged "
    "or passed on. The mails themselves stay in Exchange.",
    "<b>People who write.</b> Names, addresses and subjects are encrypted under a key of their "
    "own for each person.",
    "<b>Members.</b> Name, work address, Teams and Entra ids, and what they did with mail. "
    "Colleagues see what each other has open; leads see figures for the people of their "
    "mailboxes; admins see who is ready.",
    "<b>Who receives it.</b> Microsoft, whose Teams and Graph services carry it. Nobody else.",
)
TERMS = (
    "Postroom is used under the terms of the organization that runs it.",
    "An administrator of the Microsoft 365 tenant must set it up. It is for members of that "
    "tenant; guests cannot use it.",
    "The software comes as it is, under the MIT licence, without warranty.",
)


def page(title: str, *paragraphs: str, status: int = 200) -> web.Response:
    """All of it is our own text; nothing that came with a request."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
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
    title, words = _CONSENT.get(code, _OTHERWISE)
    return page(title, words, status=200 if code in ("granted", "admin") else 400)
