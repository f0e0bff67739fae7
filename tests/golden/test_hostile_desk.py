"""What is shown of a desk full of odd records."""

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from servicedesk_core import Page, ServiceDesk
from tests.golden.fixing import fixed_folder, fixed_text
from tests.golden.held import COPIED, HOSTILE, cases
from tests.golden.holding import as_json, file_of, shown
from tests.golden.reads import READS, SAME
from tests.golden.running import run

SLOW = {"160", "pipe"}
"""Faces that differ little from the others: they are held, but not looked at each time."""


@pytest.mark.parametrize(
    ("line", "face"),
    [pytest.param(*case, marks=[pytest.mark.slow] if case[1] in SLOW else []) for case in cases(HOSTILE)],
)
def test_a_command_shows_what_it_showed(line: str, face: str, hostile: Path, hold: Any) -> None:
    hold(f"hostile/{file_of(line, face)}", shown(line, face, hostile))


async def test_reads_answer_what_they_answered_and_what_the_commands_print(
    hostile: Path, hold: Any, held: Path
) -> None:
    async with ServiceDesk.open("servicedesk.toml", read_only=True) as desk:
        for name, read in READS.items():
            answer = await read(desk)
            text = answer if isinstance(answer, str) else as_json(answer)
            hold(f"hostile/sdk/{name}.json", fixed_text(text, hostile))
        for name, (line, read) in SAME.items():
            document = orjson.loads((held / "hostile" / file_of(line, "json")).read_text(encoding="utf-8"))
            answer = await read(desk)
            answer = Page(answer) if isinstance(answer, tuple | list) else answer
            assert orjson.loads(fixed_text(as_json(answer), hostile)) == document["data"], name


@pytest.mark.parametrize("line", ["report desk", "warranty report"])
def test_a_page_looks_as_it_looked(line: str, hostile: Path, hold: Any) -> None:
    page = hostile / "page.html"
    ran = run(*line.split(), "--html", page.name)
    assert not ran.code, ran.err
    hold(f"hostile/{line.replace(' ', '-')}.html", fixed_text(page.read_text(encoding="utf-8"), hostile))


@pytest.mark.slow
def test_what_leaves_a_trace_shows_what_it_showed(hostile: Path, hold: Any) -> None:
    with fixed_folder() as folder:
        for name in ("servicedesk.toml", "desk.db"):
            shutil.copy(hostile / name, name)
        for line, face in cases(COPIED):
            hold(f"hostile/after/{file_of(line, face)}", shown(line, face, folder))
        for path in sorted(path for path in Path("packs").rglob("*") if path.is_file()):
            hold(f"hostile/after/pack-{path.name}", fixed_text(path.read_text(encoding="utf-8"), folder))
