"""Looks at a file through a mapping, or proposes one."""

from pathlib import Path

from servicedesk_core.config import Secrets, connector_settings, load_settings
from servicedesk_core.connectors.tabular import FileMapping, TabularSettings, load_mapping
from servicedesk_core.connectors.tabular.inspect import MappingCheck, check_mapping, propose_mapping
from servicedesk_core.errors import SettingsError
from servicedesk_core.garbage import collecting_seldom
from servicedesk_core.hooks.vocabulary import VocabularyMapping


def check_file(
    file: Path, *, mapping: Path | None = None, config: Path | None = None, connection: str | None = None, rows: int = 5
) -> MappingCheck:
    """Read a whole file through a mapping; without one, through a proposed one.

    Args:
        file: The file.
        mapping: A mapping file.
        config: The configuration, for ``connection``.
        connection: Take the mapping of this connection.
        rows: How many mapped rows to show.

    Raises:
        SettingsError: The mapping, or the configuration, is wrong.
        ConnectorError: The file cannot be read.
    """
    notes: tuple[str, ...] = ()
    vocabulary = VocabularyMapping()
    if connection is not None:
        declared, vocabulary = _of_connection(config or Path(), connection)
        chosen = _fitting(file, declared)
    elif mapping is not None:
        chosen = _fitting(file, load_mapping(mapping))
    else:
        proposal = propose_mapping(file)
        chosen, notes = proposal.mapping, proposal.notes
    is_proposed = connection is None and mapping is None
    with collecting_seldom:
        return check_mapping(file, chosen, vocabulary=vocabulary, preview=rows, proposed=is_proposed, notes=notes)


def _of_connection(config: Path, name: str) -> tuple[tuple[FileMapping, ...], VocabularyMapping]:
    settings = load_settings(config)
    if name not in settings.connections or settings.connections[name].connector != "tabular":
        fitting = ", ".join(n for n, c in settings.connections.items() if c.connector == "tabular")
        raise SettingsError(
            f'"{name}" is no connection with connector = "tabular".', hint=f"Name one of: {fitting or 'there is none'}."
        )
    own = connector_settings(settings, name, TabularSettings, Secrets(directory=settings.directory))
    declared = own.files
    if own.mapping_file:
        declared += load_mapping(own.base_dir / own.mapping_file)
    return declared, settings.connections[name].mapping


def _fitting(file: Path, declared: tuple[FileMapping, ...]) -> FileMapping:
    """Return the mapping that names this file, or the only one."""
    fitting = [one for one in declared if file.match(Path(one.path).name)] or list(declared)
    if len(fitting) != 1:
        raise SettingsError(
            f"{len(fitting)} mappings could be meant for {file.name}.", hint="Give a mapping file with one of them."
        )
    return fitting[0]
