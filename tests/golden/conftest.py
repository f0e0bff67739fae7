"""Desks to look at, and the files that their outputs are held against."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.golden import demo_desk, hostile_desk
from tests.golden.fixing import fixed_folder, fixed_world
from tests.golden.running import Ran

HOME = Path(__file__).parent


@pytest.fixture(scope="module")
def world() -> Iterator[None]:
    """A world in which nothing differs from run to run."""
    with fixed_world():
        yield


@pytest.fixture(scope="module")
def hostile(world: None, empty_store: Path) -> Iterator[Path]:
    """The folder of the hostile desk, which is the working directory too."""
    with fixed_folder() as folder:
        hostile_desk.make(folder, empty_store)
        yield folder


@dataclass(frozen=True)
class Demo:
    """What a demo left behind.

    Attributes:
        folder: The folder around it, which is the working directory too.
        ran: What the demo itself told.
    """

    folder: Path
    ran: Ran

    @property
    def ticket(self) -> str:
        """Number of the ticket that it made a claim for."""
        found = re.search(r"for ticket (\S+):", self.ran.err)
        assert found, self.ran.err
        return found[1]


@pytest.fixture(scope="module")
def demo(world: None) -> Iterator[Demo]:
    """A demo that has run."""
    with fixed_folder() as folder, pytest.MonkeyPatch.context() as patch:
        ran = demo_desk.make(folder / "desk")
        assert not ran.code, ran.err
        patch.setenv("SERVICEDESK_CONFIG", "desk/servicedesk.toml")
        yield Demo(folder, ran)


@pytest.fixture
def held() -> Path:
    """The folder with the files."""
    return HOME


@pytest.fixture
def hold() -> Any:
    """Compare a text with a file beside the tests; ``UPDATE_GOLDEN=1`` writes it instead."""

    def held(name: str, text: str) -> None:
        path = HOME / name
        if os.environ.get("UPDATE_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        assert path.exists(), f"{name} is not held yet; UPDATE_GOLDEN=1 writes it"
        assert text == path.read_text(encoding="utf-8"), f"{name} differs; if that is better: UPDATE_GOLDEN=1"

    return held
