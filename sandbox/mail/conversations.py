"""Which messages belong together, by Message-ID, References and In-Reply-To."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sandbox.mail.records import Headers


def group_conversations(messages: Sequence[Headers]) -> tuple[list[int], list[int]]:
    """For each message, the index of its conversation's first message and its depth.

    Only references to messages that are present join conversations.
    """
    by_id: dict[str, int] = {}
    for index, message in enumerate(messages):
        if message.message_id:
            by_id.setdefault(message.message_id, index)
    leaders = list(range(len(messages)))
    for index, message in enumerate(messages):
        for parent in _present(message.references, by_id):
            _join(leaders, index, parent)
        if message.message_id:
            _join(leaders, index, by_id[message.message_id])
    roots = [_leader(leaders, index) for index in range(len(messages))]
    sizes: dict[int, int] = {}
    depths: list[int] = []
    for root in roots:
        depths.append(sizes.get(root, 0))
        sizes[root] = depths[-1] + 1
    return roots, depths


def _present(references: Iterable[str], by_id: dict[str, int]) -> list[int]:
    return [by_id[reference] for reference in references if reference in by_id]


def _leader(leaders: list[int], index: int) -> int:
    while leaders[index] != index:
        leaders[index] = leaders[leaders[index]]
        index = leaders[index]
    return index


def _join(leaders: list[int], one: int, other: int) -> None:
    first, second = sorted((_leader(leaders, one), _leader(leaders, other)))
    leaders[second] = first
