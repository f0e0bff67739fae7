"""Connections are opened with everything they need, kept apart, stopped after an authentication failure, and closed."""

import asyncio
import logging
import textwrap

import pytest

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import Secrets, parse_settings
from servicedesk_core.errors import (
    AuthenticationError,
    HookError,
    SettingsError,
    TenantMismatchError,
    UnknownConnectorError,
)
from servicedesk_core.hooks import PullMode, PullRequest
from servicedesk_core.http import InMemoryLedger
from servicedesk_core.plugins import PluginCatalog
from servicedesk_core.plugins.host import Host
from servicedesk_core.ports import Token
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Store, sources

ACME = textwrap.dedent(
    """
    import asyncio
    from pydantic import SecretStr
    from servicedesk_core import Connector, ConnectorSettings, hookimpl
    from servicedesk_core.errors import AuthenticationError
    from servicedesk_core.hooks import (
        Capabilities, Page, SourceRecord, StreamCapability, StreamCheck, VendorIdentity)
    from servicedesk_core.http import HttpProfile

    class AcmeSettings(ConnectorSettings):
        account: str = "tenant-1"
        secret: SecretStr = SecretStr("")
        good_secret: str = "right-secret"
        base_url: str = "http://127.0.0.1:9"
        fail_open: bool = False

    class Acme(Connector[AcmeSettings]):
        Settings = AcmeSettings
        log = []

        async def open(self):
            self.log.append(f"open {self.ctx.connection}")
            self.http = self.ctx.http(HttpProfile(base_url=self.ctx.settings.base_url, vendor="acme", account="1"))
            if self.ctx.settings.fail_open:
                raise ValueError("private words")
            opened = (await self.ctx.state.get("opened") or 0) + 1
            await self.ctx.state.put("opened", opened)
            self.ctx.log.warning("opened %s times with %s", opened, self.ctx.settings.secret.get_secret_value())

        async def open_offline(self):
            self.log.append(f"offline {self.ctx.connection}")

        async def aclose(self):
            self.log.append(f"close {self.ctx.connection}")

        def _check(self):
            if self.ctx.settings.secret.get_secret_value() != self.ctx.settings.good_secret:
                raise AuthenticationError("The vendor said no to this key.")

        @hookimpl
        def describe_capabilities(self):
            lines = StreamCapability("charges", part_of="tickets")  # comes with its tickets, and is never asked for
            return Capabilities("Acme", streams=(StreamCapability("tickets"), StreamCapability("companies"), lines))

        @hookimpl
        async def vendor_identity(self):
            self._check()
            return VendorIdentity("acme", self.ctx.settings.account, "Acme tenant")

        @hookimpl
        async def check_connection(self, streams):
            self._check()
            return tuple(StreamCheck(stream, readable=True, visible=1) for stream in streams)

        @hookimpl
        async def pull(self, request):
            answer = await self.http.get("tickets")
            yield Page(tuple(SourceRecord(str(one["id"]), one) for one in answer.json()), None, last=True)
    """
)


class Desk:
    def __init__(self, folder):
        self.folder = folder
        (folder / "acme.py").write_text(ACME)
        self.clock = SystemClock()
        self.store = Store.open(f"sqlite:///{folder}/desk.db", clock=self.clock)
        self.catalog = PluginCatalog(path=[])
        self.environ = {"SECRET": "right-secret"}

    def host(self, connections=None, **options):
        base = {"connector": "./acme.py:Acme", "secret": "env:SECRET"}
        connections = {name: {**base, **more} for name, more in (connections or {"psa": {}}).items()}
        settings = parse_settings({"connections": connections}, path=self.folder / "servicedesk.toml")
        redactor = Redactor()
        return Host(
            settings,
            redactor=redactor,
            secrets=Secrets(environ=self.environ, on_resolved=redactor.register),
            store=self.store,
            clock=self.clock,
            ledger=InMemoryLedger(self.clock),
            catalog=self.catalog,
            **options,
        )

    @property
    def log(self):
        return self.catalog.connector("./acme.py:Acme", directory=self.folder).connector.log

    def source(self, name="psa"):
        return self.store.read_blocking(lambda tx: sources.get(tx, name))


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


async def test_an_open_connection_knows_its_vendor_and_is_closed_at_the_end(desk):
    async with desk.host() as host:
        psa = await host.open("psa")
        assert await host.open("psa") is psa
        assert (psa.identity.account, psa.source.account, psa.source.account_name) == ("tenant-1",) * 2 + (
            "Acme tenant",
        )
        assert psa.streams == ("tickets", "companies", "charges")
        assert psa.calls.implements("pull")
    assert desk.log == ["open psa", "close psa"]


async def test_opening_twice_at_once_opens_once(desk):
    async with desk.host() as host:
        first, second = await asyncio.gather(host.open("psa"), host.open("psa"))
        assert first is second
    assert desk.log == ["open psa", "close psa"]


