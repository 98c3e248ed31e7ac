"""The composition: settings in, each part made once, joined, served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from core.clock import Clock, utc_now
from core.database import database
from core.migrate import migrate
from core.settings import Settings
from wiring.engines import distributed
from wiring.parts import Parts
from wiring.timers import ticking
from wiring.web import web_server


@dataclass(frozen=True, slots=True)
class Running:
    """A Postroom that answers."""

    url: str
    """Where it listens, such as `http://127.0.0.1:3978`."""


@asynccontextmanager
async def serving(
    settings: Settings, *, now: Clock = utc_now, unsigned: bool = False, hurry: float = 1
) -> AsyncIterator[Running]:
    """All of Postroom, for as long as the block lasts.

    `now` is the product's clock; tokens and signatures go by the real one. `unsigned` also
    takes activities without a token from this machine alone, and is for `demo`; `hurry` has the
    timers tick so many times quicker, for a clock that is set on by hours.
    """
    url = settings.database_url.get_secret_value()
    await migrate(url)
    if settings.jobs == "distributed":
        await distributed().apply_schema(url)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(database(url))
        parts = Parts(settings, now)
        await parts.open(stack)
        site = await stack.enter_async_context(web_server(settings, parts, unsigned))
        await stack.enter_async_context(parts.jobs.running())
        with ticking(parts, settings, hurry):
            yield Running(site)
