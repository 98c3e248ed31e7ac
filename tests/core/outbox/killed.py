"""A delivering process that is killed between an effect and its mark.

python -m tests.core.outbox.killed DATABASE_URL EFFECTS_FILE
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.clock import utc_now
from core.database import database
from core.outbox.delivery import Delivery
from core.outbox.kinds import KINDS


def have_effect(effects: Path) -> None:
    with effects.open("a") as file:
        file.write("effect\n")


async def main(url: str, effects: Path) -> None:
    async def handle(facts: Mapping[str, Any], organization_id: int) -> None:
        have_effect(effects)
        os.kill(os.getpid(), signal.SIGKILL)

    async def on_unreachable(member_id: int, code: str) -> None:
        raise NotImplementedError

    async with database(url):
        await Delivery(dict.fromkeys(KINDS, handle), utc_now, on_unreachable).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
