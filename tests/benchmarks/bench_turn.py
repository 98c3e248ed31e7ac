"""Turns a second: Postroom's signed `queue` beside the echo bots of Microsoft's two SDKs.

Every bot is a process of its own on loopback and answers through the same fake connector.
16 activities are under way at any time; rounds are interleaved, so a busy moment of the
machine meets all. Postroom's turn is the whole of it: the token checked, the activity
noted as taken, the member looked up, their queue read and decrypted, the card sent and
recorded. `echo_postroom` is its adapter alone, with no database.

Run: python tests/benchmarks/bench_turn.py [--rounds N] [--turns N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, report
from harness import Figures, Program, Signer, measure, replies_taken

WARM_UP = 50
OURS = "queue_postroom"
BASELINES = {"echo_botbuilder": 3.0, "echo_agents_sdk": 1.0}
"""How many times as many turns a second as each are wanted."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure turns a second.")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--turns", type=int, default=300, help="a round")
    arguments = parser.parse_args()

    signer = Signer.create()
    channel = Program("fake_channel.py", signer.jwks())
    started = [channel]
    try:
        started += [
            Program("echo_botbuilder.py"),
            Program("echo_agents_sdk.py"),
            Program("echo_postroom.py", channel.url),
            Program("queue_postroom.py", channel.url),
        ]
        bots = started[1:]
        service_url = f"{channel.url}/"
        token = signer.token(service_url)
        figures = asyncio.run(run(bots, service_url, token, arguments.rounds, arguments.turns))
        posted = len(bots) * (WARM_UP + arguments.rounds * arguments.turns)
        if asyncio.run(replies_taken(channel.url)) != posted:
            raise SystemExit("not every activity was answered once")
        for bot in bots:
            bot.stop()
        samples = sampled(channel.url, token, arguments.turns)
    finally:
        for program in started:
            program.stop()
    show(figures)
    show_samples(samples)
    report(compared(figures))


async def run(
    bots: list[Program], service_url: str, token: str, rounds: int, turns: int
) -> dict[str, Figures]:
    figures = {bot.name: Figures() for bot in bots}
    tokens = {bot.name: token if bot.name.endswith("postroom") else "" for bot in bots}
    for bot in bots:
        await measure(bot, Figures(), service_url, tokens[bot.name], turns=WARM_UP)
    for _ in range(rounds):
        for bot in bots:
            await measure(bot, figures[bot.name], service_url, tokens[bot.name], turns=turns)
    return figures


def sampled(channel_url: str, token: str, turns: int) -> Counter[str]:
    """Where the time of a queue turn goes, in a run of its own: sampling takes time too."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "samples.json"
        bot = Program("queue_postroom.py", channel_url, str(target))
        asyncio.run(measure(bot, Figures(), f"{channel_url}/", token, turns=2 * turns))
        bot.stop()
        return Counter(json.loads(target.read_text()))


def compared(figures: dict[str, Figures]) -> Iterator[Figure]:
    for name, wanted in BASELINES.items():
        ratio = figures[OURS].per_second / figures[name].per_second
        what = f"signed queue turns a second, against {name}"
        yield Figure(what, f"≥ {wanted:g}×", f"{ratio:.2f}×", ratio >= wanted)


def show(figures: dict[str, Figures]) -> None:
    ours = figures[OURS]
    print(f"{'':18} {'turns/s':>9} {'turns/CPU s':>12} {'queue is':>12}")
    for name, found in figures.items():
        ratio = f"{ours.per_second / found.per_second:.1f}×"
        print(f"{name:18} {found.per_second:9.0f} {found.per_cpu_second:12.0f} {ratio:>12}")


def show_samples(samples: Counter[str]) -> None:
    print("\nWhere a queue turn's processor time goes:")
    for part, count in samples.most_common():
        print(f"  {part:28} {count / samples.total():5.0%}")


if __name__ == "__main__":
    main()
