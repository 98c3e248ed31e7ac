"""Lines from a person at a terminal, or from a pipe."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

ReadLine = Callable[[str], Awaitable[str | None]]
"""Shows a prompt and returns the next line, or None at the end (Ctrl-C, Ctrl-D, end of file)."""


@asynccontextmanager
async def lines_from(stream: TextIO | None = None) -> AsyncIterator[ReadLine]:
    """At a terminal: an editable prompt that messages are printed above. Else: plain lines."""
    stream = stream or sys.stdin
    if not stream.isatty():
        yield _piped(stream)
        return
    from prompt_toolkit import PromptSession

    session: PromptSession[str] = PromptSession()

    async def ask(prompt: str) -> str | None:
        try:
            return await session.prompt_async(prompt)
        except (EOFError, KeyboardInterrupt):
            return None

    with patch_stdout(raw=True):
        yield ask


def _piped(stream: TextIO) -> ReadLine:
    """Reads on a thread of its own that does not hold up the end of the program."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has ended before the lines
            for line in stream:
                loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\n"))
            loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True, name="lines").start()

    async def ask(prompt: str) -> str | None:
        line = await lines.get()
        if line is None:
            lines.put_nowait(None)  # the end stays the end
        else:
            print(f"{prompt}{line}")
        return line

    return ask
