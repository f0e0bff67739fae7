"""Grants: what the configuration lets each connection write, and when somebody changed that."""

from collections.abc import Collection
from datetime import datetime

import orjson

from servicedesk_core.config import DeskSettings
from servicedesk_core.config.choosing import connection_of, one_connection
from servicedesk_core.errors import WriteNotGrantedError
from servicedesk_core.store import Tx, audit, meta


class Grants:
    """What the configuration lets the connections of a desk write.

    Args:
        settings: The configuration.
    """

    def __init__(self, settings: DeskSettings) -> None:
        self._settings = settings

    def ensure(self, connection: str, kind: str) -> None:
        """Make sure that the configuration lets a connection write something.

        Raises:
            SettingsError: There is no such connection.
            WriteNotGrantedError: It does not.
        """
        granted = connection_of(self._settings, connection).writes
        if kind not in granted:
            listed = ", ".join(granted) or "nothing"
            raise WriteNotGrantedError(
                f'The configuration does not grant "{kind}"; it grants {listed}.',
                hint=f"Add it to `writes` of [connections.{connection}] in {self._settings.where}.",
                connection=connection,
            )

    def connection(self, connection: str | None, kind: str) -> str:
        """Return the connection that is meant: the named one, or the only one that may write this.

        Raises:
            SettingsError: There is no such connection, or it is not clear which one is meant.
            WriteNotGrantedError: None of several may.
        """
        granted = [name for name, one in self._settings.connections.items() if kind in one.writes]
        if connection is None and not granted and len(self._settings.connections) > 1:
            raise WriteNotGrantedError(
                f'No connection grants "{kind}".',
                hint=f"Add it to `writes` of the connection that shall write it, in {self._settings.where}.",
            )
        return one_connection(self._settings, connection, among=granted)


def note_grants(tx: Tx, connection: str, grants: Collection[str], *, actor: str, now: datetime) -> None:
    """Leave a record when the grants differ from those of the last time.

    Args:
        tx: A write transaction.
        connection: Name of the connection.
        grants: What its configuration lets it write now.
        actor: Whose process noticed it.
        now: When.
    """
    key = f"grants:{connection}"
    known = meta.get(tx, key)
    before = None if known is None else orjson.loads(known)
    after = sorted(grants)
    if before == after:
        return
    meta.put(tx, key, orjson.dumps(after).decode())
    audit.append(
        tx,
        at=now,
        actor=actor,
        action="settings.grants_changed",
        entity=f"connection:{connection}",
        before={"writes": before},
        after={"writes": after},
    )
