"""Vendors behind a proxy, and behind one that wants a login."""

import asyncio
import base64
import shutil
import ssl
import subprocess
from contextlib import asynccontextmanager

import pytest

from servicedesk_core.config import Secrets, network_of, parse_settings
from servicedesk_core.errors import NetworkError
from servicedesk_core.http import HttpClient, HttpProfile, InMemoryLedger, RetryPolicy, Route
from servicedesk_core.http.network import Network

HOST = "vendor.example.com"
LOGIN = "Basic " + base64.b64encode(b"ada:p@ss").decode()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The vendor's own certificate: no public authority knows it."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={HOST}"
    extension = ["-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1", "-keyout", key, "-out", cert]
    subprocess.run([*command.split(), *extension], check=True, capture_output=True)
    return cert, key


class Proxy:
    """Leads CONNECT for the vendor's name to a server on loopback."""

    def __init__(self, vendor_port, login=None):
        self.vendor_port = vendor_port
        self.login = login
        self.asked = []

    async def serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.split("\r\n")[0])
        if self.login is not None and f"proxy-authorization: {self.login.lower()}" not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            writer.close()
            return
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.vendor_port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))


async def pipe(reader, writer):
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def listening(serve, **options):
    server = await asyncio.start_server(serve, "127.0.0.1", 0, **options)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def proxied(certificate, login=None, *, over_tls=False):
    async def vendor(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    async with listening(vendor, ssl=context) as vendor_port:
        proxy = Proxy(vendor_port, login)
        async with listening(proxy.serve, **({"ssl": context} if over_tls else {})) as port:
            yield proxy, port


def client(clock, network, url=f"https://{HOST}/"):
    profile = HttpProfile(
        base_url=url, vendor="acme", account="a", retry=RetryPolicy(attempts=1), routes=(Route("POST", "x", "a.b"),)
    )
    return HttpClient(
        profile,
        connection="acme",
        ledger=InMemoryLedger(clock),
        clock=clock,
        grants=frozenset({"a.b"}),
        network=network,
    )


async def test_a_vendor_is_reached_through_the_proxy_and_the_company_authority_is_trusted(certificate, clock):
    async with proxied(certificate, LOGIN) as (proxy, port):
        network = Network(f"http://ada:p%40ss@127.0.0.1:{port}", ca_file=str(certificate[0]))
        async with client(clock, network) as http:
            assert (await http.get("x")).json() == {}
            assert (await http.post("x", json={})).json() == {}
        assert set(proxy.asked) == {f"CONNECT {HOST}:443 HTTP/1.1"}
        assert "p%40ss" not in repr(network)


async def test_a_proxy_that_is_itself_reached_over_tls_may_have_a_certificate_of_the_company(certificate, clock):
    async with proxied(certificate, over_tls=True) as (proxy, port):
        network = Network(f"https://127.0.0.1:{port}", ca_file=str(certificate[0]))
        async with client(clock, network) as http:
            assert (await http.get("x")).json() == {}
        assert proxy.asked == [f"CONNECT {HOST}:443 HTTP/1.1"]


async def test_a_proxy_that_refuses_is_told_and_a_write_was_certainly_not_sent(certificate, clock):
    async with proxied(certificate, LOGIN) as (_, port):
        network = Network(f"http://ada:wrong@127.0.0.1:{port}", ca_file=str(certificate[0]))
        async with client(clock, network) as http:
            with pytest.raises(NetworkError, match="407") as refused:
                await http.post("x", json={})
        assert "wrong" not in f"{refused.value!r} {refused.value.hint} {refused.value.detail}"


def test_a_server_of_ones_own_may_have_a_certificate_that_no_authority_signed(certificate, tmp_path):
    openssl = f"{shutil.which('openssl')} req -x509 -key {certificate[1]} -days 2 -subj /CN={HOST}"
    made = [*openssl.split(), "-addext", "basicConstraints=critical,CA:FALSE", "-out", tmp_path / "own.pem"]
    subprocess.run(made, check=True, capture_output=True)
    settings = parse_settings({"network": {"ca_file": str(tmp_path / "own.pem")}})
    assert network_of(settings, Secrets()).ca_file == str(tmp_path / "own.pem")


async def test_an_authority_of_the_company_is_trusted_beside_the_public_ones(certificate):
    from servicedesk_core.http._backend import tls_context

    both, public = tls_context(str(certificate[0])), tls_context()
    assert len(both.get_ca_certs()) == len(public.get_ca_certs()) + 1


@pytest.mark.parametrize(
    ("url", "goes_direct"),
    [
        ("https://snipe.example.local/api/", True),
        ("https://SNIPE.example.local:8443/", True),
        ("https://deep.tools.example.org/", True),
        ("https://tools.example.org/", True),
        ("https://mytools.example.org/", False),
        ("https://vendor.example.com/", False),
        ("http://127.0.0.1:8080/", True),
        ("http://localhost/", True),
        ("http://[::1]:80/", True),
    ],
)
def test_what_is_reached_without_the_proxy(url, goes_direct):
    network = Network("http://proxy.example.com:3128", direct=("snipe.example.local", ".tools.example.org"))
    assert network.proxy_for(url) == (None if goes_direct else "http://proxy.example.com:3128")