async def test_state_and_tokens_outlive_the_process_and_belong_to_one_connection(desk, caplog):
    for _ in range(2):
        async with desk.host({"psa": {}, "other": {"account": "tenant-2"}}) as host:
            await host.open("psa")
    assert "opened 2 times" in caplog.text
    async with desk.host({"psa": {}, "other": {"account": "tenant-2"}}) as host:
        opened, _ = await host.open_all()
        contexts = [host._assembler.context(name, None, one.source, one.http) for name, one in opened.items()]
        await contexts[0].tokens.save(Token("t0"))
        assert (await contexts[0].tokens.load()).access == "t0"
        assert await contexts[1].tokens.load() is None
        assert [await context.state.get("opened") for context in contexts] == [3, 1]


async def test_logs_of_a_connector_name_the_connection_and_hide_secrets(desk, caplog):
    with caplog.at_level(logging.WARNING):
        async with desk.host() as host:
            await host.open("psa")
    assert "[psa] opened 1 times with ***" in caplog.text
    assert "right-secret" not in caplog.text


async def test_one_that_fails_leaves_the_others_and_is_closed_too(desk):
    async with desk.host({"bad": {"fail_open": True}, "psa": {"account": "tenant-2"}}) as host:
        opened, failed = await host.open_all()
        assert list(opened) == ["psa"]
        assert isinstance(failed["bad"], HookError)
        assert failed["bad"].connection == "bad"
        assert "private words" not in str(failed["bad"])
        assert desk.log == ["open bad", "close bad", "open psa"]
    assert desk.log[-1] == "close psa"


@pytest.mark.parametrize(
    ("connections", "name", "error", "says"),
    [
        ({"psa": {}}, "pas", SettingsError, 'Did you mean "psa"? Configured: psa.'),
        ({"psa": {"connector": "acme"}}, "psa", UnknownConnectorError, "Installed: none"),
        ({"psa": {"streams": ["notes"]}}, "psa", SettingsError, '"notes" is not offered'),
        ({"psa": {"acount": "x"}}, "psa", SettingsError, 'Did you mean "account"?'),
    ],
)
async def test_what_is_wrong_in_the_configuration_is_named(desk, connections, name, error, says):
    async with desk.host(connections) as host:
        with pytest.raises(error) as caught:
            await host.open(name)
        assert says in caught.value.message


async def test_another_tenant_behind_the_name_stops_before_the_first_read(desk):
    async with desk.host() as host:
        await host.open("psa")
    async with desk.host({"psa": {"account": "tenant-2"}}) as host:
        with pytest.raises(TenantMismatchError):
            await host.open("psa")
    assert desk.source().account == "tenant-1"
    assert desk.log[-1] == "close psa"


async def test_a_sandbox_never_opens_on_a_live_store(desk):
    async with desk.host() as host:
        await host.open("psa")
    async with desk.host({"psa": {"environment": "sandbox"}}) as host:
        with pytest.raises(TenantMismatchError):
            await host.open("psa")


async def test_rejected_credentials_stop_every_process_until_a_test_succeeds(desk):
    desk.environ["SECRET"] = "wrong-secret"
    async with desk.host() as host:
        with pytest.raises(AuthenticationError, match="said no"):
            await host.open("psa")
    asked = len(desk.log)
    assert "said no" in desk.source().blocked_reason

    desk.environ["SECRET"] = "right-secret"
    async with desk.host() as another_process:
        with pytest.raises(AuthenticationError, match="connection was stopped") as caught:
            await another_process.open("psa")
        assert "connections test psa" in caught.value.hint
        assert "connections authorize psa" in caught.value.hint, "nobody allowed it in a browser yet"
        assert len(desk.log) == asked  # the vendor was not asked again

        result = await another_process.test("psa")
        assert (result.was_blocked, result.identity.account) == (True, "tenant-1")
        assert [check.stream for check in result.checks] == ["tickets", "companies"]
        assert desk.source().blocked_reason is None
        await another_process.open("psa")


async def test_a_test_that_fails_keeps_the_block(desk):
    desk.environ["SECRET"] = "wrong-secret"
    async with desk.host() as host:
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await host.test("psa")
    assert desk.source().blocked_reason is not None


async def test_offline_opening_needs_neither_network_nor_credentials(desk):
    desk.environ["SECRET"] = "wrong-secret"
    async with desk.host() as host:
        with pytest.raises(AuthenticationError):
            await host.open("psa")
        psa = await host.open("psa", offline=True)
        assert psa.identity is None
        assert desk.log[-1] == "offline psa"


async def test_requests_are_counted_and_clients_closed(desk):
    served = []

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        served.append(True)
        body = b'[{"id": 7}]'
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with desk.host({"psa": {"base_url": f"http://127.0.0.1:{port}"}}) as host:
            psa = await host.open("psa")
            pages = [page async for page in psa.calls.pull(PullRequest("tickets", PullMode.BACKFILL))]
            assert [record.external_id for record in pages[0].records] == ["7"]
            assert psa.requests_sent == len(served) == 1
