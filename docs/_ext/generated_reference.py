"""Writes the reference pages before Sphinx reads them: those that ``servicedesk docs`` prints."""

from pathlib import Path
from typing import Any

import pages

from servicedesk_core.cli import docs
from servicedesk_core.cli.docs.documents import schema
from servicedesk_core.cli.shell.schemas import documents


def write_pages(app: Any) -> None:
    """Write all pages into the source folder; unchanged files keep their time stamps."""
    folder = Path(app.srcdir) / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{name}.md": docs.page(name, pages.program()) for name in docs.PAGES}
    files |= {f"{command}.schema.json": schema(command) for command in documents()}
    for name, text in files.items():
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
    for stale in {path.name for path in folder.iterdir()} - set(files):
        (folder / stale).unlink()


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
