"""The table of traps names tests that exist."""

from pathlib import Path

from servicedesk_autotask.reading.streams import STREAMS
from servicedesk_core.testing import traps_without_test

HERE = Path(__file__).parent
TRAPS = HERE.parent / "docs" / "traps.md"


def test_every_trap_is_shown_by_a_test_that_exists():
    assert traps_without_test(TRAPS, HERE) == []
    assert TRAPS.read_text(encoding="utf-8").count("::test_") > 50


def test_readme_lists_the_streams_as_they_are_read():
    lines = (HERE.parent / "README.md").read_text(encoding="utf-8").splitlines()
    start = lines.index("| --- | --- | --- | --- |", lines.index("## What is read")) + 1
    assert lines[start : lines.index("", start)] == [row(stream) for stream in STREAMS.values()]


def row(stream):
    read_from = f"the list of {'.'.join(stream.picklist)}" if stream.picklist else ", ".join(stream.entities)
    stamps = dict.fromkeys(f"`{stamp}`" for source in stream.sources for stamp in source.stamps)
    changes = (" or ".join(stamps) if stream.has_stamp else "") or "swept"
    return f"| {stream.name} | {read_from} | {changes} | {stream.right} |"
