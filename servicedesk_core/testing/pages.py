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
    return [row for row in trap_rows(page) if not tests_named(row) or absent_tests(row, tests)]


def trap_rows(page: Path) -> list[str]:
    """Return the rows of the tables of a page, without their heads.

    Args:
        page: The page, in Markdown.

    Raises:
        ValueError: There is none.
    """
    lines = page.read_text(encoding="utf-8").splitlines()
    rules = {at for at, line in enumerate(lines) if re.match(r"\|\s*:?-", line)}
    rows = [line for at, line in enumerate(lines) if line.startswith("|") and at not in rules and at + 1 not in rules]
    if not rows:
        message = f"{page.name} has no table"
        raise ValueError(message)
    return rows


def tests_named(row: str) -> list[tuple[str, str]]:
    """Return the tests that a row of traps names: file and function."""
    cells = row.split("|")
    return re.findall(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`", cells[3] if len(cells) > 3 else "")


def absent_tests(row: str, tests: Path) -> list[str]:
    """Return those of the tests named by a row that do not exist.

    Args:
        row: A row of :func:`trap_rows`.
        tests: The folder of the tests.
    """
    return [f"{file}::{name}" for file, name in tests_named(row) if not _exists(tests / file, name)]


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
