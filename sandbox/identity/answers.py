"""How sign-in answers a browser: a page, a way back to the app, or a page that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from core.clock import Clock
from sandbox.identity import pages
from sandbox.identity.errors import DECLINED, EntraError, error_body


async def form_fields(request: web.Request) -> dict[str, str]:
    """The text fields of a posted form."""
    form = await request.post()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def html(text: str, status: int = 200) -> web.Response:
    return web.Response(
        text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"}
    )


def refused(refusal: EntraError) -> web.Response:
    """Nothing is sent to a redirect address that could not be trusted."""
    return html(pages.refused("Sorry, but we’re having trouble signing you in.", str(refusal)), 400)


def send_back(fields: Mapping[str, str], answer: Mapping[str, str]) -> web.Response:
    """Return to the app's redirect address in the response mode it asked for, with its state."""
    state = {"state": fields["state"]} if fields.get("state") else {}
    answer = {**answer, **state}
    redirect_uri, mode = fields["redirect_uri"], fields.get("response_mode", "query")
    if mode == "form_post":
        return html(pages.form_post(redirect_uri, answer))
    mark = "#" if mode == "fragment" else "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri}{mark}{urlencode(answer)}"
    return web.Response(status=302, headers={"Location": location})


def send_error(fields: Mapping[str, str], refusal: EntraError, now: Clock) -> web.Response:
    """Return with `error` and `error_description`; a Cancel says so in `error_subcode`."""
    body = error_body(refusal, now())
    answer = {name: str(body[name]) for name in ("error", "error_description")}
    if refusal.code == DECLINED:
        answer["error_subcode"] = "cancel"
    return send_back(fields, answer)
