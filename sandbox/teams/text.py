"""Text from strangers, made safe for a terminal, and the little Markdown that Teams shows."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from rich.style import Style
from rich.text import Text

BIDI_AND_INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x061C, 0x061C),
        (0x115F, 0x1160),  # Hangul fillers
        (0x200B, 0x200B),
        (0x200E, 0x200F),
        (0x202A, 0x202E),  # embeddings and overrides
        (0x2060, 0x206F),  # isolates and other invisible marks
        (0x3164, 0x3164),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF9, 0xFFFB),
        (0xE0000, 0xE0FFF),  # tags
    )
    for code in range(first, last + 1)
)
MOST_COMBINING = 4
INLINE = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*"
    r"|(?<![\w*])\*(?P<star>[^*\s][^*\n]*)\*(?![\w*])"
    r"|(?<!\w)_(?P<line>[^_\s][^_\n]*)_(?!\w)"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<url>[^)\s]+)\)"
    r"|`(?P<code>[^`\n]+)`"
    r"|\\(?P<escaped>[\\*_\[\]()`~#])"
)
MOMENT = re.compile(r"\{\{(DATE|TIME)\(([^,)]+)(?:,\s*(\w+))?\)\}\}")


def clean(value: object) -> str:
    """Without control characters, text direction marks, invisible marks and piled-up accents."""
    kept: list[str] = []
    combining = 0
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    for character in text:
        category = unicodedata.category(character)
        if category in ("Zl", "Zp"):
            character = "\n"
        if character in BIDI_AND_INVISIBLE or (category in ("Cc", "Cs") and character != "\n"):
            continue
        combining = combining + 1 if category in ("Mn", "Me") else 0
        if combining <= MOST_COMBINING:
            kept.append(character)
    return "".join(kept)


def one_line(value: object) -> str:
    return " ".join(clean(value).split())


def plain(value: object, style: str | Style = "") -> Text:
    return Text(clean(value), style=style)


def markdown(value: object, style: str | Style = "") -> Text:
    """Bold, italic, code, links (with where they lead) and bullets; nothing else is special."""
    lines = clean(_moments(str(value))).split("\n")
    text = Text(style=style)
    for number, line in enumerate(lines):
        bullet = re.match(r"(\s*)[-*] (.*)", line)
        heading = re.match(r"#{1,6} (.*)", line)
        text.append("\n" if number else "")
        if bullet:
            text.append(f"{bullet[1]}• ")
            line = bullet[2]
        _append_inline(text, heading[1] if heading else line, "bold" if heading else "")
    return text


def spoken(value: object) -> Text:
    """What a person typed, with the @mention as it is shown."""
    return plain(re.sub(r"<at>(.*?)</at>", r"@\1", str(value)))


def _append_inline(text: Text, line: str, style: str) -> None:
    position = 0
    for match in INLINE.finditer(line):
        text.append(line[position : match.start()], style)
        position = match.end()
        found = match.groupdict()
        if found["label"]:
            text.append(found["label"], f"{style} underline".strip())
            text.append(f" ({found['url']})", "dim")
        elif found["bold"]:
            text.append(found["bold"], "bold")
        elif found["code"]:
            text.append(found["code"], "cyan")
        elif found["escaped"]:
            text.append(found["escaped"], style)
        else:
            text.append(found["star"] or found["line"] or "", "italic")
    text.append(line[position:], style)


def _moments(text: str) -> str:
    """Cards write {{DATE(2026-01-31T09:00:00Z, SHORT)}}; clients show it in words."""

    def show(match: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(match[2].strip())
        except ValueError:
            return match[0]
        if match[1] == "TIME":
            return moment.strftime("%H:%M")
        form = "%a, %d %b %Y" if match[3] in ("SHORT", "LONG") else "%d/%m/%Y"
        return moment.strftime(form)

    return MOMENT.sub(show, text)
