"""Another account behind a connection: what is told, who decides, and what is refused."""

import json
import textwrap

import pytest

from servicedesk_core import BlockingServiceDesk, ServiceDesk
from servicedesk_core.cli.main import main
from servicedesk_core.domain import Ticket
from servicedesk_core.errors import LeaseHeldError, TenantMismatchError, UnsupportedError
from servicedesk_core.store import leases
from servicedesk_core.store.holding import held

pytestmark = pytest.mark.slow  # many desks with much in them

ACME = textwrap.dedent(
    """
    from servicedesk_core import Connector, ConnectorSettings, hookimpl
    from servicedesk_core.domain import Ticket
    from servicedesk_core.hooks import Capabilities, Mapped, Page, SourceRecord, StreamCapability, VendorIdentity

    class AcmeSettings(ConnectorSettings):
        client_id: str

    class Maker(Connector[AcmeSettings]):
        Settings = AcmeSettings

        @hookimpl
        def describe_capabilities(self):
            return Capabilities("Acme")

        @hookimpl
        async def vendor_identity(self):
            return VendorIdentity("acme", self.ctx.settings.client_id, "Example")

    class Psa(Maker):
        @hookimpl
        def describe_capabilities(self):
            return Capabilities("Acme", streams=(StreamCapability("tickets", has_stamp=False),))

        @hookimpl
        def mapping_version(self, stream):
            return "1"

        @hookimpl
        async def pull(self, request):
            records = () if self.ctx.settings.client_id == "empty-tenant" else (SourceRecord("1", {"id": 1}),)
            yield Page(records, None, last=True)

        @hookimpl
        def map_record(self, stream, raw):
            return Mapped(Ticket(external_id="1", title="x"))

    class Silent(Connector[AcmeSettings]):
        Settings = AcmeSettings

        @hookimpl
        def describe_capabilities(self):
            return Capabilities("Silent")
    """
)


@pytest.fixture
def config(tmp_path, monkeypatch):
    (tmp_path / "acme.py").write_text(ACME)
    monkeypatch.chdir(tmp_path)

    def write(client_id, connector="Maker"):
        lines = ["[desk]", 'name = "X"', "[connections.acme]", f'connector = "./acme.py:{connector}"']
        path = tmp_path / "servicedesk.toml"
        path.write_text("\n".join([*lines, f'client_id = "{client_id}"']))
        return path

    return write


def test_a_replaced_key_is_accepted_with_what_changed_shown_and_kept(config, capsys):
    with BlockingServiceDesk.open(config("old-client")) as desk:
        desk.check()
    config("new-client")
    assert main(["connections", "test"]) == TenantMismatchError.exit_code
    assert "servicedesk connections accept-identity acme" in capsys.readouterr().err
    assert main(["connections", "accept-identity", "--reason", "key replaced"]) != 0  # nobody can be asked here
    assert "--yes" in capsys.readouterr().err
    assert main(["connections", "accept-identity", "--reason", "key replaced", "--yes", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["data"]["account_before"] == "old-client"
    assert "Account before" in told.err
    assert main(["connections", "test"]) == 0
    with BlockingServiceDesk.open(config("new-client")) as desk:
        kept = next(iter(desk.each(desk.audit.list)))
        assert (kept.action, kept.reason) == ("connection.identity_accepted", "key replaced")
        assert (kept.before, kept.after) == ({"account": "old-client"}, {"account": "new-client"})


def test_only_what_was_looked_at_is_accepted(config):
    with BlockingServiceDesk.open(config("old-client")) as desk:
        desk.check()
    with BlockingServiceDesk.open(config("new-client")) as desk:
        assert desk.ask_identity().account == "new-client"
        with pytest.raises(TenantMismatchError, match="new-client now, not old-client"):
            desk.accept_identity("old-client", "x")
        with pytest.raises(TenantMismatchError, match="now points at"):
            desk.check()


def test_records_of_two_tenants_are_never_mixed(config):
    with BlockingServiceDesk.open(config("old-tenant", "Psa")) as desk:
        desk.sync()
        assert len(list(desk.records(Ticket))) == 1
    with BlockingServiceDesk.open(config("new-tenant", "Psa")) as desk:
        with pytest.raises(TenantMismatchError, match="would be mixed"):
            desk.accept_identity("new-tenant", "x")
        with pytest.raises(TenantMismatchError, match="now points at"):
            desk.check()


def test_what_was_read_of_an_empty_tenant_does_not_count_for_the_next_one(config):
    with BlockingServiceDesk.open(config("empty-tenant", "Psa")) as desk:
        desk.sync()
        assert any(stream.is_complete for stream in desk.status().streams)
    with BlockingServiceDesk.open(config("new-tenant", "Psa")) as desk:
        desk.accept_identity("new-tenant", "the first key was of a trial")
        assert not any(stream.is_complete for stream in desk.status().streams)
        desk.sync()
        assert len(list(desk.records(Ticket))) == 1


async def test_nobody_is_accepted_while_records_of_the_account_before_are_on_their_way(config):
    async with ServiceDesk.open(config("old-client")) as desk:
        await desk.check()
    async with ServiceDesk.open(config("new-client")) as desk, held(desk.store, leases.pulls_of("acme")):
        with pytest.raises(LeaseHeldError):
            await desk.accept_identity("new-client", "x")
        assert (await desk.ask_identity()).account_before == "old-client"


def test_a_connector_that_does_not_tell_says_so(config):
    with (
        BlockingServiceDesk.open(config("x", "Silent")) as desk,
        pytest.raises(UnsupportedError, match="does not tell"),
    ):
        desk.ask_identity()
