"""A broken plugin breaks only itself.

Real distributions are installed in a folder, all of them at once, and a process of its own opens a desk that names
every one of them, beside a healthy one.
"""

import json
import os
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.slow  # real distributions are installed for it

HEAD = """
from servicedesk_core import Connector, hookimpl
from servicedesk_core.domain import Ticket
from servicedesk_core.hooks import Capabilities, Mapped, Page, SourceRecord, StreamCapability, VendorIdentity

class Base(Connector):
    @hookimpl
    def describe_capabilities(self):
        return Capabilities("Acme", streams=(StreamCapability("tickets"),))

    @hookimpl
    async def vendor_identity(self):
        return VendorIdentity("acme", self.ctx.connection)

    @hookimpl
    def map_record(self, stream, raw):
        return Mapped(Ticket(external_id=str(raw["id"])))
"""

HEALTHY = (
    HEAD
    + """
class C(Base):
    @hookimpl
    async def pull(self, request):
        yield Page((SourceRecord("1", {"id": 1}),), None, last=True)

    @hookimpl
    def on_sync_finished(self, run):
        self.ctx.log.warning("healthy heard it")
"""
)

BROKEN = {
    "import": "raise RuntimeError('not today')",
    "exit": "raise SystemExit(3)",
    "syntax": "def (",
    "prints": HEALTHY + "print('{not json')\n",
    "misspelt": HEAD + "class C(Base):\n    @hookimpl\n    async def pul(self, request):\n        yield None\n",
    "argument": HEAD + "class C(Base):\n    @hookimpl\n    async def pull(self, req):\n        yield None\n",
    "unmarked": HEAD + "class C(Base):\n    async def pull(self, request):\n        yield None\n",
    "newer": HEAD + "class C(Base):\n    api = (1, 99)\n",
    "stranger": "class C:\n    pass\n",
    "init": HEAD + "class C(Base):\n    def __init__(self, ctx):\n        raise KeyError('x')\n",
    "opens": HEAD + "import asyncio\nclass C(Base):\n    async def open(self):\n        await asyncio.Event().wait()\n",
    "waits": HEAD
    + """
import asyncio
class C(Base):
    @hookimpl
    async def pull(self, request):
        await asyncio.Event().wait()
        yield None
""",
    "garbage": HEAD + "class C(Base):\n    @hookimpl\n    async def pull(self, request):\n        yield {'id': 1}\n",
    "deaf": HEALTHY.replace('self.ctx.log.warning("healthy heard it")', "raise ValueError('private words')"),
    "hangs": HEALTHY.replace(
        "        yield Page",
        "        import threading\n        await self.ctx.run_blocking(threading.Event().wait)\n        yield Page",
    ),
}

DESK = """
import asyncio, json, logging, sys
from datetime import UTC, datetime
from servicedesk_core.clock import SystemClock
from servicedesk_core.config import parse_settings
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.hooks import PullMode, PullRequest, SyncFinished
from servicedesk_core.plugins.host import Host
from servicedesk_core.http import InMemoryLedger
from servicedesk_core.store import Store

names, folder = sys.argv[1].split(","), sys.argv[2]
request = PullRequest("tickets", PullMode.BACKFILL)

async def pull(connection):
    mapper = connection.calls.mapper("tickets")
    return [mapper(record.raw).entity.external_id
            async for page in connection.calls.pull(request) for record in page.records]

async def main():
    out = {"failed": {}, "pulled": {}}
    clock = SystemClock()
    settings = parse_settings({"connections": {name: {"connector": name} for name in names}})
    store = Store.open(f"sqlite:///{folder}/desk.db", clock=clock)
    async with store, Host(settings, store=store, clock=clock, ledger=InMemoryLedger(clock),
                           step_timeout_s=1.0, patience_s=0.1) as host:
        out["scanned"] = [line.name for line in host.catalog.report()]
        out["imported"] = [m for m in sys.modules if m.startswith("servicedesk_") and "core" not in m]
        opened, failed = await host.open_all()
        for name, connection in opened.items():
            try:
                out["pulled"][name] = await pull(connection)
            except ServiceDeskError as error:
                failed[name] = error
        host.announce.on_sync_finished(SyncFinished("healthy", (), (), datetime.now(UTC)))
        out["failed"] = {name: [error.code, str(error)] for name, error in failed.items()}
        out["report"] = {line.name: [line.status, line.reason] for line in host.catalog.report()}
    print(json.dumps(out), flush=True)

logging.basicConfig(stream=sys.stderr, format="%(message)s")
asyncio.run(main())
"""


def run(folder, *arguments, script=DESK, **environment):
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory, install_connector):
    folder = tmp_path_factory.mktemp("site")
    for name, code in {"healthy": HEALTHY, **BROKEN}.items():
        install_connector(folder, name, code)
    install_connector(folder, "twice", HEALTHY)
    install_connector(folder, "twice", HEALTHY, distribution="other-twice", version="2.0")
    install_connector(folder, "unused", "raise AssertionError('imported without being asked for')")
    info = folder / "broken_metadata-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(b"\xff\xfe")
    (info / "entry_points.txt").write_text("[servicedesk.connectors\nnonsense")
    done = run(folder, ",".join([*BROKEN, "twice", "missing", "healthy"]), str(folder))
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "log": done.stderr}


