"""The knowledge base that is a folder of Markdown: each file is an article."""

import codecs
import os
import re
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

_HEAD_LINES, _LONGEST_TITLE, _MOST_TAGS = 40, 200, 20
_HEADING: Final = re.compile(r"#{1,6}\s+(.*?)\s*#*$")


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
        paths = sorted(path for path in folder.rglob("*.md") if _is_article(path, folder))
        for path in paths[:MOST]:
            yield self._read(path, folder)

    def _one(self, ref: str) -> ArticleText:
        folder = self._folder()
        path = folder / f"{ref}.md"
        if not _is_article(path, folder):
            raise NotFoundError(
                f"There is no article {ref!r}.", hint="`servicedesk knowledge list` shows those there are."
            )
        return self._read(path, folder)

    def _read(self, path: Path, folder: Path) -> ArticleText:
        try:
            with path.open("rb") as file:
                text = _decoded(file.read(LONGEST))
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError as error:
            hint = "Let the account of the desk read it, or move it out of the folder."
            raise SettingsError(f"The article {path} could not be read: {error.strerror}.", hint=hint) from error
        name = path.relative_to(folder).with_suffix("").as_posix()
        title, tags = _head(text)
        base = self.ctx.settings.url
        url = f"{base.rstrip('/')}/{quote(name)}" if base else path.as_uri()
        return ArticleText(Article(name, title or path.stem, tags, words_of(text), url, changed), text)


def _decoded(data: bytes) -> str:
    """Return a text as its byte order mark says, else as UTF-8; without what no store keeps."""
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if is_utf16 else "utf-8-sig", errors="replace").replace("\0", "")


def _head(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the title and the tags of a text."""
    title, said, is_code = "", "", False
    for line in map(str.strip, text.splitlines()[:_HEAD_LINES]):
        if line.startswith(("```", "~~~")):
            is_code = not is_code
        elif not is_code:
            heading = _HEADING.match(line)
            title = title or (heading[1] if heading else "")
            said = said or (line.partition(":")[2] if line.casefold().startswith("tags:") else "")
    tags = [word[:_LONGEST_TITLE] for one in said.split(",") if (word := one.strip())]
    return title[:_LONGEST_TITLE], tuple(tags[:_MOST_TAGS])


def _is_article(path: Path, folder: Path) -> bool:
    """Whether a file is for readers: in the folder, wherever links lead, not hidden, and named in characters."""
    if not path.is_relative_to(folder):
        return False
    name = path.relative_to(folder)
    if any(part.startswith(".") for part in name.parts) or not str(name).isprintable():
        return False
    try:
        return path.is_file() and path.resolve().is_relative_to(folder)
    except OSError:  # a name longer than any file has, or below what may not be looked into
        return False
