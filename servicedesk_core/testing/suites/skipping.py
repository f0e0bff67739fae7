"""What a connector does not implement is skipped, and says so."""

import pytest

from servicedesk_core.hooks.connector import AnyConnector


def implements(connector: AnyConnector, hook: str) -> bool:
    """Return whether a connector implements a hook."""
    return hasattr(getattr(type(connector), hook), "servicedesk_impl")


def require(connector: AnyConnector, *hooks: str) -> None:
    """Skip the running test unless the connector implements all of the hooks."""
    for hook in hooks:
        if not implements(connector, hook):
            pytest.skip(f"{type(connector).__name__} does not implement {hook}")
