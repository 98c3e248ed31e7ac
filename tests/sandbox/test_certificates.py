"""The local authority: strict clients trust it, files are private, a restart keeps it."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from sandbox.certificates import Certificates


def test_the_authority_stays_and_every_file_is_private(tmp_path) -> None:
    Certificates(tmp_path).server_context()
    first = (tmp_path / "ca.pem").read_bytes()

    Certificates(tmp_path).server_context()

    assert (tmp_path / "ca.pem").read_bytes() == first
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


@pytest.mark.scenario
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_strict_client_accepts_the_certificate(tmp_path, host: str) -> None:
    certificates = Certificates(tmp_path)
    served = certificates.server_context()
    client = ssl.create_default_context(cafile=str(certificates.ca_file))
    client.verify_flags |= ssl.VERIFY_X509_STRICT

    async def hang_up(_reader, writer) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=served)
    async with server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=client, server_hostname=host
        )
        peer = writer.get_extra_info("peercert")
        writer.close()
        await writer.wait_closed()

    assert ("DNS", "localhost") in peer["subjectAltName"]
