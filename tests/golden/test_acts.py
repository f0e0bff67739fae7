"""What the commands show that change tickets: one story, told to a person and told as documents."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from servicedesk_core import ServiceDesk
from tests.golden.fixing import fixed_folder, fixed_world
from tests.golden.held import STORY
from tests.golden.holding import shown
from tests.outbox.conftest import GRANTS, fill
from tests.outbox.vendor import Vendor

pytestmark = pytest.mark.slow
ACME = Path(__file__).parents[1] / "outbox/acme.py"


def told(face: str) -> str:
    """Live through the story on one face, on a desk of its own; return what was shown."""
    vendor = Vendor()
    vendor.url = vendor.serve()
    fill(vendor)
    values = {"connector": f"{ACME}:Acme", "url": vendor.url, "writes": GRANTS}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    try:
        with fixed_folder() as folder, fixed_world():
            Path("servicedesk.toml").write_text(f'[desk]\nname = "Example MSP"\n[connections.psa]\n{lines}')
            asyncio.run(_pull())
            return "\n".join(shown(line, face, folder) for line in STORY)
    finally:
        vendor.close()


async def _pull() -> None:
    async with ServiceDesk.open() as desk:
        await desk.sync("psa")


@pytest.mark.parametrize("face", ["80", "json"])
def test_the_story_is_told_as_it_was(face: str, hold: Any) -> None:
    hold(f"acts/story.{face}.txt", told(face))
