"""The knowledge base that is a folder of Markdown: each file is an article."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from pydantic import Field

from servicedesk_core.domain.knowledge import Article, ArticleText, fit, words_of
from servicedesk_core.errors import NotFoundError, SettingsError
from servicedesk_core.hooks import Capabilities, Connector, ConnectorSettings, StreamCheck, VendorIdentity, hookimpl

MOST: Final = 10_000
"""So many articles are read at most."""

LONGEST: Final = 1_000_000
"""Bytes of a file; the text of a longer one is read so far."""


class MarkdownSettings(ConnectorSettings):
    """Where the articles are."""

    folder: Path = Field(description="The folder; the files ending in .md in it and below it are the articles.")
    url: str = Field(
        default="",
        pattern=r"^(https?://.*)?$",
        description="Where people read them, to which the path of the file is added; nothing = the file itself.",
    )


class MarkdownFolder(Connector[MarkdownSettings]):
    """Reads articles from files. The first heading is the title, and a line ``Tags: vpn, mail`` below it the tags."""

    Settings: ClassVar[type[ConnectorSettings]] = MarkdownSettings

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what it takes."""
        access = ("Give the account of the desk the right to read the folder.",)
        return Capabilities(vendor="Folder of Markdown", access=access, lead_time="none")

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the folder."""
        folder = str(self.ctx.settings.folder)
        return VendorIdentity("markdown_folder", folder, folder)

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """See that the folder is there."""
        del streams
        await self.ctx.run_blocking(self._folder)
        return ()

    @hookimpl
    async def find_articles(self, words: tuple[str, ...]) -> tuple[Article, ...]:
        """Read all files, and return those that fit."""
        found: list[Article] = await self.ctx.run_blocking(lambda: [one.article for one in self._all()])
        asked = words_of(" ".join(words))
        if not asked:
            return tuple(found)
        fitting = ((fit(one, asked), one) for one in found)
        best = sorted((pair for pair in fitting if pair[0]), key=lambda pair: (-pair[0], pair[1].ref))
        return tuple(one for _, one in best)

    @hookimpl
    async def get_article(self, ref: str) -> ArticleText:
        """Read one file."""
        return await self.ctx.run_blocking(self._one, ref)

    @hookimpl
    async def link_article(self, ref: str) -> str:
        """Name the file, or where people read it."""
        found: ArticleText = await self.ctx.run_blocking(self._one, ref)
        return found.article.url or ""

    def _folder(self) -> Path:
        folder: Path = self.ctx.settings.folder
        if not folder.is_dir():
            hint = "Make it, or correct `folder` in the connection's configuration."
            raise SettingsError(f"The folder of articles {folder} is not there.", hint=hint)
        if not os.access(folder, os.R_OK | os.X_OK):
            raise SettingsError(f"The folder of articles {folder} may not be read.", hint="Let the desk read it.")
        return folder.resolve()

    def _all(self) -> Iterator[ArticleText]:
        folder = self._folder()
        paths = sorted(path for path in folder.rglob("*.md") if _is_inside(path, folder))
        for path in paths[:MOST]:
            yield self._read(path, folder)

    def _one(self, ref: str) -> ArticleText:
        folder = self._folder()
        path = folder / f"{ref}.md"
        if "\x00" in ref or not _is_inside(path, folder):
            raise NotFoundError(
                f"There is no article {ref!r}.", hint="`servicedesk knowledge list` shows those there are."
            )
        return self._read(path, folder)

    def _read(self, path: Path, folder: Path) -> ArticleText:
        with path.open("rb") as file:
            text = file.read(LONGEST).decode("utf-8-sig", errors="replace")
        name = path.relative_to(folder).with_suffix("").as_posix()
        title, tags = _head(text)
        base = self.ctx.settings.url
        url = f"{base.rstrip('/')}/{quote(name)}" if base else path.as_uri()
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return ArticleText(Article(name, title or path.stem, tags, words_of(text), url, changed), text)


def _head(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the title and the tags of a text."""
    lines = [line.strip() for line in text.splitlines()[:40]]
    title = next((line.lstrip("#").strip() for line in lines if line.startswith("#")), "")
    said = next((line.partition(":")[2] for line in lines if line.casefold().startswith("tags:")), "")
    return title, tuple(word for one in said.split(",") if (word := one.strip()))


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a file is one of the folder, wherever links lead."""
    return path.is_file() and path.resolve().is_relative_to(folder)
