"""What a tour claims, each with what was expected and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    step: str
    claim: str
    expected: object
    actual: object

    @property
    def passed(self) -> bool:
        return self.expected == self.actual


@dataclass(slots=True)
class Checks:
    """All claims made so far. `left_out` names what this mail or these people did not allow."""

    made: list[Check] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    step: str = ""

    def equal(self, claim: str, expected: object, actual: object) -> bool:
        check = Check(self.step, claim, expected, actual)
        self.made.append(check)
        return check.passed

    def true(self, claim: str, actual: object, otherwise: str = "no") -> bool:
        return self.equal(claim, "yes", "yes" if actual else otherwise)

    def fail(self, claim: str, reason: str) -> None:
        self.equal(claim, "", reason)

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.made if not check.passed]

    @property
    def ok(self) -> bool:
        return bool(self.made) and not self.failed
