"""What the operator must change: a setting, a secret, an installation."""

from servicedesk_core.errors.root import ServiceDeskError


class ConfigurationError(ServiceDeskError):
    """The operator must change a setting, a secret or an installation."""

    code = "configuration"
    exit_code = 2


class SettingsError(ConfigurationError):
    """A setting is missing, unknown or malformed."""

    code = "settings"


class DefinitionsError(ConfigurationError):
    """Definitions, such as policies and calendars, are malformed or do not fit one another."""

    code = "definitions"


class DefinitionsRefusedError(DefinitionsError):
    """Definitions are right, and applying them takes a decision: the store is newer, a freeze holds, some would go."""

    code = "definitions_refused"
    exit_code = 8


class SecretError(ConfigurationError):
    """A secret reference could not be resolved; names every place tried, never a value."""

    code = "secret"


class UnknownConnectorError(ConfigurationError):
    """No installed plugin offers the connector that a connection names."""

    code = "unknown_connector"


class TenantMismatchError(ConfigurationError):
    """A connection now points at another vendor tenant, or mixes sandbox and live."""

    code = "tenant_mismatch"


class PluginError(ConfigurationError):
    """A plugin cannot be used."""

    code = "plugin"


class PluginLoadError(PluginError):
    """A plugin failed while it was imported or registered."""

    code = "plugin_load"


class PluginIncompatibleError(PluginError):
    """A plugin was written for another version of the plugin API."""

    code = "plugin_incompatible"


class DuplicateConnectorError(PluginError):
    """Two installed distributions offer the same connector id."""

    code = "duplicate_connector"
