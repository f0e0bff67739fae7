"""The folder of definitions beside the configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from servicedesk_core.definitions.key import Key
from servicedesk_core.definitions.reading import VERSION
from servicedesk_core.definitions.writing import text_of
from servicedesk_core.errors import DefinitionsError, SettingsError
from servicedesk_core.files import replace_file

FOLDER: Final = "service"
"""Its usual name."""

MARK: Final = "version.toml"
"""The file in it that says from which version the others are."""

_MARK = """\
# Written by servicedesk: the version of the definitions in the store that these files were the same as.
# Keep it with them. "definitions apply" goes by it when it refuses files that know nothing of a newer version.
{key} = {version}
"""


def texts_in(folder: Path) -> dict[str, str]:
    """Return the texts of the files in a folder, by name.

    Raises:
        DefinitionsError: There is no such folder, or a file cannot be read.
    """
    if not folder.is_dir():
        raise DefinitionsError(
            f"There is no folder {folder}.",
            hint='Make it, and write definitions into files such as sla.toml, or let "definitions export" write them.',
        )
    texts, problems = {}, []
    for path in sorted(folder.glob("*.toml")):
        try:
            texts[path.name] = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
            problems.append(f"{path.name} cannot be read: {reason}.")
    if problems:
        raise DefinitionsError(" ".join(problems), hint="Correct that; nothing was taken over.")
    return texts


def mark(folder: Path, version: int) -> None:
    """Write into a folder from which version its files are.

    Raises:
        SettingsError: It cannot be written.
    """
    replace_file(folder / MARK, _MARK.format(key=VERSION, version=version).encode())


def write(folder: Path, found: Mapping[Key, BaseModel], version: int, zone: Any) -> tuple[str, ...]:
    """Write definitions into a folder that has none, a file for each kind, and return the names of the files.

    Raises:
        SettingsError: There are definitions already, or it cannot be written.
    """
    if folder.is_dir() and any(folder.glob("*.toml")):
        raise SettingsError(
            f"{folder} has TOML files already.", hint="Name a new folder with --to, and compare the two."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be made: {error.strerror}.", hint="Choose another folder.") from error
    kinds = dict.fromkeys(key.kind for key in found)
    for kind in kinds:
        one = {key: value for key, value in found.items() if key.kind == kind}
        replace_file(folder / f"{kind}.toml", text_of(one, zone).encode())
    mark(folder, version)
    return (*(f"{kind}.toml" for kind in kinds), MARK)
