"""Turns a second: Postroom's signed turn beside the echo bots of Microsoft's two SDKs.

Every bot is a process of its own on loopback and answers through the same fake connector.
16 activities are under way at any time; rounds are interleaved, so a busy moment of the
machine meets all. `--profile FILE` runs Postroom alone under cProfile.

Run: python tests/benchmarks/bench_turn.py [--rounds N] [--turns N] [--profile FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import pstats

from harness import Figures, Program, Signer, measure, replies_taken

WARM_UP = 50


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure turns a second.")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--turns", type=int, default=400, help="a round")
    parser.add_argument("--profile", metavar="FILE")
    arguments = parser.parse_args()

    signer = Signer.create()
    channel = Program("fake_channel.py", signer.jwks())
    started = [channel]
    try:
        if arguments.profile:
            bots = [Program("echo_postroom.py", channel.url, arguments.profile)]
        else:
            bots = [
                Program("echo_botbuilder.py"),
                Program("echo_agents_sdk.py"),
                Program("echo_postroom.py", channel.url),
            ]
        started += bots
        service_url = f"{channel.url}/"
        token = signer.token(service_url)
        figures = asyncio.run(run(bots, service_url, token, arguments.rounds, arguments.turns))
        posted = len(bots) * (WARM_UP + arguments.rounds * arguments.turns)
        if asyncio.run(replies_taken(channel.url)) != posted:
            raise SystemExit("not every activity was answered once")
    finally:
        for program in started:
            program.stop()
    if arguments.profile:
        pstats.Stats(arguments.profile).sort_stats("tottime").print_stats(45)
    show(figures)


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


def show(figures: dict[str, Figures]) -> None:
    ours = figures["echo_postroom"]
    print(f"{'':18} {'turns/s':>9} {'turns/CPU s':>12} {'Postroom is':>12}")
    for name, found in figures.items():
        ratio = f"{ours.per_second / found.per_second:.1f}×"
        print(f"{name:18} {found.per_second:9.0f} {found.per_cpu_second:12.0f} {ratio:>12}")


if __name__ == "__main__":
    main()
