"""Every error Postroom raises on purpose.

PostroomError
├── UserError                 the person can put it right; a sentence in chat; logged at INFO
│   ├── NotFound              missing, or not theirs to see: the same words for both
│   ├── NotAllowed
│   ├── InvalidInput(field)
│   ├── AlreadyAssigned(thread_id, assignee_id)
│   ├── Full(member_id, cap)
│   └── Absent(member_id, until)
├── ExternalError             something outside failed; the job retries; WARNING
│   ├── GraphError(status, code, request_id)
│   │   ├── GraphThrottled(retry_after)
│   │   ├── GraphAuthFailed   consent is gone or was never given: a human must act; ERROR
│   │   └── DeltaLinkExpired  not retried: resync
│   ├── ConnectorError(status, code)
│   ├── RecipientUnreachable(member_id)
│   └── NothingSent          it failed before anything left: it may be tried again
└── ConfigError               printed with every missing name, exit code 2, nothing starts

An error carries facts (ids, codes), never an address, a subject, a name or a token;
`dialogs/wording.py` words it for people.
"""

from __future__ import annotations

from datetime import datetime


class PostroomError(Exception):
    """Something Postroom raised on purpose."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class UserError(PostroomError):
    """The person can put this right."""


class NotFound(UserError):
    """There is nothing like that, or it is not yours to see."""

    def __init__(self, kind: str = "thing") -> None:
        super().__init__()
        self.kind = kind


class NotAllowed(UserError):
    """That is for somebody with another role."""

    def __init__(self, needs: str = "") -> None:
        super().__init__()
        self.needs = needs


class InvalidInput(UserError):
    """What was given cannot be used; `hint` says what would be."""

    def __init__(self, field: str, hint: str = "") -> None:
        super().__init__()
        self.field = field
        self.hint = hint


class AlreadyAssigned(UserError):
    """The thread has an assignee already."""

    def __init__(self, thread_id: int, assignee_id: int | None) -> None:
        super().__init__()
        self.thread_id = thread_id
        self.assignee_id = assignee_id


class Full(UserError):
    """The person has as many open threads as one may have in that mailbox."""

    def __init__(self, member_id: int, cap: int) -> None:
        super().__init__()
        self.member_id = member_id
        self.cap = cap


class Absent(UserError):
    """The person is not at work; `until` is when they are again, in UTC, if that is known."""

    def __init__(self, member_id: int, until: datetime | None) -> None:
        super().__init__()
        self.member_id = member_id
        self.until = until


class ExternalError(PostroomError):
    """Something outside failed; trying again may help."""


class GraphError(ExternalError):
    """Microsoft Graph refused or failed."""

    def __init__(self, status: int, code: str, request_id: str = "") -> None:
        super().__init__(f"Graph answered {status} {code}")
        self.status = status
        self.code = code
        self.request_id = request_id


class GraphThrottled(GraphError):
    """Graph asked for a pause of `retry_after` seconds."""

    def __init__(self, status: int, code: str, retry_after: float, request_id: str = "") -> None:
        super().__init__(status, code, request_id)
        self.retry_after = retry_after


class GraphAuthFailed(GraphError):
    """Consent is gone or was never given: a human must act."""


class DeltaLinkExpired(GraphError):
    """The delta link is no longer honoured: start the folder again."""


class ConnectorError(ExternalError):
    """The Teams connector refused or failed."""

    def __init__(self, status: int, code: str, retry_after: float | None = None) -> None:
        super().__init__(f"the connector answered {status} {code}")
        self.status = status
        self.code = code
        self.retry_after = retry_after


class RecipientUnreachable(ExternalError):
    """The bot cannot write to that conversation until the person acts."""

    def __init__(self, code: str, member_id: int | None = None) -> None:
        super().__init__()
        self.code = code
        self.member_id = member_id


class NothingSent(ExternalError):
    """It failed before anything could have been sent."""


class ConfigError(PostroomError):
    """The settings are incomplete or malformed; every problem is named at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
