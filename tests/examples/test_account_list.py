"""A connector that lists an account, with its own tests, and on a desk: the list is what is read."""

import os
import subprocess
import sys

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.sandboxing import serve
from servicedesk_core.store import Store
from tests.examples.pages import ROOT

FOLDER = ROOT / "examples" / "account_list"

pytestmark = pytest.mark.slow


@pytest.fixture
def harbor(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER / "src"))
    import servicedesk_harbor.sandbox as stand_in

    yield stand_in
    for name in [one for one in sys.modules if one.startswith("servicedesk_harbor")]:
        del sys.modules[name]


def test_its_own_tests_are_green():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "PYTHONPATH": str(FOLDER / "src")}
    done = subprocess.run(
        command, cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout


async def test_nine_hundred_devices_are_thirty_six_requests_over_http(harbor, tmp_path, sqlite_url):
    sandbox = harbor.Sandbox(harbor.Options(products=900))
    connector = f"{FOLDER / 'src' / 'servicedesk_harbor' / 'connector.py'}:Harbor"
    devices = [DeviceRef(manufacturer="Harbor", serial_number=one) for one in [*sandbox.products, "HB9999"]]
    with serve(sandbox) as url, Store.open(sqlite_url, clock=SystemClock()) as store:
        connection = {"connector": connector, "environment": "sandbox", **sandbox.told(url)}
        async with ServiceDesk(
            {"desk": {"name": "Example"}, "connections": {"harbor": connection}}, store=store
        ) as desk:
            report = await desk.warranty.lookup(devices)
    assert sandbox.requests["GET /products"] == report.makers[0].calls == 36
    assert report.states["no_hardware_cover"] == 2
    assert report.states["not_found"] == 1
