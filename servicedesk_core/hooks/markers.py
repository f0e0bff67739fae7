"""The decorators that make a method a hook, and the version of the plugin API."""

from typing import Final

import pluggy

PROJECT: Final = "servicedesk"

API_VERSION: Final = (1, 0)
"""Version of the hook specs. A connector names the version that it was written for in ``Connector.api``; core loads
it when the major numbers are equal and the connector's minor number is not newer."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
