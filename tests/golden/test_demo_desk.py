"""What is shown of the made-up desk that ``servicedesk demo`` leaves behind."""

from importlib.util import find_spec
from typing import Any

import pytest

from servicedesk_core import ServiceDesk
from tests.golden.conftest import Demo
from tests.golden.fixing import fixed_text
from tests.golden.held import DEMO, cases
from tests.golden.holding import as_json, file_of, shown
from tests.golden.reads import READS
from tests.golden.running import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(find_spec(f"servicedesk_{name}") for name in ("autotask", "dell", "lenovo", "snipeit", "xero")),
        reason="servicedesk-autotask, -dell, -lenovo, -snipeit and -xero are not installed",
    ),
]


def test_the_demo_tells_what_it_told(demo: Demo, hold: Any) -> None:
    hold("demo/demo.txt", fixed_text(f"{demo.ran.err}\n{demo.ran.out}", demo.folder))


def test_its_configuration_reads_as_it_read(demo: Demo, hold: Any) -> None:
    hold("demo/servicedesk.toml", fixed_text((demo.folder / "desk/servicedesk.toml").read_text("utf-8"), demo.folder))


@pytest.mark.parametrize(("line", "face"), cases(DEMO))
def test_a_command_shows_what_it_showed(line: str, face: str, demo: Demo, hold: Any) -> None:
    text = shown(line.format(ticket=demo.ticket), face, demo.folder)
    hold(f"demo/{file_of(line.format(ticket='claimed'), face)}", text)


@pytest.mark.parametrize("name", [name for name in READS if name != "changes"])  # streams are read side by side
async def test_a_read_answers_what_it_answered(name: str, demo: Demo, hold: Any) -> None:
    async with ServiceDesk.open("desk/servicedesk.toml", read_only=True) as desk:
        answer = await READS[name](desk)
    hold(f"demo/sdk/{name}.json", fixed_text(answer if isinstance(answer, str) else as_json(answer), demo.folder))


@pytest.mark.parametrize("line", ["report desk", "report morning", "warranty report"])
def test_a_page_looks_as_it_looked(line: str, demo: Demo, hold: Any) -> None:
    page = demo.folder / "page.html"
    ran = run(*line.split(), "--html", page.name)
    assert not ran.code, ran.err
    hold(f"demo/{line.replace(' ', '-')}.html", fixed_text(page.read_text(encoding="utf-8"), demo.folder))
