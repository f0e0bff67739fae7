"""A connector instance behind the façade, without host, store or network."""

from types import SimpleNamespace

import pytest

from servicedesk_core.hooks.boundary import Origin
from servicedesk_core.hooks.calling import Caller
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.registration import Registry
from servicedesk_core.hooks.watchdog import Watchdog


@pytest.fixture
def calls_of():
    """Return a function that registers a connector class and gives its façade."""
    watchdog = Watchdog()

    def make(connector, *, step_timeout_s=30.0, on_authentication_failure=None):
        instance = connector(SimpleNamespace())
        registered = Registry().register("psa", instance, connection="psa")
        return ConnectorCalls(
            Caller(
                registered,
                Origin("psa", "acme", "servicedesk-acme 1.0"),
                watchdog=watchdog,
                step_timeout_s=step_timeout_s,
                on_authentication_failure=on_authentication_failure,
            )
        )

    yield make
    watchdog.close()
