"""Which of the configured connections somebody means."""

from collections.abc import Collection

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.settings import ConnectionSettings, DeskSettings
from servicedesk_core.errors import SettingsError


def connection_of(settings: DeskSettings, name: str) -> ConnectionSettings:
    """Return the settings of a connection.

    Args:
        settings: The desk.
        name: Name of the connection.

    Raises:
        SettingsError: There is no such connection.
    """
    known = settings.connections
    if name not in known:
        raise SettingsError(
            f'There is no connection "{name}".{did_you_mean(name, known)} Configured: {", ".join(known) or "none"}.',
            hint="Name one of them, or add it to the configuration.",
        )
    return known[name]


def one_connection(settings: DeskSettings, name: str | None, among: Collection[str] = ()) -> str:
    """Return the name of the connection that is meant: the named one, or the only one.

    Args:
        settings: The desk.
        name: Name of the connection; ``None`` = it was left out.
        among: Those that come into question when it was left out; empty = all.

    Raises:
        SettingsError: There is no such connection, or it is not clear which one is meant.
    """
    if name is not None:
        connection_of(settings, name)
        return name
    candidates = tuple(among) or tuple(settings.connections)
    if len(candidates) == 1:
        return candidates[0]
    listed = ", ".join(settings.connections) or "none"
    raise SettingsError(f"Which connection? Configured: {listed}.", hint="Name one of them.")


def several_connections(settings: DeskSettings, names: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names of the connections that are meant.

    Args:
        settings: The desk.
        names: Their names; empty = all.

    Raises:
        SettingsError: A name is no connection, or the desk has none.
    """
    for name in names:
        connection_of(settings, name)
    if not settings.connections:
        raise SettingsError(
            f"{settings.where} has no connection.", hint='Add one, or make a new file with "servicedesk init".'
        )
    return tuple(names) or tuple(settings.connections)
