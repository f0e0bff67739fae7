"""The files that a desk wrote itself and that hold what its store held then: backups, what was replaced, the page."""

from collections.abc import Iterable
from pathlib import Path

from servicedesk_core.config import DeskSettings
from servicedesk_core.errors import StoreError
from servicedesk_core.store import Store, copies, meta


def holding(settings: DeskSettings, store: Store, who: str) -> tuple[Path, ...]:
    """Return the files that may still hold a contact.

    Args:
        settings: The desk.
        store: Its store.
        who: The vendor's id, or the e-mail address, of the contact.
    """
    backups, page = settings.beside(settings.serve.backups), settings.beside(settings.serve.report)
    named = (f"{copies.BACKUP_PREFIX}*Z.db*", f"{copies.BACKUP_PREFIX}*Z.dump", f".{copies.BACKUP_PREFIX}*")
    found = {path for pattern in named for path in backups.glob(pattern)}
    if store.dialect == "postgresql":
        found |= {*settings.directory.absolute().glob(f"{store.url.database}.backup-*.dump")}
    else:
        path = Path(str(store.url.database))
        found |= {*copies.beside(path)}
        if (store_id := store.read_blocking(meta.store_id)) is not None:
            found |= {*copies.by_content({path.parent, backups}, store_id)}
        found = {one for one in found if not (one.exists() and one.samefile(path))}
    found = {one for one in found if one.is_file() and not one.name.endswith(copies.BESIDE)}
    still = {one for one in found if copies.may_hold(one, who)}
    return tuple(sorted(still | ({page} if page.is_file() else set())))


def delete(paths: Iterable[Path]) -> None:
    """Delete files, with what SQLite keeps beside them.

    Raises:
        StoreError: One could not be deleted; those before it are gone.
    """
    for path in paths:
        try:
            for end in ("", *copies.BESIDE):
                path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
        except OSError as error:
            message = f"{path} could not be deleted: {error.strerror}."
            raise StoreError(message, hint="Delete it yourself.") from error
