"""Checks a connection's own keys against the settings class of its connector, and resolves its secrets."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError

from servicedesk_core.config.problems import key_path, problems_of, settings_error
from servicedesk_core.config.secrets import Secrets, flaw_of, scheme_of
from servicedesk_core.config.settings import CORE_KEYS, ConnectionSettings, DeskSettings
from servicedesk_core.errors import PluginLoadError, SecretError, SettingsError
from servicedesk_core.hooks.context import ConnectorSettings

SettingsT = TypeVar("SettingsT", bound=ConnectorSettings)


def connector_settings(desk: DeskSettings, name: str, model: type[SettingsT], secrets: Secrets) -> SettingsT:
    """Return the connector's settings, secrets resolved.

    Args:
        desk: The whole configuration.
        name: Name of the connection.
        model: The connector's settings class.
        secrets: Resolves references.

    Raises:
        SettingsError: A key is missing, unknown or malformed; all problems at once.
        SecretError: References that lead nowhere; all at once.
        PluginLoadError: The settings class uses names that core keeps for itself.
    """
    if clash := CORE_KEYS & {field.alias or key for key, field in model.model_fields.items()}:
        raise PluginLoadError(
            f"{model.__module__}.{model.__name__} declares {', '.join(sorted(clash))}, which core keeps for itself.",
            hint="Its author must rename the field.",
            connection=name,
        )
    connection = desk.connections[name]
    options = _migrated(desk, name, connection, model)
    walk = _Resolver(secrets, where=desk.where, plain_allowed=connection.environment == "sandbox")
    resolved = walk.table(options, (model,), ("connections", name))
    if "base_dir" in model.model_fields:
        # A connector that reads files: its relative paths start at the folder of the configuration.
        resolved["base_dir"] = (desk.directory / str(resolved.get("base_dir", ""))).absolute()
    problems = list(walk.plain)
    try:
        settings = model.model_validate(resolved)
    except ValidationError as error:
        problems += problems_of(error, model, prefix=("connections", name), also=CORE_KEYS)
    if problems:
        problems += [error.message for error in walk.unresolved]
        raise settings_error(str(desk.path or desk.where), problems, connection=name)
    if walk.unresolved:
        raise SecretError(
            "\n".join(error.message for error in walk.unresolved), hint=walk.unresolved[0].hint, connection=name
        )
    return settings


def _migrated(
    desk: DeskSettings, name: str, connection: ConnectionSettings, model: type[ConnectorSettings]
) -> dict[str, Any]:
    written_for = connection.settings_version or model.settings_version
    if written_for > model.settings_version:
        raise SettingsError(
            f"{desk.where}: the settings of this connection are written for version {written_for}; the installed "
            f'"{connection.connector}" knows versions up to {model.settings_version}.',
            hint="Upgrade the plugin.",
            connection=name,
        )
    options = connection.options
    return model.migrate_settings(options, written_for) if written_for < model.settings_version else options


_Path = tuple[str | int, ...]


class _Resolver:
    """Walks the settings beside the types that they are meant for."""

    def __init__(self, secrets: Secrets, *, where: str, plain_allowed: bool) -> None:
        self._secrets = secrets
        self._where = where
        self._plain_allowed = plain_allowed
        self.plain: list[str] = []
        self.unresolved: list[SecretError] = []

    def table(self, table: Mapping[str, Any], types: tuple[Any, ...], path: _Path) -> dict[str, Any]:
        """Return the table with its references resolved."""
        return {key: self._value(value, _types_of(types, key), (*path, key)) for key, value in table.items()}

    def _value(self, value: Any, types: tuple[Any, ...], path: _Path) -> Any:
        if isinstance(value, str):
            return self._text(value, path, secret=SecretStr in types or SecretBytes in types)
        if isinstance(value, Mapping):
            return self.table(value, types, path)
        if isinstance(value, list | tuple):
            return [self._value(item, types, (*path, index)) for index, item in enumerate(value)]
        return value

    def _text(self, text: str, path: _Path, *, secret: bool) -> Any:
        # A plain field may legitimately hold "file:///…" or any "scheme:…", so only env: and keyring: count there.
        if (secret and self._secrets.is_reference(text)) or scheme_of(text) in {"env", "keyring"}:
            try:
                value = self._secrets.resolve(text, key=key_path(*path), where=self._where)
            except SecretError as error:
                self.unresolved.append(error)
                return text
            return value.get_secret_value()
        if secret and not self._plain_allowed:
            self.plain.append(
                f'{key_path(*path)} holds the secret itself; write a reference such as "env:NAME", "file:PATH" or '
                '"keyring:SERVICE/NAME". Plain secrets are accepted only with environment = "sandbox".'
            )
        elif secret and (flaw := flaw_of(text)):
            self.plain.append(f"{key_path(*path)} {flaw}; write the secret, and nothing else.")
        elif secret:
            self._secrets.register(text)
        return text


def _types_of(types: tuple[Any, ...], key: str) -> tuple[Any, ...]:
    found: list[Any] = []
    for one in types:
        if isinstance(one, type) and issubclass(one, BaseModel):
            fields = {field.alias or name: field for name, field in one.model_fields.items()}
            if key in fields:
                found += _leaves(fields[key].annotation)
        else:
            found.append(one)
    return tuple(found)


def _leaves(annotation: Any) -> list[Any]:
    inner = get_args(annotation)
    return [leaf for one in inner for leaf in _leaves(one)] if inner else [annotation]
