"""The pages people see at sign-in: plain forms, the same for a browser and for a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from sandbox.tenant import User

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; background: #eef1f5; color: #1b1b1b; margin: 0 }
main { max-width: 27rem; margin: 8vh auto; padding: 2rem; background: #fff; border-radius: 8px;
  box-shadow: 0 2px 8px #0002 }
h1 { font-size: 1.4rem; margin: 0 0 1rem }
form { margin: 0 }
button { font: inherit; border-radius: 4px; cursor: pointer; border: 1px solid #8a8a8a;
  background: #fff; padding: .45rem 1.1rem }
button.person { width: 100%; text-align: left; border: 0; border-bottom: 1px solid #ddd;
  border-radius: 0; padding: .7rem .3rem }
button.person:hover, button.person:focus { background: #f3f6fb }
button.accept { background: #0f5fb8; border-color: #0f5fb8; color: #fff }
small { color: #5a5a5a; display: block }
.choice { display: flex; gap: .6rem; justify-content: flex-end; margin-top: 1.5rem }
"""


def picker(app_name: str, users: Iterable[User], request: Mapping[str, str]) -> str:
    """Choose an account: one form a person, with the request in hidden fields."""
    people = "".join(
        _form(
            {**request, "user": user.id},
            f'<button class="person">{escape(user.name)}<small>{escape(user.email)}'
            f"{' · administrator' if user.is_tenant_admin else ''}</small></button>",
        )
        for user in users
    )
    cancel = _form(
        {**request, "decision": "cancel"}, '<div class="choice"><button>Cancel</button></div>'
    )
    body = f"<p>to continue to <b>{escape(app_name)}</b></p>{people}{cancel}"
    return _page("Pick an account", body)


def consent(
    title: str,
    app_name: str,
    user: User,
    wishes: Iterable[tuple[str, str]],
    request: Mapping[str, str],
) -> str:
    """Permissions requested: each wish is a scope's name and its words."""
    items = "".join(
        f"<li>{escape(words)}<small>{escape(name)}</small></li>" for name, words in wishes
    )
    buttons = (
        '<div class="choice"><button name="decision" value="cancel">Cancel</button>'
        '<button class="accept" name="decision" value="accept">Accept</button></div>'
    )
    body = (
        f"<p>{escape(user.email)}</p><p><b>{escape(app_name)}</b> would like to:</p>"
        f"<ul>{items}</ul>{_form({**request, 'user': user.id}, buttons)}"
    )
    return _page(title, body)


def refused(title: str, text: str) -> str:
    """A page that ends here: nothing is sent back to the app."""
    return _page(title, f"<p>{escape(text)}</p>")


def form_post(redirect_uri: str, fields: Mapping[str, str]) -> str:
    """response_mode=form_post: the answer is posted to the app by the browser."""
    form = _form(fields, "<button>Continue</button>", action=redirect_uri)
    return _page("Working…", f"{form}<script>document.forms[0].submit()</script>")


def _form(fields: Mapping[str, str], inside: str, action: str = "") -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    to = f' action="{escape(action)}"' if action else ""
    return f'<form method="post"{to}>{hidden}{inside}</form>'


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} · sandbox</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
