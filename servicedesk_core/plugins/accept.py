"""Decides whether what a plugin offers is a connector or a feature that this core can run."""

from typing import Any

from servicedesk_core.errors import PluginIncompatibleError, PluginLoadError
from servicedesk_core.faces.feature import Feature
from servicedesk_core.hooks.connector import AnyConnector, Connector
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.hooks.markers import API_VERSION
from servicedesk_core.hooks.registration import capabilities_of, check_hooks
from servicedesk_core.plugins.load import importing


def accept_connector(offered: Any, *, title: str) -> type[AnyConnector]:
    """Return the connector class.

    Args:
        offered: What the entry point names.
        title: How messages call the plugin.

    Raises:
        PluginLoadError: It is no connector class, or breaks a rule of the hooks.
        PluginIncompatibleError: It was written for another version of the hooks.
    """
    if not (isinstance(offered, type) and issubclass(offered, Connector)):
        what = f"the class {offered.__name__}" if isinstance(offered, type) else f"a {type(offered).__name__}"
        raise PluginLoadError(
            f"The plugin {title} offers {what}, which is not a subclass of servicedesk_core.Connector.",
            hint="Its entry point must name the connector class.",
        )
    _check_api(offered, title)
    if not (isinstance(offered.Settings, type) and issubclass(offered.Settings, ConnectorSettings)):
        raise PluginLoadError(
            f"The plugin {title} names a Settings that is not a subclass of ConnectorSettings.",
            hint="This is for the plugin's author to correct.",
        )
    check_hooks(offered)
    if "describe_capabilities" not in capabilities_of(offered):
        raise PluginLoadError(
            f"The plugin {title} does not implement describe_capabilities, so nobody would know what it can do.",
            hint="This is for the plugin's author to correct.",
        )
    return offered


def accept_feature(offered: Any, *, name: str, title: str) -> Feature:
    """Return the feature, with everything imported that it offers.

    Args:
        offered: What the entry point names.
        name: Name of the entry point.
        title: How messages call the plugin.

    Raises:
        PluginLoadError: It is no feature, is called otherwise, or what it offers cannot be imported.
    """
    if not isinstance(offered, Feature):
        raise PluginLoadError(
            f"The plugin {title} offers a {type(offered).__name__}, which is no servicedesk_core.features.Feature.",
            hint="Its entry point must name the Feature object.",
        )
    with importing(title):
        _ = offered.watches, offered.figures
        kinds = {kind.name for kind in offered.kinds}
        called = {offer.name.partition(".")[0] for offer in offered.offers().values()}
    own = {kind for kind in kinds if kind.startswith(f"{name}_")} | {name}
    if strangers := {offered.name, *called, *kinds, *(kind.name for kind in offered.jobs)} - own:
        raise PluginLoadError(
            f'The plugin {title} calls something "{min(strangers)}"; everything of it begins with its own name.',
            hint="This is for the plugin's author to correct.",
        )
    return offered


def _check_api(connector: type[AnyConnector], title: str) -> None:
    api: Any = connector.api
    if not (isinstance(api, tuple) and [type(part) for part in api] == [int, int]):
        raise PluginLoadError(
            f"The plugin {title} states its API version as {api!r}, not as two numbers such as (1, 0).",
            hint="This is for the plugin's author to correct.",
        )
    major, minor = API_VERSION
    if api[0] == major and api[1] <= minor:
        return
    raise PluginIncompatibleError(
        f"The plugin {title} was written for version {api[0]}.{api[1]} of the plugin API; this is {major}.{minor}.",
        hint="Upgrade servicedesk-core." if api > API_VERSION else "Upgrade the plugin.",
    )
