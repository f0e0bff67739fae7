"""Tables of a plugin's documentation, held against its tests."""

import re
from pathlib import Path


def traps_without_test(page: Path, tests: Path) -> list[str]:
    """Return the rows of a table of traps that no existing test shows.

    The table has three columns: what the vendor does, what the connector makes of it, and the tests that show it, each
    written as ```test_file.py::test_name```, with its folder below the folder of the tests.

    Args:
        page: The page with the table, in Markdown.
        tests: The folder of the tests.

    Raises:
        ValueError: The page has no such table.
    """
    lines = page.read_text(encoding="utf-8").splitlines()
    heads = [at for at, line in enumerate(lines) if line.startswith("| ---")]
    rows = [line for at, line in enumerate(lines) if line.startswith("| ") and at not in heads and at + 1 not in heads]
    if not rows:
        message = f"{page.name} has no table"
        raise ValueError(message)
    return [row for row in rows if not _is_shown(row, tests)]


def _is_shown(row: str, tests: Path) -> bool:
    named = re.findall(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`", row.split("|")[3])
    return bool(named) and all(_exists(tests / file, name) for file, name in named)


def _exists(file: Path, name: str) -> bool:
    if not file.is_file():
        return False
    return re.search(rf"^\s*(async )?def {name}\(", file.read_text(encoding="utf-8"), re.MULTILINE) is not None


def documented_settings(page: Path) -> frozenset[str]:
    """Return the settings that the tables of a page name: whatever stands in backquotes in the first cell of a row.

    Args:
        page: The page, in Markdown.
    """
    rows = (line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `"))
    return frozenset(name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1]))
