"""A desk on files, and a vendor that does what its settings say."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from servicedesk_core.cli.main import main

ACME = '''
"""A vendor in a file: it does what ``behaviour`` says."""
import asyncio
import hashlib
from pathlib import Path
from pydantic import SecretStr
from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain import Company, MappingIssue, Queue, Ticket
from servicedesk_core.errors import AuthenticationError, MappingError, VendorUnavailableError
from servicedesk_core.hooks import (
    Capabilities, FieldInfo, FieldValue, Mapped, Page, PullMode, SourceRecord, StreamCapability, StreamCheck,
    VendorIdentity,
)


class AcmeSettings(ConnectorSettings):
    token: SecretStr
    behaviour: str = "fine"
    tenant: str = "T1"
    rows: int = 30


class Acme(Connector[AcmeSettings]):
    Settings = AcmeSettings

    @hookimpl
    def describe_capabilities(self):
        tickets = StreamCapability("tickets", has_stamp=True, has_created=True, page_size=10)
        return Capabilities("Acme", (StreamCapability("companies", page_size=10), tickets))

    @hookimpl
    async def vendor_identity(self):
        match self.ctx.settings.behaviour:
            case "refuses":
                raise AuthenticationError(
                    f"Wrong token {self.ctx.settings.token.get_secret_value()}.", hint="Make a new one."
                )
            case "down":
                raise VendorUnavailableError("Acme is down for maintenance.")
            case "steers":
                raise VendorUnavailableError("All \\x1b]0;title\\x07\\x1b[2J is \\x9b31mwell \\u202eedoc\\u2069\\ud83d")
            case "bug":
                raise KeyError("surprise")
        pages = {"tickets": "https://acme.example.com/{external_id}"}
        return VendorIdentity("acme", self.ctx.settings.tenant, "Example MSP", pages)

    @hookimpl
    async def check_connection(self, streams):
        denied = self.ctx.settings.behaviour == "denied"
        return tuple(
            StreamCheck(s, readable=not (denied and s == "tickets"), visible=0 if s == "companies" else 30)
            for s in streams
        )

    @hookimpl
    async def describe_fields(self, stream):
        values = tuple(FieldValue(str(n), label) for n, label in enumerate(["New", "Waiting Customer", "Frozzled"]))
        return (FieldInfo("status", maps_to="status_category", values=values),) if stream == "tickets" else ()

    @hookimpl
    async def count(self, request):
        return self.ctx.settings.rows

    @hookimpl
    async def pull(self, request):
        rows = self.ctx.settings.rows if request.stream == "tickets" else 2
        if request.mode is PullMode.INCREMENTAL:
            rows = 0
        if self.ctx.settings.behaviour == "slow":
            Path(__file__).with_name("pulling").touch()
        begin = int(request.resume.partition(":")[2]) if request.resume else 0
        for start in range(begin, max(rows, 1), 10):
            stop = min(start + 10, rows)
            last = stop >= rows
            if start > begin and request.stream == "tickets":
                match self.ctx.settings.behaviour:
                    case "breaks":
                        raise VendorUnavailableError("Acme went away.")
                    case "slow":
                        await asyncio.sleep(60)
            records = [SourceRecord(str(n), {"n": n}) for n in range(start, stop)]
            yield Page(records, None if last else f"1:{stop}", last)

    @hookimpl
    def map_record(self, stream, raw):
        number = raw["n"]
        if stream == "companies":
            return Mapped(Company(external_id=str(number), name=f"Client {number}"))
        if number == 7 and self.ctx.settings.behaviour == "odd":
            raise MappingError("The number seven is not understood.")
        ticket = Ticket(
            external_id=str(number), number=f"A{number}", status="New",
            title=f"Secret title {number}\\x1b[31m\\x9b\\u202eltit",
            status_category=self.ctx.mapping.status.get("New"), company_ref="1",
        )
        issue = MappingIssue(kind="unmapped_status", field="status", value="New")
        return Mapped(ticket, issues=() if ticket.status_category else (issue,))

    @hookimpl
    def mapping_version(self, stream):
        meaning = f"{sorted(self.ctx.mapping.status.items())} {self.ctx.settings.behaviour}"
        return hashlib.sha256(meaning.encode()).hexdigest()
'''

TOKEN = "token-4711-never-shown"

HEARS_CTRL_C = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('servicedesk_core.cli', run_name='__main__')"
)
"""Whoever runs the tests in the background has Ctrl-C ignored, and what they start inherits that."""


@dataclass
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output, which holds nothing else."""
        return orjson.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in this process, in a folder of its own; no output of any command may hold the secret."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SERVICEDESK_CONFIG", raising=False)

    def command(*argv: str) -> Ran:
        code = main(argv)
        captured = capfd.readouterr()
        assert TOKEN not in captured.out + captured.err
        return Ran(code, captured.out, captured.err)

    return command


@dataclass
class AcmeDesk:
    """A configured desk with one connection to Acme."""

    folder: Path

    def configure(self, *, extra: str = "", mapping: str = 'New = "new"', **settings: Any) -> None:
        """Write the configuration."""
        lines = "".join(f"{key} = {orjson.dumps(value).decode()}\n" for key, value in settings.items())
        (self.folder / "servicedesk.toml").write_text(
            '[desk]\nname = "Example MSP"\n[connections.psa]\nconnector = "./acme.py:Acme"\n'
            f'token = "env:ACME_TOKEN"\n{lines}\n[connections.psa.mapping.status]\n{mapping}\n{extra}'
        )


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> AcmeDesk:
    monkeypatch.setenv("ACME_TOKEN", TOKEN)
    shutil.copy(empty_store, tmp_path / empty_store.name)
    (tmp_path / "acme.py").write_text(ACME)
    desk = AcmeDesk(tmp_path)
    desk.configure()
    return desk
