"""How each element of an Adaptive Card is drawn in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sandbox.teams.card_tree import Element, children, shown, understood
from sandbox.teams.charts import draw_chart
from sandbox.teams.inputs import Input, read_input
from sandbox.teams.text import clean, markdown, one_line, plain

COLORS = {"good": "green", "warning": "yellow", "attention": "red", "accent": "blue"}
Numbers = Mapping[int, int]
"""`id()` of an action to the number its button bears."""


def draw_card(card: Element, numbers: Numbers) -> RenderableType:
    parts = [draw_element(element, numbers) for element in shown(card, "body")]
    actions = draw_actions(card, numbers)
    return Group(*parts, *([Text(), actions] if actions else ()))


def draw_actions(parent: Element, numbers: Numbers) -> RenderableType | None:
    """The buttons of a card or an ActionSet in a row; the cards they show beneath."""
    row = Text()
    opened: list[RenderableType] = []
    for given in children(parent, "actions"):
        action = understood(given)
        if action is None:
            continue
        if action["type"] == "Action.ShowCard" and isinstance(action.get("card"), dict):
            title = plain(f"▾ {one_line(action.get('title', ''))}", "bold")
            opened += [title, Padding(draw_card(action["card"], numbers), (0, 0, 0, 2))]
        else:
            row.append_text(draw_button(action, numbers)).append("   ")
    row.rstrip()
    parts = [*([row] if row else ()), *opened]
    return Group(*parts) if parts else None


def draw_button(action: Element, numbers: Numbers) -> Text:
    number = numbers.get(id(action))
    title = one_line(action.get("title") or action.get("tooltip") or "open")
    return Text.assemble((f"[{number}]" if number else "·", "bold cyan"), " ", (title, "bold"))


def draw_element(element: Element, numbers: Numbers) -> RenderableType:
    kind = str(element.get("type", "Container"))
    if kind.startswith("Input."):
        drawn = _input(read_input(element))
    elif kind.startswith("Chart."):
        drawn = draw_chart(element)
    else:
        drawn = DRAWINGS.get(kind, _unknown)(element, numbers)
    if understood(element.get("selectAction")) is not None:
        drawn = Group(drawn, draw_button(element["selectAction"], numbers))
    return Group(Text(), drawn) if element.get("separator") else drawn


def _style(element: Element) -> str:
    color = COLORS.get(str(element.get("color", "")).lower(), "")
    heavy = (
        str(element.get("weight", "")).lower() == "bolder"
        or str(element.get("size", "")).lower() in ("large", "extralarge")
        or element.get("style") in ("heading", "columnHeader")
    )
    marks = ("bold" if heavy else "", "dim" if element.get("isSubtle") else "", color)
    return " ".join(mark for mark in marks if mark)


def _text_block(element: Element, _: Numbers) -> RenderableType:
    return markdown(element.get("text", ""), _style(element))


def _rich_text(element: Element, numbers: Numbers) -> RenderableType:
    text = Text()
    inlines = element.get("inlines")
    for run in inlines if isinstance(inlines, list) else ():
        if isinstance(run, str):
            text.append(clean(run))
        elif isinstance(run, dict):
            marks = [_style(run)]
            marks += [m for m in ("italic", "underline") if run.get(m)]
            marks += ["strike"] if run.get("strikethrough") else []
            text.append(clean(run.get("text", "")), " ".join(m for m in marks if m))
            if id(run.get("selectAction")) in numbers:
                text.append(f" [{numbers[id(run['selectAction'])]}]", "bold cyan")
    return text


def _container(element: Element, numbers: Numbers) -> RenderableType:
    return Group(*(draw_element(item, numbers) for item in shown(element, "items")))


def _column_set(element: Element, numbers: Numbers) -> RenderableType:
    columns = shown(element, "columns")
    if not columns:
        return Text()
    grid = Table.grid(padding=(0, 2), expand=True)
    for column in columns:
        width = str(column.get("width", "stretch"))
        if width == "auto" or width.endswith("px"):
            grid.add_column()
        else:
            grid.add_column(ratio=max(1, int(width)) if width.isdecimal() else 1)
    grid.add_row(*(draw_element(column, numbers) for column in columns))
    return grid


def _fact_set(element: Element, _: Numbers) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for fact in children(element, "facts"):
        grid.add_row(plain(fact.get("title", ""), "bold"), markdown(fact.get("value", "")))
    return grid


def _table(element: Element, numbers: Numbers) -> RenderableType:
    rows = shown(element, "rows")
    first_is_header = element.get("firstRowAsHeaders", element.get("firstRowAsHeader", True))
    cells = [[_container(cell, numbers) for cell in shown(row, "cells")] for row in rows]
    table = Table(show_header=bool(first_is_header and rows))
    width = max((len(row) for row in cells), default=0)
    for index in range(width):
        heading = cells[0][index] if first_is_header and index < len(cells[0]) else ""
        table.add_column(heading)
    for row in cells[1:] if first_is_header else cells:
        table.add_row(*row)
    return table


def _image(element: Element, _: Numbers) -> RenderableType:
    return plain(f"▣ {one_line(element.get('altText') or 'image')}", "dim")


def _image_set(element: Element, numbers: Numbers) -> RenderableType:
    return Group(*(_image(image, numbers) for image in shown(element, "images")))


def _action_set(element: Element, numbers: Numbers) -> RenderableType:
    return draw_actions(element, numbers) or Text()


def _code(element: Element, _: Numbers) -> RenderableType:
    return Padding(plain(element.get("codeSnippet", ""), "cyan"), (0, 0, 0, 2))


def _badge(element: Element, _: Numbers) -> RenderableType:
    return plain(f"‹{one_line(element.get('text', ''))}›", "reverse")


def _unknown(element: Element, _: Numbers) -> RenderableType:
    return plain(f"({element.get('type')})", "dim")


def _input(field: Input) -> RenderableType:
    """A label, then the choices or the present value."""
    required = " *" if field.element.get("isRequired") else ""
    text = Text().append(f"{one_line(field.label)}{required}: ", "bold")
    chosen = field.default.split(",")
    for title, value in field.choices:
        text.append(f"{'●' if value in chosen else '○'} {one_line(title)}  ")
    if not field.choices:
        hint = one_line(field.default or field.element.get("placeholder") or "")
        text.append(f"[{hint or '      '}]", "dim")
    return text


DRAWINGS: dict[str, Callable[[Element, Numbers], RenderableType]] = {
    "TextBlock": _text_block,
    "RichTextBlock": _rich_text,
    "Container": _container,
    "Column": _container,
    "ColumnSet": _column_set,
    "FactSet": _fact_set,
    "Table": _table,
    "Image": _image,
    "ImageSet": _image_set,
    "ActionSet": _action_set,
    "CodeBlock": _code,
    "Badge": _badge,
}
