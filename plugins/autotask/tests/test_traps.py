"""The table of traps names tests that exist."""

from pathlib import Path

from servicedesk_core.testing import traps_without_test

HERE = Path(__file__).parent
TRAPS = HERE.parent / "docs" / "traps.md"


def test_every_trap_is_shown_by_a_test_that_exists():
    assert traps_without_test(TRAPS, HERE) == []
    assert TRAPS.read_text(encoding="utf-8").count("::test_") > 50


def test_readme_names_every_stream_with_its_entities_and_right():
    from servicedesk_autotask.capabilities import RIGHTS
    from servicedesk_autotask.reading.streams import STREAMS

    readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
    for name, stream in STREAMS.items():
        (row,) = [line for line in readme.splitlines() if line.startswith(f"| {name} |")]
        assert RIGHTS[name] in row
        if not stream.picklist:
            assert all(entity in row for entity in stream.entities)
