"""The only place that reads environment variables on core's own behalf; secrets are read in ``secrets``."""

import os
from collections.abc import Mapping

DISABLE_PLUGINS = "SERVICEDESK_DISABLE_PLUGINS"
STRICT_PLUGINS = "SERVICEDESK_STRICT_PLUGINS"


def disabled_plugins(environ: Mapping[str, str] | None = None) -> frozenset[str]:
    """Return the names in ``SERVICEDESK_DISABLE_PLUGINS``, separated by commas.

    Args:
        environ: Read instead of the process's environment.
    """
    text = (os.environ if environ is None else environ).get(DISABLE_PLUGINS, "")
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def strict_plugins(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether a plugin that fails to load is to end the program (``SERVICEDESK_STRICT_PLUGINS=1``).

    Args:
        environ: Read instead of the process's environment.
    """
    return (os.environ if environ is None else environ).get(STRICT_PLUGINS, "") not in {"", "0"}
