"""The folder of an export: new files come beside the old ones, and the manifest says which of them count."""

import hashlib
import os
import re
from pathlib import Path
from typing import Final

import orjson
from pydantic import ValidationError

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.analytics.model import File, Manifest
from servicedesk_core.files import replace_file
from servicedesk_core.system import is_windows

MANIFEST: Final = "manifest.json"
_OURS: Final = re.compile(r"\d{6}-[0-9a-f]{16}\.(parquet|jsonl)")
"""How files are called that we write, and may remove."""


class Folder:
    """A folder on a file system.

    Args:
        root: Where it is; it is made when something is written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def manifest(self) -> Manifest | None:
        """Return what the folder holds; ``None`` = nothing yet.

        Raises:
            SettingsError: The manifest cannot be read, or is of another kind.
        """
        path = self.root / MANIFEST
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not what an export of this version writes"
            hint = "Choose a folder that an export has written, or a new one."
            raise SettingsError(f"{path} cannot be read: {why}.", hint=hint) from error

    def holds(self, file: File) -> bool:
        """Whether a file is there, and as long as it was."""
        path = self.root / file.path
        return path.is_file() and path.stat().st_size == file.bytes

    def place(self, table: str, part: int, made_of: str) -> Path:
        """Return where a file of a table comes to stand, in a folder that is there.

        Raises:
            SettingsError: The folder cannot be made.
        """
        folder = self.root / table
        try:
            for each in (self.root, folder):
                each.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            hint = "Choose a folder that you may write to."
            raise SettingsError(f"{folder} cannot be made: {error.strerror}.", hint=hint) from error
        return folder / f"{part:06}-{made_of[:16]}.parquet"

    def name_of(self, path: Path) -> str:
        """Return where a file is, from the folder on."""
        return path.relative_to(self.root).as_posix()

    def settle(self, path: Path, rows: int, made_of: str) -> File:
        """Make sure that a file that was written outlasts a loss of power; return what is to be said of it."""
        with path.open("rb+") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return File(path=self.name_of(path), rows=rows, bytes=path.stat().st_size, sha256=digest, made_of=made_of)

    def publish(self, manifest: Manifest) -> None:
        """Let what a manifest says be what the folder holds, and remove what it does not name.

        Raises:
            SettingsError: The manifest cannot be written; then the folder holds what it did.
        """
        for table in manifest.tables:
            _outlast(self.root / table)
        replace_file(self.root / MANIFEST, orjson.dumps(manifest.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
        _outlast(self.root)
        named = {self.root / file.path for table in manifest.tables.values() for file in table.files}
        for path in self.root.glob("*/*"):
            if _OURS.fullmatch(path.name) and path not in named:
                path.unlink(missing_ok=True)
        for path in self.root.glob(f".{MANIFEST}.*"):  # of somebody who was killed
            path.unlink(missing_ok=True)


def _outlast(folder: Path) -> None:
    """Make sure that the names in a folder outlast a loss of power, where the system can."""
    if is_windows():
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