def test_everything_installed_is_listed_before_anything_is_imported(desk):
    assert {*BROKEN, "healthy", "twice", "unused", "tabular"} <= set(desk["scanned"])
    assert desk["imported"] == []


def test_the_healthy_connection_works_beside_all_broken_ones(desk):
    assert desk["pulled"]["healthy"] == ["1"]
    assert "healthy heard it" in desk["log"]
    assert desk["report"]["healthy"] == ["loaded", ""]


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("import", "plugin_load", "RuntimeError: not today"),
        ("exit", "plugin_load", "SystemExit: 3"),
        ("syntax", "plugin_load", "SyntaxError"),
        ("misspelt", "plugin_load", 'Did you mean "pull"?'),
        ("argument", "plugin_load", "Write: async def pull(self, request)"),
        ("unmarked", "plugin_load", "no @hookimpl"),
        ("newer", "plugin_incompatible", "version 1.99 of the plugin API; this is 1.0"),
        ("stranger", "plugin_load", "not a subclass of servicedesk_core.Connector"),
        ("init", "hook", "failed in __init__ with KeyError"),
        ("opens", "hook", "did not come back from open within 1 s"),
        ("waits", "hook", "did not come back from pull within 1 s"),
        ("hangs", "hook", "did not come back from pull within 1 s"),
        ("garbage", "hook", "it yielded dict, not Page"),
        ("twice", "duplicate_connector", "other-twice 2.0 and servicedesk-twice 1.0"),
        ("missing", "unknown_connector", "pip install servicedesk-missing"),
    ],
)
def test_each_broken_one_is_named_with_its_fault(desk, name, code, says):
    got_code, message = desk["failed"][name]
    assert got_code == code
    assert says in message
    assert f"[{name}]" in message


def test_the_report_says_what_became_of_each(desk):
    status = {name: line[0] for name, line in desk["report"].items()}
    assert status["import"] == status["exit"] == status["misspelt"] == status["twice"] == "failed"
    assert status["newer"] == "incompatible"
    assert status["unused"] == "available"
    assert "not today" in desk["report"]["import"][1]


def test_what_a_plugin_prints_while_imported_is_kept_off_the_output(desk):
    assert desk["pulled"]["prints"] == ["1"]
    assert "printed while it was imported" in desk["log"]


def test_a_listener_that_fails_is_reported_without_its_words(desk):
    assert desk["pulled"]["deaf"] == ["1"]
    assert '"deaf" failed in on_sync_finished with ValueError' in desk["log"]
    assert "private words" not in desk["log"]


def test_a_blocking_call_that_hangs_is_reported_with_its_connection(desk):
    assert "[hangs] a blocking call has not come back" in desk["log"]


def test_a_disabled_plugin_is_never_imported(tmp_path, install_connector):
    install_connector(tmp_path, "evil", "import pathlib\npathlib.Path('was-here').touch()\n")
    install_connector(tmp_path, "healthy", HEALTHY)
    done = run(tmp_path, "evil,healthy", str(tmp_path), SERVICEDESK_DISABLE_PLUGINS="Servicedesk_Evil, other")
    got = json.loads(done.stdout)
    assert not (tmp_path / "was-here").exists()
    assert got["report"]["evil"][0] == "disabled"
    assert "is disabled" in got["failed"]["evil"][1]
    assert got["pulled"] == {"healthy": ["1"]}


def test_disabling_one_of_two_rivals_leaves_the_other_usable(tmp_path, install_connector):
    install_connector(tmp_path, "twice", HEALTHY)
    install_connector(tmp_path, "twice", "raise AssertionError", distribution="other-twice")
    done = run(tmp_path, "twice", str(tmp_path), SERVICEDESK_DISABLE_PLUGINS="other-twice")
    assert json.loads(done.stdout)["pulled"] == {"twice": ["1"]}


def test_a_hook_that_blocks_for_ever_is_reported_by_name_and_place(tmp_path, install_connector):
    blocking = "        import threading\n        threading.Event().wait()\n        yield Page"
    install_connector(tmp_path, "blocks", HEALTHY.replace("        yield Page", blocking))
    process = subprocess.Popen(
        [sys.executable, "-c", DESK, "blocks", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "servicedesk_blocks.py" in line and " in pull" in line:
                break
        else:
            pytest.fail("".join(lines))
    finally:
        process.kill()
        process.communicate()
    assert "[blocks] pull has not come back" in "".join(lines)
    assert "holds up everything else" in "".join(lines)


def test_scanning_imports_neither_plugins_nor_the_heavy_libraries(tmp_path, install_connector):
    for number in range(20):
        install_connector(tmp_path, f"p{number}", "raise AssertionError")
    script = textwrap.dedent(
        """
        import json, sys
        from servicedesk_core.plugins import PluginCatalog
        report = PluginCatalog().report()
        modules = sorted({module.partition(".")[0] for module in sys.modules})
        print(json.dumps([len([line for line in report if line.name.startswith("p")]), modules]))
        """
    )
    count, modules = json.loads(run(tmp_path, script=script).stdout)
    assert count == 20
    assert not {"stevedore", "pluggy", "pydantic", "httpx", "sqlalchemy", "typer"} & set(modules)
