"""The written pages and what stands in them, for the tests that hold them against the program."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from typer.main import get_command

from servicedesk_core.cli.app import build

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=fence)\s*$", re.MULTILINE | re.DOTALL
)
COMMAND = re.compile(r"(?:^|[\s\\/\"])servicedesk(?:\.exe)? (?P<arguments>(?![&/])[^\n]*)")
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        page: Path of the page below the repository.
        line: Line of its fence, from 1.
        language: What stands behind the fence.
        text: What stands in it.
    """

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@cache
def program() -> Any:
    """Return the whole program as click sees it."""
    return get_command(build())


def written() -> list[Path]:
    """Return the pages that people wrote, here and in the plugins."""
    pages = [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "plugins").rglob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
    ]
    foreign = {"generated", "_build", ".venv", "node_modules"}
    return sorted(path for path in pages if not foreign & set(path.relative_to(ROOT).parts))


def blocks(*languages: str) -> list[Block]:
    """Return the fenced blocks of all pages.

    Args:
        languages: Only these; none = all.
    """
    found = []
    for path in written():
        text = path.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            block = Block(
                str(path.relative_to(ROOT)),
                text.count("\n", 0, match.start()) + 1,
                match["language"].strip(),
                match["text"],
            )
            if not languages or block.language in languages:
                found.append(block)
    return found


def inline() -> Iterator[tuple[str, str]]:
    """Yield page and text of each inline code span."""
    for path in written():
        text = FENCE.sub("", path.read_text(encoding="utf-8"))
        for match in INLINE.finditer(text):
            yield str(path.relative_to(ROOT)), match[1]


def commands() -> list[tuple[str, str, bool]]:
    """Return where each command line stands, its arguments, and whether it stands in running text."""
    found = [
        (str(block), match["arguments"], False)
        for block in blocks()
        if block.language != "python"
        for match in COMMAND.finditer(block.text)
    ]
    return found + [
        (page, text.removeprefix("servicedesk "), True) for page, text in inline() if text.startswith("servicedesk ")
    ]
