"""What tests of connectors begin with: a served stand-in, fixtures, tables of documentation held against tests."""

from datetime import UTC, datetime
from typing import ClassVar

import httpx
import pytest

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.errors import PluginLoadError
from servicedesk_core.hooks import Capabilities, Connector, hookimpl
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.sandboxing import StandIn, json_response
from servicedesk_core.testing import (
    ImpatientClock,
    MemoryMaker,
    MemoryState,
    Stand,
    documented_settings,
    example_claim,
    hooks_of,
    looked_up,
    stand_fixtures,
    traps_without_test,
)


class AcmeSettings(ConnectorSettings):
    url: str
    token: str = "letmein"


class Acme(MemoryMaker):
    Settings = AcmeSettings
    names: ClassVar = ("acme",)
    covers: ClassVar = {"AC1": (), "AC2": ()}


class Vendor(StandIn):
    def __init__(self):
        super().__init__()
        self.is_closed, self.resets = False, 0

    def answer(self, request):
        return json_response({"path": request.path})

    def name_of(self, request):
        return request.path

    def reset(self):
        self.resets += 1
        self.requests.clear()

    def close(self):
        self.is_closed = True


class AcmeStand(Stand[Acme]):
    connector_class = Acme
    grants = ("claims.submit",)

    def settings(self, **changes):
        return AcmeSettings(**{"url": self.url} | changes)


shared_stand, stand, stand_with = stand_fixtures(lambda: AcmeStand.serving(Vendor()))


async def test_a_stand_is_served_and_lends_connections(stand, stand_with):
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        assert (await client.get(f"{stand.url}/hello")).status_code == 200
    assert (stand.requests, stand.sandbox.resets) == ({"/hello": 1}, 1)
    state, noon = MemoryState(), datetime(2026, 3, 2, 12, tzinfo=UTC)
    async with stand.connector(token="other", state=state, clock=ImpatientClock(noon), connection="mine") as acme:
        assert (acme.ctx.settings.url, acme.ctx.settings.token) == (stand.url, "other")
        assert (acme.ctx.connection, acme.ctx.state, acme.ctx.clock.now()) == ("mine", state, noon)
        found = await looked_up(acme, *(DeviceRef(manufacturer="acme", serial_number=one) for one in ("ac2", "AC1")))
        assert [one.device.serial_number for one in found] == ["AC2", "AC1"]
        with pytest.raises(AssertionError, match="calls its own"):
            await looked_up(acme, DeviceRef(manufacturer="Other", serial_number="AC1"))
    with stand_with() as another:
        assert another.url != stand.url
    assert (another.sandbox.is_closed, stand.sandbox.is_closed) == (True, False)


def test_hooks_are_those_that_core_accepts():
    assert hooks_of(Acme, title="acme") >= {"recognise", "find_entitlements"}

    class Forgetful(Connector[ConnectorSettings]):
        @hookimpl
        def describe_capabilities(self):
            return Capabilities(vendor="Acme")

        def recognise(self, device):  # without the mark, which core refuses
            return device

    with pytest.raises(PluginLoadError):
        hooks_of(Forgetful, title="acme")


def test_an_example_claim_is_complete_and_can_be_changed():
    device = DeviceRef(manufacturer="Acme", serial_number="AC1")
    assert example_claim(device, symptom="Smoke.").symptom == "Smoke."
    assert example_claim(device).contact.email


def test_traps_and_settings_are_held_against_what_exists(tmp_path):
    page = tmp_path / "traps.md"
    head = "| the vendor | here | shown by |\n| --- | --- | --- |\n"
    shown = "| sends twice | read once | `test_acme.py::test_it` `writing/test_acme.py::test_it` |\n"
    missing = ["| lies | asked again | `test_acme.py::test_other` |", "| hides | - | nobody |"]
    page.write_text(head + shown + "\n".join(missing) + "\n| `url`, `token` | where and who |\n")
    (tmp_path / "writing").mkdir()
    for folder in (tmp_path, tmp_path / "writing"):
        (folder / "test_acme.py").write_text("async def test_it(acme):\n    pass\n")
    assert traps_without_test(page, tmp_path)[:2] == missing
    assert documented_settings(page) == {"url", "token"}
    page.write_text("nothing")
    with pytest.raises(ValueError, match="no table"):
        traps_without_test(page, tmp_path)
