import httpx
import pytest

from core.errors import DeltaLinkExpired, GraphAuthFailed, GraphError, GraphThrottled
from core.graph.answers import decode, error_of, retry_after


def refused(status, code="x", headers=None):
    body = {"error": {"code": code, "message": "ada@contoso.example may not"}}
    return httpx.Response(status, json=body, headers=headers)


@pytest.mark.parametrize(
    ("status", "code", "one_item", "kind"),
    [
        (410, "anything", False, DeltaLinkExpired),
        (400, "syncStateNotFound", False, DeltaLinkExpired),
        (404, "SyncStateNotFound", False, DeltaLinkExpired),
        (400, "SyncStateInvalid", False, DeltaLinkExpired),
        (409, "RESYNCREQUIRED", False, DeltaLinkExpired),
        (500, "syncStateNotFound", False, GraphError),
        (401, "InvalidAuthenticationToken", False, GraphAuthFailed),
        (401, "InvalidAuthenticationToken", True, GraphAuthFailed),
        (403, "ErrorAccessDenied", False, GraphAuthFailed),
        (403, "Authorization_RequestDenied", False, GraphAuthFailed),
        (403, "ErrorAccessDenied", True, GraphError),
        (403, "ErrorSendAsDenied", False, GraphError),
        (404, "ErrorItemNotFound", False, GraphError),
        (404, "ErrorItemNotFound", True, GraphError),
        (400, "ErrorInvalidIdMalformed", False, GraphError),
        (429, "ApplicationThrottled", False, GraphThrottled),
        (503, "serviceUnavailable", False, GraphError),
        (302, "", False, GraphError),
    ],
)
def test_a_refusal_becomes_its_error(status, code, one_item, kind):
    error = error_of(refused(status, code), one_item=one_item)

    assert type(error) is kind
    assert (error.status, error.code) == (status, code or "unknown")


@pytest.mark.parametrize("status", [429, 503, 504])
def test_a_pause_asked_for_is_kept(status):
    error = error_of(refused(status, headers={"Retry-After": "17"}))

    assert isinstance(error, GraphThrottled)
    assert error.retry_after == 17


def test_a_throttling_without_a_pause_names_one():
    error = error_of(refused(429))

    assert isinstance(error, GraphThrottled)
    assert error.retry_after == 60


def test_microsofts_request_id_is_kept():
    assert error_of(refused(400, headers={"request-id": "1a2b-3c"})).request_id == "1a2b-3c"
    assert error_of(refused(400, headers={"request-id": "ada@x"})).request_id == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>ada@contoso.example</html>",
        b"[]",
        b"null",
        b'{"error":"ada@contoso.example"}',
        b'{"error":{"code":"ada@contoso.example was not found"}}',
        b'{"error":{"code":12}}',
        b"[" * 200_000,
    ],
)
def test_no_text_of_an_answer_gets_into_the_error(body):
    error = error_of(httpx.Response(400, content=body))

    assert error.code == "unknown"
    assert "ada" not in str(error) + repr(error)


def test_half_a_surrogate_pair_is_no_reason_to_refuse_a_page():
    assert decode(b'{"subject": "\\ud83d"}') == {"subject": "\ud83d"}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("12", 12), ("9" * 400, 86_400), ("Fri, 31 Dec 2999 23:59:59 GMT", 86_400)]
    + [("Wed, 21 Oct 2015 07:28:00 GMT", 0)]
    + [(bad, None) for bad in ("", "-1", "soon", "1.5", "²", "nan")],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value, seconds):
    assert retry_after(httpx.Headers([(b"Retry-After", value.encode())])) == seconds
