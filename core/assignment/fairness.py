"""How evenly work was given out in a period: Jain's index of what each person was given.

Jain's index, `(sum x)^2 / (n * sum x^2)`, is 1 where all got the same and 1/n where one got
everything; it reads as the part of the people who are served equally: 0.8 of ten is "as if
eight shared it all". It is taken rather than Gini's coefficient, which compares everybody
with everybody and is made for large populations: of a team of five it moves in leaps, says 0
where all is well, and has no such reading. Neither depends on the unit, so threads and effort
give the same answer.

With shares, each person's load is divided by their share first: whoever is to have twice as
much and has, is as well served as the others.
"""

from __future__ import annotations

from collections.abc import Mapping


def jain(loads: Mapping[int, float], shares: Mapping[int, float] | None = None) -> float:
    """Of loads by member id; 1 where there is nobody or nothing to share.

    `shares`: how much each is to have beside the others, over 0; 1 for whoever is not in it.
    """
    served = [load / (shares or {}).get(member_id, 1) for member_id, load in loads.items()]
    squares = sum(x * x for x in served)
    return sum(served) ** 2 / (len(served) * squares) if squares else 1.0
