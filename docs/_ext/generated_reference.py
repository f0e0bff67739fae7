"""Writes the reference pages from the code before Sphinx reads them, so that they can't fall behind it."""

from collections.abc import Callable
from pathlib import Path

from reference_pages import commands, connectors, documents, errors, hooks, settings, streams, views
from sphinx.application import Sphinx

PAGES: dict[str, Callable[[], str]] = {
    "commands": commands.page,
    "connectors": connectors.page,
    "documents": documents.page,
    "errors": errors.page,
    "hooks": hooks.page,
    "settings": settings.page,
    "streams": streams.page,
    "views": views.page,
}


def write_pages(app: Sphinx) -> None:
    """Write all generated pages into the source folder; unchanged files keep their time stamps."""
    folder = Path(app.srcdir) / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{name}.md": build() for name, build in PAGES.items()}
    files |= {f"{name}.schema.json": text for name, text in documents.schemas().items()}
    for name, text in files.items():
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
    for stale in {path.name for path in folder.iterdir()} - set(files):
        (folder / stale).unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
