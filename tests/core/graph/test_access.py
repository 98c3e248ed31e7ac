import pytest

from core.errors import GraphAuthFailed
from core.graph.access import MailboxAccess, Right, rights_of


@pytest.mark.parametrize(
    ("permissions", "rights"),
    [
        ([], set()),
        (["User.Read", "openid", ""], set()),
        (["Mail.ReadBasic.Shared"], {Right.HEADERS}),
        (["https://graph.microsoft.com/Mail.Read.Shared"], {Right.HEADERS, Right.BODIES}),
        (["Mail.ReadBasic.All"], {Right.HEADERS}),
        (["Application Mail.ReadBasic"], {Right.HEADERS}),
        (["Application Mail.ReadWrite"], {Right.HEADERS, Right.BODIES, Right.WRITE}),
        (["Mail.ReadBasic", "Mail.Send.Shared"], {Right.HEADERS, Right.SEND}),
    ],
)
def test_permissions_add_up_to_rights(permissions, rights):
    assert rights_of(permissions) == rights


def test_what_is_not_granted_is_refused_without_asking_graph(graph):
    access = MailboxAccess("a@x.example", graph.token, frozenset({Right.HEADERS}))
    access.require(Right.HEADERS)

    with pytest.raises(GraphAuthFailed) as caught:
        access.require(Right.SEND)

    assert caught.value.code == "not_granted_send"
    assert "a@x.example" not in repr(access)
