"""Backup of a PostgreSQL store through ``pg_dump``, where it is installed."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL

from servicedesk_core.errors import StoreCorruptError, StoreError, StoreFullError
from servicedesk_core.redaction import Redactor, is_sensitive

_NO_ROOM = ("No space left on device", "could not write")


def dump(url: URL, target: Path) -> Path:
    """Write the database into a file in ``pg_dump``'s custom format; the file appears when it is complete.

    The password goes through the environment, not through the arguments that every account of the machine can read.

    Args:
        url: The store.
        target: A file that does not exist yet.

    Raises:
        StoreError: ``pg_dump`` or ``pg_restore`` is not there, or refused.
        StoreCorruptError: What was written is not whole.
        StoreFullError: There is no room.
    """
    program, reader = shutil.which("pg_dump"), shutil.which("pg_restore")
    if program is None or reader is None:
        missing = "pg_dump" if program is None else "pg_restore, which looks whether a dump is whole"
        message = f"A PostgreSQL store is backed up by pg_dump, and there is no {missing} on this machine's PATH."
        hint = "Install the PostgreSQL client tools, or run on the server: pg_dump --format=custom --file=FILE DATABASE"
        raise StoreError(message, hint=hint)
    address, environment = _separated(url)
    half = target.with_name(f".{target.name}.{uuid.uuid4().hex}.half")
    try:
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        done = _run([program, "--format=custom", f"--file={half}", f"--dbname={address}"], os.environ | environment)
        if done.returncode:
            raise _refused(done.stderr, target, environment)
        # Reads all of it, which finds an end that is missing.
        if _run([reader, f"--file={os.devnull}", str(half)], os.environ).returncode:
            message = "pg_dump ended well, but what it wrote is not whole. The dump was not kept."
            raise StoreCorruptError(message, hint="Look at the disk and the memory of this machine, then try again.")
        half.rename(target)
    finally:
        half.unlink(missing_ok=True)
    return target


def _separated(url: URL) -> tuple[str, dict[str, str]]:
    """Return the address without secrets, and the variables that hold them."""
    parameters = dict(url.query)
    secrets = {
        "PGPASSWORD": url.password if url.password is not None else parameters.pop("password", None),
        "PGOPTIONS": parameters.pop("options", None),
    }
    if shown := [name for name in parameters if is_sensitive(name)]:
        message = (
            f"pg_dump takes {', '.join(shown)} from its arguments only, where every account of the machine sees it."
        )
        raise StoreError(message, hint="Dump the database with your own means, or use a key without a password.")
    address = url.set(drivername="postgresql", password=None, query=parameters)
    texts = {name: " ".join(value) if isinstance(value, tuple) else value for name, value in secrets.items() if value}
    return address.render_as_string(hide_password=False), texts


def _run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own arguments
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _refused(told: str, target: Path, secrets: Mapping[str, str]) -> StoreError:
    redactor = Redactor()
    for secret in secrets.values():
        redactor.register(secret)
    if any(words in told for words in _NO_ROOM):
        return StoreFullError(
            f"There is no room for the backup {target}.", hint="Free some space, or name another disk."
        )
    why = next((line for line in told.splitlines() if "error:" in line), "it did not say why").strip()
    hint = "Its version must not be older than the server's. Nothing was written."
    return StoreError(f"pg_dump could not back the store up: {redactor.text(why)}", hint=hint)
