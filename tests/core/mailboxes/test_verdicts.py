"""What probes say about a grant, row by row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.graph.probes import Outcome
from core.mailboxes.models import GrantKind
from core.mailboxes.verdicts import PATIENCE, Found, judge

W, R, U, N = Outcome.WORKED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.NO_MAILBOX
YOUNG, OLD = timedelta(minutes=1), PATIENCE


@pytest.mark.parametrize(
    ("found", "age", "code", "reason"),
    [
        (Found(W, R, R), YOUNG, "passed", None),
        (Found(W, R, R), OLD, "passed", None),
        (Found(R, None, None), YOUNG, "waiting", "not_yet"),
        (Found(R, None, None), OLD, "refused", "too_late"),
        (Found(U, None, None), YOUNG, "waiting", "no_answer"),
        (Found(U, None, None), OLD, "refused", "no_answer"),
        (Found(N, None, None), YOUNG, "refused", "no_mailbox"),
        (Found(W, W, R), YOUNG, "not_enforced", "other_mailboxes_open"),
        (Found(W, W, W), YOUNG, "not_enforced", "other_mailboxes_open"),
        (Found(W, R, W), YOUNG, "not_enforced", "bodies_open"),
        (Found(W, N, R), YOUNG, "not_enforced", "no_other_mailbox"),
        (Found(W, None, R), YOUNG, "not_enforced", "no_other_mailbox"),
        (Found(W, U, R), YOUNG, "waiting", "no_answer"),
        (Found(W, U, R), OLD, "not_enforced", "no_answer"),
        (Found(W, R, U), YOUNG, "waiting", "no_message"),
        (Found(W, R, U), OLD, "not_enforced", "no_message"),
    ],
)
def test_an_application_grant(found: Found, age: timedelta, code: str, reason: str | None) -> None:
    verdict = judge(GrantKind.APPLICATION, found, age=age, reads_bodies=False)

    assert (verdict.code, verdict.reason) == (code, reason)
    assert verdict.mailboxes_enforced == (found.other is R)
    assert verdict.content_enforced == (found.body is R)


@pytest.mark.parametrize(
    ("found", "wider", "code", "reason", "content"),
    [
        (Found(W, None, R), False, "passed", None, True),
        (Found(W, None, U), False, "passed", None, False),
        (Found(W, None, W), False, "not_enforced", "bodies_open", False),
        (Found(W, None, W), True, "passed", None, False),
        (Found(W, None, R), True, "passed", None, False),
        (Found(R, None, None), False, "refused", "no_rights", False),
        (Found(N, None, None), False, "refused", "no_mailbox", False),
        (Found(U, None, None), False, "waiting", "no_answer", False),
    ],
)
def test_a_delegated_grant(
    found: Found, wider: bool, code: str, reason: str | None, content: bool
) -> None:
    verdict = judge(GrantKind.DELEGATED, found, age=YOUNG, reads_bodies=wider)

    assert (verdict.code, verdict.reason, verdict.content_enforced) == (code, reason, content)
    assert not verdict.mailboxes_enforced
