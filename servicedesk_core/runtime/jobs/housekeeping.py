"""The jobs ``reports`` and ``backup``."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from servicedesk_core import system
from servicedesk_core.errors import StoreError
from servicedesk_core.faces import Desk
from servicedesk_core.features.report import Reports, html
from servicedesk_core.files import replace_file
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.runtime.copies import BACKUP_PREFIX, placed
from servicedesk_core.store import backup as store_backup

_log = logging.getLogger("servicedesk.jobs")


class ReportingDesk(JobDesk, Desk, Protocol):
    """A desk that features are asked on."""


async def write_reports(desk: ReportingDesk, connection: str | None) -> str:
    """Write the desk page to the file that ``[serve]`` names.

    Raises:
        SettingsError: The file cannot be written.
    """
    report = await Reports.desk_page.of(desk, connection=connection)
    path = placed(desk.settings, desk.settings.serve.report)
    await asyncio.to_thread(_put, path, html(report).encode())
    return f"wrote {path.name}"


async def backup(desk: JobDesk, connection: str | None) -> str:
    """Copy the store into the folder that ``[serve]`` names, and delete all but the newest copies there.

    Raises:
        StoreError: The copy could not be made; no older one was deleted.
    """
    del connection
    if desk.store.dialect == "postgresql":  # which a reference to its address does not show beforehand
        return "nothing: a server is backed up by its own tools"
    folder = placed(desk.settings, desk.settings.serve.backups)
    now = desk.clock.now()
    return await asyncio.to_thread(
        _copy, desk, folder, f"{BACKUP_PREFIX}{now:%Y%m%dT%H%M%S}Z.db", desk.settings.serve.keep_backups
    )


def _put(path: Path, page: bytes) -> None:
    with suppress(OSError):  # what cannot be made is told by the writing, with its path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, page)


def _copy(desk: JobDesk, folder: Path, name: str, keep: int) -> str:
    # Under a name that is no backup's until it is whole: a copy that a full disk cut off must not count as one.
    partial = folder / f"{name}.partial"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        store_backup.backup(desk.store, partial)
        system.replace(partial, folder / name)
    except OSError as error:
        message = f"The backup in {folder} could not be written: {error.strerror}."
        raise StoreError(message, hint="Name a folder with room that this account may write to.") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    old = sorted(folder.glob(f"{BACKUP_PREFIX}*Z.db"))[:-keep]
    for path in old:
        try:
            path.unlink()
        except OSError as error:  # somebody has it open, on Windows: the next backup deletes it
            _log.warning("the old backup %s could not be deleted: %s", path.name, error.strerror)
    return f"wrote {name}, {len(old)} older deleted"
