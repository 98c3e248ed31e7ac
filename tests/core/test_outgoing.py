"""Which hosts may be spoken to."""

import pytest

from core.outgoing import AllowedHosts, HostNotAllowed


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com/v1.0/users",
        "https://GRAPH.microsoft.com:443/v1.0",
        "https://contoso.sharepoint.com/upload",
        "http://localhost:4000/teams/",
    ],
)
def test_lets_through_what_is_listed(url: str) -> None:
    AllowedHosts(["graph.microsoft.com", "*.sharepoint.com", "http://localhost:4000"]).check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com/",
        "https://graph.microsoft.com:8443/",
        "https://graph.microsoft.com.evil.example/",
        "https://user@graph.microsoft.com/",
        "https://sharepoint.com/",
        "https://evilsharepoint.com/",
        "http://localhost:4001/",
        "http://localhost/",
        "file:///etc/passwd",
        "https://graph.microsoft.com:99999/",
        "https://[broken/",
        "",
    ],
)
def test_stops_everything_else(url: str) -> None:
    with pytest.raises(HostNotAllowed):
        AllowedHosts(["graph.microsoft.com", "*.sharepoint.com", "http://localhost:4000"]).check(
            url
        )
