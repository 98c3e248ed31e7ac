"""Fields of a card's form. Values are ours or were made plain."""

from __future__ import annotations

from datetime import date

from dialogs.moves import Element


def text_input(
    name: str, *, label: str, value: str = "", placeholder: str = "", longest: int = 255
) -> Element:
    element: Element = {"type": "Input.Text", "id": name, "label": label, "maxLength": longest}
    if value:
        element["value"] = value
    if placeholder:
        element["placeholder"] = placeholder
    return element


def number_input(
    name: str, *, label: str, least: int, most: int, value: int | None = None
) -> Element:
    """It may be left empty."""
    element: Element = {
        "type": "Input.Number",
        "id": name,
        "label": label,
        "min": least,
        "max": most,
    }
    if value is not None:
        element["value"] = value
    return element


def date_input(name: str, *, label: str, first: date) -> Element:
    """Comes back as `2026-12-03`."""
    return {"type": "Input.Date", "id": name, "label": label, "min": first.isoformat()}
