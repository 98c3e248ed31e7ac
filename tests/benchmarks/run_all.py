"""Run every benchmark, and close with one table of what was wanted and what was measured."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import RESULTS, collected, show

HERE = Path(__file__).parent


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "figures"
        results.touch()
        environment = os.environ | {RESULTS: str(results)}
        failed = []
        for script in sorted(HERE.glob("bench_*.py")):
            print(f"\n== {script.name}", flush=True)
            if subprocess.run([sys.executable, script], env=environment).returncode:
                failed.append(script.name)
        print("\n== all figures")
        show(collected(results))
    for name in failed:
        print(f"{name} did not finish")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
