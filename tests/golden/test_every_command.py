"""The help of every command; and none is forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest

from servicedesk_core.cli import catalog
from servicedesk_core.cli.catalog import NAMES, OurCommands
from servicedesk_core.cli.shell.schemas import DOCUMENTS
from servicedesk_core.machine import sandboxes
from tests.golden.held import COPIED, DECIDED, DEMO, EARNED, HOSTILE, NOT_HELD, STORY, cases
from tests.golden.holding import shown


def commands() -> Iterator[str]:
    """Yield every command in full: ``tickets list``."""
    for name in NAMES:
        group = getattr(OurCommands()[name], "commands", None)
        yield from (f"{name} {each}" for each in group) if group else (name,)  # those of stand-ins are their own


def is_of(line: str, command: str) -> bool:
    """Whether a command line is of a command."""
    return f"{line} ".startswith(f"{command} ")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["", *NAMES])
def test_the_help_reads_as_it_read(
    name: str, world: None, hold: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {key: point for key, point in sandboxes.installed_sandboxes().items() if key == "autotask"}
    monkeypatch.setattr(sandboxes, "installed_sandboxes", lambda: known)  # which plugins are installed is not held
    pages = [command for command in commands() if command.split()[0] == name and command != name]
    lines = [f"{command} --help".strip() for command in (name, *pages)]
    catalog._load.cache_clear()  # a command keeps the help option of whoever asked for it first
    hold(f"help/{name or 'servicedesk'}.txt", "\n".join(shown(line, "80", tmp_path) for line in lines))


def test_every_command_is_held_or_it_is_said_why_not() -> None:
    lines = [*HOSTILE, *COPIED, *DEMO, *STORY, *DECIDED, *EARNED, "demo"]
    without = {
        command
        for command in commands()
        if not any(is_of(line, command) for line in lines) and not {command, command.split()[0]} & NOT_HELD.keys()
    }
    assert not without, "hold it, or say in tests/golden/held.py why not"


def test_no_reason_stands_for_a_command_that_is_gone_or_held() -> None:
    known, lines = set(commands()), [*HOSTILE, *COPIED, *DEMO, *STORY, *DECIDED, *EARNED]
    for said in NOT_HELD:
        theirs = {command for command in known if is_of(command, said)}
        assert any(not is_of(line, command) for command in theirs for line in lines), said
        assert theirs, said
        assert said not in known or not any(is_of(line, said) for line in lines), said


def test_every_document_is_held_or_its_command_is_not() -> None:
    printed = [line for held in (HOSTILE, COPIED, DEMO) for line, face in cases(held) if face == "json"]
    lines = [*printed, *STORY, *DECIDED, *EARNED]
    held = {".".join(command.split()) for command in commands() if any(is_of(line, command) for line in lines)}
    spoken_for = {".".join(said.split()) for said in NOT_HELD}
    without = {name for name in DOCUMENTS if name not in held and not {name, name.split(".")[0]} & spoken_for}
    assert not without
