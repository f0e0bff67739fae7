"""Connections without records, such as those of manufacturers, stand beside those that are synced."""

import pytest

from servicedesk_core import Connector, ServiceDesk, hookimpl
from servicedesk_core.errors import SettingsError
from servicedesk_core.hooks import Capabilities


class Maker(Connector):
    """Looks up, and holds no records; must not even be asked by a sync."""

    @hookimpl
    def describe_capabilities(self):
        return Capabilities(vendor="Maker")

    @hookimpl
    async def check_connection(self, streams):
        raise AssertionError("nobody asked for this connection")


@pytest.fixture
def keys(settings, tmp_path):
    (tmp_path / "maker.py").write_text(f"from {__name__} import Maker\n")
    keys = settings("log")
    keys["connections"]["maker"] = {"connector": f"{tmp_path / 'maker.py'}:Maker"}
    return keys


async def test_syncing_everything_leaves_them_out(keys, tmp_path):
    async with ServiceDesk(keys, store=f"sqlite:///{tmp_path / 'desk.db'}") as desk:
        assert [one.connection for one in await desk.sync_all()] == ["log"]
        assert [one.connection for one in await desk.plan_all()] == ["log"]


async def test_a_desk_of_nothing_else_says_so(keys, tmp_path):
    del keys["connections"]["log"]
    async with ServiceDesk(keys, store=f"sqlite:///{tmp_path / 'desk.db'}") as desk:
        with pytest.raises(SettingsError, match="no connection with records"):
            await desk.sync_all()
