"""The two icons of the Teams app, drawn here: a wall of pigeonholes with a letter in one."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

ACCENT = "#2f5d8a"
LETTER = "#f5c26b"

COLOR_SIZE = 192
OUTLINE_SIZE = 32
_FINER = 8
"""How many times larger the drawing is than the icon."""


def color_icon() -> bytes:
    """192 × 192 PNG, the mark within the middle that Teams never cuts."""
    icon = Image.new("RGB", (COLOR_SIZE, COLOR_SIZE), ACCENT)
    holes, letter = _mark(COLOR_SIZE, margin=36, stroke=8)
    icon.paste("white", mask=holes)
    icon.paste(LETTER, mask=letter)
    return _png(icon)


def outline_icon() -> bytes:
    """32 × 32 PNG, white on transparent."""
    icon = Image.new("RGBA", (OUTLINE_SIZE, OUTLINE_SIZE), (255, 255, 255, 0))
    holes, letter = _mark(OUTLINE_SIZE, margin=3, stroke=2)
    both = Image.new("L", icon.size)
    both.paste(255, mask=holes)
    both.paste(255, mask=letter)
    icon.putalpha(both)
    return _png(icon)


def _mark(size: int, margin: int, stroke: int) -> tuple[Image.Image, Image.Image]:
    """The pigeonholes and the letter as two masks; two by two holes, all lines `stroke` wide."""
    canvas = (size * _FINER, size * _FINER)
    holes, letter = Image.new("L", canvas), Image.new("L", canvas)
    near, far, line = margin * _FINER, (size - margin) * _FINER, stroke * _FINER
    middle = (near + far) // 2
    draw = ImageDraw.Draw(holes)
    draw.rounded_rectangle((near, near, far - 1, far - 1), 2 * line, outline=255, width=line)
    draw.rectangle((middle - line // 2, near, middle + line // 2 - 1, far - 1), fill=255)
    draw.rectangle((near, middle - line // 2, far - 1, middle + line // 2 - 1), fill=255)
    gap = line // 2
    hole = (middle + line // 2, near + line, far - line, middle - line // 2)
    _letter(ImageDraw.Draw(letter), hole[0] + gap, hole[2] - gap, hole[3] - gap, cut=gap)
    return holes.reduce(_FINER), letter.reduce(_FINER)


def _letter(draw: ImageDraw.ImageDraw, left: int, right: int, floor: int, *, cut: int) -> None:
    """An envelope standing on the floor of its hole; its flap is a cut of that width."""
    top = floor - (right - left) * 3 // 4
    draw.rectangle((left, top, right - 1, floor - 1), fill=255)
    tip = ((left + right) // 2, top + (floor - top) * 3 // 5)
    draw.line([(left - cut, top - cut), tip, (right + cut, top - cut)], fill=0, width=cut)


def _png(icon: Image.Image) -> bytes:
    buffer = BytesIO()
    icon.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
