"""The job ``backup``."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from servicedesk_core import system
from servicedesk_core.errors import StoreError
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.store import backup as store_backup
from servicedesk_core.store.copies import BACKUP_PREFIX

_log = logging.getLogger("servicedesk.jobs")


async def backup(desk: JobDesk, connection: str | None) -> str:
    """Copy the store into the folder that ``[serve]`` names, and delete all but the newest copies there.

    Raises:
        StoreError: The copy could not be made; no older one was deleted.
    """
    del connection
    is_dump = desk.store.dialect == "postgresql"  # which a reference to its address does not show beforehand
    if is_dump and "backup" not in desk.settings.schedules:
        return 'nothing: a server is backed up by its own tools; with a time in [schedules] "backup" dumps it'
    folder = desk.settings.beside(desk.settings.serve.backups)
    now = desk.clock.now()
    return await asyncio.to_thread(
        _copy, desk, folder, f"{now:%Y%m%dT%H%M%S}Z", ".dump" if is_dump else ".db", desk.settings.serve.keep_backups
    )


def _copy(desk: JobDesk, folder: Path, stamp: str, ending: str, keep: int) -> str:
    name = f"{BACKUP_PREFIX}{stamp}{ending}"
    # Under a name that is no backup's until it is whole: a copy that a full disk cut off must not count as one.
    partial = folder / f"{name}.partial"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for broken_off in folder.glob(f"{BACKUP_PREFIX}*Z{ending}.partial"):  # of a process that was killed
            broken_off.unlink(missing_ok=True)
        store_backup.backup(desk.store, partial)
        system.replace(partial, folder / name)
    except OSError as error:
        message = f"The backup in {folder} could not be written: {error.strerror}."
        raise StoreError(message, hint="Name a folder with room that this account may write to.") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    old = sorted(folder.glob(f"{BACKUP_PREFIX}*Z{ending}"))[:-keep]
    for path in old:
        try:
            path.unlink()
        except OSError as error:  # somebody has it open, on Windows: the next backup deletes it
            _log.warning("the old backup %s could not be deleted: %s", path.name, error.strerror)
    return f"wrote {name}, {len(old)} older deleted"
