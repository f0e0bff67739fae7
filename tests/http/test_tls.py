"""Certificates are verified."""

import asyncio
import ssl

import pytest

from servicedesk_core.errors import NetworkError
from servicedesk_core.http import HttpClient, HttpProfile, InMemoryLedger, RetryPolicy
from servicedesk_core.http.network import Network


async def test_an_unknown_certificate_is_refused_and_a_configured_authority_accepted(certificate, clock):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    profile = HttpProfile(base_url=url, vendor="acme", account="a", retry=RetryPolicy(attempts=1))
    common = {"connection": "acme", "ledger": InMemoryLedger(clock), "clock": clock}
    try:
        async with HttpClient(profile, **common) as client:
            with pytest.raises(NetworkError, match=r"(?i)certificate"):
                await client.get("x")
        async with HttpClient(profile, **common, network=Network(ca_file=str(certificate[0]))) as client:
            assert (await client.get("x")).json() == {}
    finally:
        server.close()
