"""Optional parts are imported only where they are switched on."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import core.jobs.embedded, core.jobs.schedule, core.outbox.queue, core.migrate
print([name for name in ("procrastinate", "psycopg", "apscheduler") if name in sys.modules])
"""


def test_the_embedded_engine_imports_neither_procrastinate_nor_a_scheduler() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"
