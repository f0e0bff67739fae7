"""What stands on the pages is typed as strictly as the product: an integrator's own checker says nothing about it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pages
import pytest

pytestmark = pytest.mark.slow

EXACT = """
from datetime import datetime
from typing import assert_type

from servicedesk_core import (
    AuditRecord, BlockingServiceDesk, ClaimRow, DeskReport, Page, QuarantinedRecord, ServiceDesk, StoredRecord,
    SyncReport, TicketFilter, TicketRow, WriteView,
)
from servicedesk_core.domain import STREAMS, Entity, TimeEntry


async def awaited(desk: ServiceDesk) -> None:
    assert_type(await desk.sync("psa"), SyncReport)
    assert_type(await desk.audit.list(limit=1), Page[AuditRecord])
    assert_type(await desk.quarantine.get(1), QuarantinedRecord)
    assert_type(await desk.report.desk_page(), DeskReport)
    assert_type(await desk.writes.list(), Page[WriteView])
    async for entry in desk.records(TimeEntry, updated_since=datetime.min):
        assert_type(entry, StoredRecord[TimeEntry])
    async for record in desk.records(STREAMS["notes"]):
        assert_type(record, StoredRecord[Entity])
    async for ticket in desk.each(desk.tickets.list, TicketFilter(everything=True), limit=500):
        assert_type(ticket, TicketRow)


def waited(desk: BlockingServiceDesk) -> None:
    assert_type(desk.sync("psa"), SyncReport)
    assert_type(desk.audit.list(limit=1), Page[AuditRecord])
    assert_type(desk.quarantine.get(1), QuarantinedRecord)
    assert_type(desk.report.desk_page(), DeskReport)
    assert_type(desk.claims.list(), Page[ClaimRow])
    for entry in desk.records(TimeEntry, connection="psa"):
        assert_type(entry.record.worked_s, int | None)
    for step in desk.each(desk.audit.list, entity="write:1"):
        assert_type(step, AuditRecord)
"""
"""What a program is given has exactly these types, awaited or waited for."""

WRONG = """
from servicedesk_core import BlockingServiceDesk, TicketFilter
from servicedesk_core import Misspelt


def wrong(desk: BlockingServiceDesk) -> None:
    TicketFilter(everythin=True)
    desk.sync("psa", ful=True)
    desk.audit.list(limit="many")
    desk.each(desk.audit.list, entit="x")
"""
"""Each of these lines but the first is refused."""

REFUSED = {("wrong.py", line) for line in (3, 7, 8, 9, 10)}


def mypy(folder: Path) -> str:
    return run("mypy", "--strict", "--cache-dir", "cache", *(path.name for path in folder.glob("*.py")), cwd=folder)


def pyright(folder: Path) -> str:
    # A page may show an import without its use.
    settings = {"typeCheckingMode": "strict", "reportUnusedImport": "none", "pythonVersion": "3.11"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    return run("pyright", "--project", str(folder), "--pythonpath", sys.executable, cwd=folder)


def run(checker: str, *words: str, cwd: Path) -> str:
    done = subprocess.run([sys.executable, "-m", checker, *words], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr  # of what is wrong on purpose
    return done.stdout


@pytest.mark.timeout(600)  # a checker reads everything that is installed
@pytest.mark.parametrize("check", [mypy, pyright])
def test_pages_are_typed_strictly_answers_exactly_and_what_is_misspelt_is_refused(check, tmp_path: Path) -> None:
    files: dict[str, list[str]] = {"exact.py": [EXACT], "wrong.py": [WRONG]}
    for block in pages.blocks("python"):
        files.setdefault(f"{Path(block.page).stem.replace('-', '_')}.py", []).append(block.text)
    assert {"README.py", "embedding.py"} <= files.keys()
    for name, parts in files.items():
        (tmp_path / name).write_text("\n\n".join(parts), encoding="utf-8")
    told = check(tmp_path)
    found = {
        (Path(file).name, int(line)) for file, line in re.findall(r"^\s*(\S+\.py):(\d+):.*error", told, re.MULTILINE)
    }
    assert found == REFUSED, told
