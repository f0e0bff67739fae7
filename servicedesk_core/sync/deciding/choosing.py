"""Which streams of a connection are read."""

from collections.abc import Iterable, Mapping, Sequence

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain.streams import reference_to
from servicedesk_core.errors import SettingsError
from servicedesk_core.hooks.capabilities import StreamCapability, Support
from servicedesk_core.sync.connection import Connection


def capabilities_of(connection: Connection) -> dict[str, StreamCapability]:
    """Return what a connection's connector can pull, by stream, of what is wanted.

    Raises:
        SettingsError: The connector has no such stream, or cannot exclude what must be excluded.
    """
    described = {c.stream: c for c in connection.calls.describe_capabilities().streams if c.support is Support.FULL}
    unknown = [name for name in connection.streams if name not in described]
    if unknown:
        raise _unknown(connection.name, unknown, described)
    excluded = connection.exclusions
    wanted = {
        n: c
        for n, c in described.items()
        if (not connection.streams or n in connection.streams) and n not in excluded.streams
    }
    if excluded.companies and any(c.folds_into for c in wanted.values()):
        raise SettingsError(
            "A log of events does not say with each event whose ticket it is: companies cannot be excluded.",
            hint="Leave them out of the file, or give a file with one row for each ticket.",
            connection=connection.name,
        )
    for one in wanted.values():
        _check_kin(connection.name, one, described)
    return wanted


def _check_kin(connection: str, one: StreamCapability, described: Mapping[str, StreamCapability]) -> None:
    """Refuse children that nobody can find the parents of.

    Raises:
        SettingsError: The connector says something that cannot be.
    """
    if one.part_of is not None and one.part_of not in described:
        raise _impossible(connection, f"{one.stream} are a part of {one.part_of}, which it does not read")
    if one.children_of is None:
        return
    if one.children_of not in described:
        raise _impossible(connection, f"{one.stream} are read below {one.children_of}, which it does not read")
    if reference_to(one.stream, one.children_of) is None:
        raise _impossible(connection, f"{one.stream} are read below {one.children_of}, but name none of them")


def _impossible(connection: str, what: str) -> SettingsError:
    return SettingsError(
        f"The connector cannot be used: {what}.", hint="Report this to the plugin's author.", connection=connection
    )


def chosen(
    connection: Connection, names: tuple[str, ...], capabilities: dict[str, StreamCapability]
) -> tuple[str, ...]:
    """Return the streams of one run.

    Raises:
        SettingsError: A name is none of the connection's streams.
    """
    unknown = [name for name in names if name not in capabilities]
    if unknown:
        raise _unknown(connection.name, unknown, capabilities)
    return names or tuple(capabilities)


def _unknown(connection: str, names: Sequence[str], there: Iterable[str]) -> SettingsError:
    return SettingsError(
        f"There is no stream {', '.join(names)}.{did_you_mean(names[0], there)}",
        hint=f"Choose among {', '.join(sorted(there))}.",
        connection=connection,
    )
