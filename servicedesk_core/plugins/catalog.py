"""The plugins of one desk: which there are, which may run, and what became of each."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from servicedesk_core.config import disabled_plugins, strict_plugins
from servicedesk_core.errors import (
    ConfigurationError,
    DuplicateConnectorError,
    PluginError,
    PluginIncompatibleError,
    PluginLoadError,
    UnknownConnectorError,
)
from servicedesk_core.plugins.report import LoadReport, LoadStatus
from servicedesk_core.plugins.scan import COMMANDS, CONNECTORS, EXTENSIONS, FEATURES, FoundPlugin, normalized, scan

if TYPE_CHECKING:
    from servicedesk_core.config import DeskSettings
    from servicedesk_core.faces.feature import Feature
    from servicedesk_core.hooks.connector import AnyConnector

# What imports the hooks, pydantic or stevedore is imported where a plugin is loaded, so that a scan stays quick.
# ruff: noqa: PLC0415

_log = logging.getLogger("servicedesk.plugins")


@dataclass(frozen=True, slots=True)
class LoadedConnector:
    """A connector class that was imported and passed all checks.

    Attributes:
        id: Its id, or ``./file.py:Class``.
        connector: The class.
        distribution: Name and version of its distribution, or its file; for messages.
    """

    id: str
    connector: "type[AnyConnector]"
    distribution: str


class PluginCatalog:
    """Scans when it is made; imports only what it is asked for, and each plugin once.

    Args:
        disabled: Names of plugins or distributions that must not be imported.
        strict: Whether :meth:`extensions` raises instead of leaving a broken extension out.
        path: Folders to look in instead of ``sys.path``.
        reserved: Names of our own commands, which no feature and no command of a plugin can have.
    """

    def __init__(
        self,
        *,
        disabled: Iterable[str] = (),
        strict: bool = False,
        path: Iterable[str] | None = None,
        reserved: Iterable[str] = (),
    ) -> None:
        self.found = scan(path)
        self._disabled = frozenset(map(normalized, disabled))
        self._strict = strict
        self._reserved = frozenset(reserved)
        self._connectors: dict[str, LoadedConnector] = {}
        self._outcomes: dict[tuple[str, str, str], tuple[LoadStatus, str]] = {}
        self._local: dict[str, LoadReport] = {}

    @classmethod
    def of(cls, settings: "DeskSettings | None", *, reserved: Iterable[str] = ()) -> Self:
        """Return the plugins that a desk may use.

        Args:
            settings: The desk; ``None`` where there is no valid configuration.
            reserved: Names of our own commands.
        """
        disabled = {*disabled_plugins(), *(settings.plugins.disable if settings else ())}
        return cls(disabled=disabled, strict=strict_plugins(), reserved=reserved)

    def report(self) -> tuple[LoadReport, ...]:
        """Return what became of every installed plugin so far, local files last. Imports nothing."""
        return (*(self._line(plugin) for plugin in self.found), *self._local.values())

    def connector_ids(self) -> tuple[str, ...]:
        """Return the ids of all installed connectors that are not disabled."""
        return tuple(sorted({plugin.name for plugin in self._enabled(CONNECTORS)}))

    def connector(self, reference: str, *, directory: Path | None = None) -> LoadedConnector:
        """Import a connector.

        Args:
            reference: Its id, or ``./file.py:Class`` while it is being written.
            directory: Where relative paths start.

        Raises:
            UnknownConnectorError: Nothing installed offers it.
            DuplicateConnectorError: Two distributions offer it.
            PluginLoadError: It is disabled, fails at import, or breaks a rule of the hooks.
            PluginIncompatibleError: It was written for another version of the hooks.
        """
        if reference not in self._connectors:
            is_file = ".py:" in reference
            self._connectors[reference] = self._from_file(reference, directory) if is_file else self._named(reference)
        return self._connectors[reference]

    def extensions(self, names: Iterable[str]) -> dict[str, object]:
        """Import extensions and return them by name. A broken one is left out and reported.

        Args:
            names: What the configuration switches on.

        Raises:
            ConfigurationError: One is broken or missing, and the catalogue is strict.
        """
        loaded: dict[str, object] = {}
        for name in names:
            try:
                loaded[name] = self._extension(self._only(name, EXTENSIONS))
            except ConfigurationError as error:
                if self._strict:
                    raise
                _log.warning("The extension %s is left out: %s", name, error)
        return loaded

    def commands(self) -> tuple[FoundPlugin, ...]:
        """Return the installed command groups; import one with :meth:`command` when it is invoked."""
        return tuple(self._enabled(COMMANDS))

    def command(self, name: str) -> Any:
        """Import a command group.

        Raises:
            PluginError: It is missing, offered twice, disabled or broken.
        """
        return self._import(self._only(name, COMMANDS))

    def feature_names(self) -> tuple[str, ...]:
        """Return the names of all installed features that are not disabled."""
        return tuple(sorted({plugin.name for plugin in self._enabled(FEATURES)}))

    def feature(self, name: str) -> "Feature":
        """Import a feature and everything that it offers.

        Raises:
            PluginError: It is missing, offered twice, disabled or broken.
        """
        from servicedesk_core.plugins.accept import accept_feature

        plugin = self._only(name, FEATURES)
        imported = self._import(plugin)
        try:
            return accept_feature(imported, name=name, title=f'"{name}" ({plugin.distribution} {plugin.version})')
        except PluginError as error:
            self._failed(plugin, error)
            raise

    def features(self) -> "tuple[Feature, ...]":
        """Import the installed features; one that is broken is left out and reported."""
        loaded: list[Feature] = []
        for name in self.feature_names():
            try:
                loaded.append(self.feature(name))
            except PluginError as error:
                _log.warning("The feature %s is left out: %s", name, error)
        return tuple(loaded)

    def _named(self, name: str) -> LoadedConnector:
        from servicedesk_core.plugins.accept import accept_connector

        plugin = self._only(name, CONNECTORS)
        distribution = f"{plugin.distribution} {plugin.version}"
        imported = self._import(plugin)
        try:
            return LoadedConnector(name, accept_connector(imported, title=f'"{name}" ({distribution})'), distribution)
        except PluginError as error:
            self._failed(plugin, error)
            raise

    def _extension(self, plugin: FoundPlugin) -> object:
        from servicedesk_core.hooks.registration import check_hooks

        imported = self._import(plugin)
        try:
            check_hooks(imported)
            return imported() if isinstance(imported, type) else imported
        except PluginError as error:
            self._failed(plugin, error)
            raise
        except Exception as error:
            failure = PluginLoadError(
                f'The extension "{plugin.name}" ({plugin.distribution} {plugin.version}) cannot be made: '
                f"{type(error).__name__}.",
                hint="Reinstall or upgrade it, or take it out of [plugins] extensions.",
            )
            self._failed(plugin, failure)
            raise failure from error

    def _from_file(self, reference: str, directory: Path | None) -> LoadedConnector:
        from servicedesk_core.plugins.accept import accept_connector
        from servicedesk_core.plugins.load import import_file

        name, _, class_name = reference.rpartition(":")
        path = (directory or Path()) / name
        try:
            connector = accept_connector(import_file(path, class_name), title=reference)
        except PluginError as error:
            self._local[reference] = LoadReport(reference, CONNECTORS, str(path), "", _status_of(error), error.message)
            raise
        self._local[reference] = LoadReport(reference, CONNECTORS, str(path), "", LoadStatus.LOADED)
        return LoadedConnector(reference, connector, str(path))

    def _only(self, name: str, group: str) -> FoundPlugin:
        everywhere = [plugin for plugin in self.found if plugin.group == group and plugin.name == name]
        candidates = [plugin for plugin in everywhere if not self._is_disabled(plugin)]
        match candidates:
            case [plugin]:
                return plugin
            case []:
                raise self._disabled_error(everywhere[0]) if everywhere else self._unknown(name, group)
            case _:
                both = " and ".join(f"{plugin.distribution} {plugin.version}" for plugin in candidates)
                raise DuplicateConnectorError(
                    f'Two installed distributions offer "{name}": {both}.',
                    hint=f"Uninstall one, or disable it: SERVICEDESK_DISABLE_PLUGINS={candidates[-1].distribution}",
                )

    def _import(self, plugin: FoundPlugin) -> Any:
        from servicedesk_core.plugins.load import import_entry_point

        try:
            imported = import_entry_point(
                plugin.entry_point, title=f'"{plugin.name}" ({plugin.distribution} {plugin.version})'
            )
        except PluginError as error:
            self._failed(plugin, error)
            raise
        self._outcomes[_key(plugin)] = LoadStatus.LOADED, ""
        return imported

    def _failed(self, plugin: FoundPlugin, error: PluginError) -> None:
        self._outcomes[_key(plugin)] = _status_of(error), error.message

    def _line(self, plugin: FoundPlugin) -> LoadReport:
        status, reason = self._outcomes.get(_key(plugin), (LoadStatus.AVAILABLE, ""))
        if self._is_disabled(plugin):
            status, reason = LoadStatus.DISABLED, "switched off by the configuration or SERVICEDESK_DISABLE_PLUGINS"
        elif plugin.group in {COMMANDS, FEATURES} and plugin.name in self._reserved:
            status, reason = (
                LoadStatus.FAILED,
                f'servicedesk has a command "{plugin.name}" of its own, which goes first',
            )
        elif status is LoadStatus.AVAILABLE and (others := self._rivals(plugin)):
            status, reason = LoadStatus.FAILED, f'"{plugin.name}" is also offered by {", ".join(others)}'
        return LoadReport(plugin.name, plugin.group, plugin.distribution, plugin.version, status, reason)

    def _rivals(self, plugin: FoundPlugin) -> list[str]:
        return [
            f"{other.distribution} {other.version}"
            for other in self._enabled(plugin.group)
            if other.name == plugin.name and other is not plugin
        ]

    def _enabled(self, group: str) -> list[FoundPlugin]:
        return [plugin for plugin in self.found if plugin.group == group and not self._is_disabled(plugin)]

    def _is_disabled(self, plugin: FoundPlugin) -> bool:
        return not self._disabled.isdisjoint({normalized(plugin.name), normalized(plugin.distribution)})

    def _disabled_error(self, plugin: FoundPlugin) -> PluginLoadError:
        return PluginLoadError(
            f'The plugin "{plugin.name}" ({plugin.distribution} {plugin.version}) is disabled.',
            hint="Take it out of [plugins] disable, or out of SERVICEDESK_DISABLE_PLUGINS.",
        )

    def _unknown(self, name: str, group: str) -> UnknownConnectorError:
        kind = group.rpartition(".")[2].removesuffix("s")
        installed = sorted({plugin.name for plugin in self._enabled(group)})
        near = get_close_matches(name, installed, n=1)
        return UnknownConnectorError(
            f'No installed plugin offers the {kind} "{name}".'
            + (f' Did you mean "{near[0]}"?' if near else "")
            + f" Installed: {', '.join(installed) or 'none'}.",
            hint=f"Install it, for example: pip install servicedesk-{normalized(name)}",
        )


def _key(plugin: FoundPlugin) -> tuple[str, str, str]:
    return plugin.group, plugin.name, plugin.distribution


def _status_of(error: PluginError) -> LoadStatus:
    return LoadStatus.INCOMPATIBLE if isinstance(error, PluginIncompatibleError) else LoadStatus.FAILED
