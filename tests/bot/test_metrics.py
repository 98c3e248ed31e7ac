"""Figures for Prometheus: counted as they happen, read as they stand, loaded only when wanted."""

from __future__ import annotations

import subprocess
import sys

from bot.metrics import Metrics
from core.gauges import Gauges
from tests.house import ROOT


async def test_turns_and_jobs_are_counted_by_outcome_and_gauges_read_when_asked():
    async def gauges() -> Gauges:
        return Gauges(outbox_due=3, outbox_dead=1, sync_age=61.5)

    metrics = Metrics(gauges)
    metrics.turn("done")
    metrics.turn("done")
    metrics.turn("failed")
    metrics.job("sync_mailbox", "retried")

    told = (await metrics.text()).decode().splitlines()

    for line in (
        'postroom_turns_total{outcome="done"} 2.0',
        'postroom_turns_total{outcome="failed"} 1.0',
        'postroom_jobs_total{outcome="retried",task="sync_mailbox"} 1.0',
        'postroom_outbox_messages{state="due"} 3.0',
        'postroom_outbox_messages{state="dead"} 1.0',
        "postroom_sync_age_seconds 61.5",
    ):
        assert line in told


def test_the_library_is_not_loaded_with_the_composition():
    code = "import sys, wiring; sys.exit('prometheus_client' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
