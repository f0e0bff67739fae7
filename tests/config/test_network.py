"""The way to the vendors, as the configuration says it."""

import asyncio

import certifi
import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.config import Secrets, network_of, parse_settings
from servicedesk_core.errors import NetworkError, SecretError, SettingsError
from servicedesk_core.http.network import DIRECT
from servicedesk_core.redaction import Redactor

CONNECTOR = """
from servicedesk_core import Connector, hookimpl
from servicedesk_core.hooks import Capabilities, VendorIdentity
from servicedesk_core.http import HttpProfile, RetryPolicy


class Acme(Connector):
    async def open(self):
        retry = RetryPolicy(attempts=1)
        self.http = self.ctx.http(
            HttpProfile(base_url="https://vendor.example.com/", vendor="acme", account="a", retry=retry)
        )

    @hookimpl
    def describe_capabilities(self):
        return Capabilities(vendor="Acme")

    @hookimpl
    async def vendor_identity(self):
        await self.http.get("me")
        return VendorIdentity(vendor="acme", account="a")
"""


def found(environ=None, **network):
    heard = []
    secrets = Secrets(environ=environ or {}, on_resolved=heard.append)
    return network_of(parse_settings({"network": network}), secrets), heard


def test_without_a_table_nothing_stands_between():
    assert found() == (DIRECT, [])


def test_a_proxy_without_a_login_stands_in_the_file():
    network, _ = found(proxy="http://proxy.example.com:3128", direct=["example.local"])
    assert network.proxy_for("https://vendor.example.com/") == "http://proxy.example.com:3128"
    assert network.proxy_for("https://snipe.example.local/") is None


def test_a_login_is_a_secret_of_its_own():
    network, heard = found({"PROXY": "http://ada:p%40ss@proxy.example.com:3128\n"}, proxy="env:PROXY")
    assert network.proxy == "http://ada:p%40ss@proxy.example.com:3128"
    assert {"p%40ss", "p@ss"} < set(heard)


@pytest.mark.parametrize("proxy", ["http://ada:pass@proxy.example.com:3128", "proxy.example.com:", "socks5://x:1", ""])
def test_what_is_no_proxy_is_refused_and_not_repeated(proxy):
    with pytest.raises(SettingsError, match=r"network\.proxy") as refused:
        found(proxy=proxy)
    assert "pass@" not in str(refused.value)
    assert Redactor().text(str(refused.value)) == str(refused.value), "advice is no secret"


@pytest.mark.parametrize("behind", ["proxy.example.com", "ftp://proxy.example.com", "http://x:port", "http://x:0"])
def test_a_reference_to_something_else_is_refused(behind):
    with pytest.raises(SettingsError, match="no address of a proxy"):
        found({"PROXY": behind}, proxy="env:PROXY")
    with pytest.raises(SecretError, match=r"network\.proxy"):
        found({}, proxy="env:PROXY")


@pytest.mark.parametrize("proxy", ["http://x:port", "http://x:99999", "http://x:0", "http://[::1", "http://:3128"])
def test_an_address_that_leads_nowhere_is_refused_before_it_is_used(proxy):
    with pytest.raises(SettingsError, match=r"network\.proxy"):
        found(proxy=proxy)


@pytest.mark.parametrize("host", ["https://x.example.com", "x.example.com:8443", "*.example.com"])
def test_a_host_is_a_host(host):
    with pytest.raises(SettingsError, match=r"network\.direct"):
        found(direct=[host])


def test_certificates_are_looked_at_before_anything_is_sent(tmp_path):
    assert found(ca_file=certifi.where())[0].ca_file == certifi.where()
    with pytest.raises(SettingsError, match=r"ca_file: .*company\.pem cannot be used: No such file"):
        found(ca_file=str(tmp_path / "company.pem"))
    (tmp_path / "company.pem").write_text("hello")
    with pytest.raises(SettingsError, match="it is no PEM file"):
        found(ca_file=str(tmp_path / "company.pem"))


async def test_a_connection_goes_through_the_proxy(tmp_path):
    asked = []

    async def refuse(reader, writer):
        asked.append((await reader.readline()).decode().strip())
        writer.write(b"HTTP/1.1 403 Not from here\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    (tmp_path / "acme.py").write_text(CONNECTOR)
    (tmp_path / "servicedesk.toml").write_text(
        f'[network]\nproxy = "http://127.0.0.1:{server.sockets[0].getsockname()[1]}"\n'
        '[connections.acme]\nconnector = "./acme.py:Acme"\n'
    )
    try:
        async with ServiceDesk.open(tmp_path / "servicedesk.toml") as desk:
            with pytest.raises(NetworkError, match="403 Not from here"):
                await desk.check("acme")
    finally:
        server.close()
    assert asked == ["CONNECT vendor.example.com:443 HTTP/1.1"]
