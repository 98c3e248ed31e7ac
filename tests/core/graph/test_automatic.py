import pytest

from core.graph.automatic import Automatic, read_automatic


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Subject": "hello", "Received": "by x"}, Automatic.NONE),
        ({"Auto-Submitted": "no"}, Automatic.NONE),
        ({"Auto-Submitted": "No (a person)"}, Automatic.NONE),
        ({"auto-submitted": " Auto-Replied ; owner=x"}, Automatic.REPLY),
        ({"Auto-Submitted": "auto-replied (vacation)"}, Automatic.REPLY),
        ({"Auto-Submitted": "auto-generated"}, Automatic.BULK),
        ({"Auto-Submitted": "auto-notified"}, Automatic.BULK),
        ({"Precedence": "BULK"}, Automatic.BULK),
        ({"Precedence": "junk"}, Automatic.BULK),
        ({"Precedence": "list"}, Automatic.LIST),
        ({"Precedence": "auto_reply"}, Automatic.REPLY),
        ({"Precedence": "first-class"}, Automatic.NONE),
        ({"List-Id": "<l.example>", "Precedence": "bulk"}, Automatic.LIST),
        ({"List-Unsubscribe": "<https://x>"}, Automatic.BULK),
        ({"X-Auto-Response-Suppress": "All"}, Automatic.BULK),
        ({"X-Auto-Response-Suppress": "DR, OOF, AutoReply"}, Automatic.BULK),
        ({"X-Auto-Response-Suppress": "DR, RN, NRN"}, Automatic.NONE),
        ({"Return-Path": "<>"}, Automatic.REPLY),
        ({"Return-Path": "<ada@x.example>"}, Automatic.NONE),
        ({"Auto-Submitted": "auto-replied", "List-Id": "<l.example>"}, Automatic.REPLY),
    ],
)
def test_a_machine_is_known_by_its_headers(headers, kind):
    listed = [{"name": name, "value": value} for name, value in headers.items()]

    assert read_automatic(listed) is kind


@pytest.mark.parametrize("value", [None, [], {}, "list-id", 3])
def test_without_headers_nothing_is_claimed(value):
    assert read_automatic(value) is None


def test_odd_headers_are_passed_over():
    odd = [None, 3, {}, {"name": 1, "value": 2}, {"name": "List-Id", "value": None}]

    assert read_automatic(odd) is Automatic.NONE
