"""Asks a tenant for its own words before there is a desk."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from servicedesk_core.config import DEFAULT_FILE, parse_settings, sqlite_url
from servicedesk_core.redaction import Redactor
from servicedesk_core.runtime.desk import ServiceDesk
from servicedesk_core.runtime.machine.setup import Vocabulary


async def discover(
    desk: Mapping[str, Any],
    name: str,
    options: Mapping[str, Any],
    *,
    redactor: Redactor,
    directory: Path,
    network: Mapping[str, Any] | None = None,
) -> Vocabulary:
    """Return a tenant's words with their probable meaning. Only reads at the vendor, and keeps nothing.

    Args:
        desk: The keys of ``[desk]``.
        name: Name of the connection.
        options: The keys of ``[connections.NAME]``.
        redactor: Learns the secrets.
        directory: Where relative paths of the configuration start.
        network: The keys of ``[network]``.

    Raises:
        ConfigurationError: The settings or secrets are wrong, or the plugin cannot be used.
        ConnectorError: The vendor cannot be asked.
    """
    tables = {"desk": desk, "network": network or {}, "connections": {name: options}}
    settings = parse_settings(tables, path=directory / DEFAULT_FILE)
    with tempfile.TemporaryDirectory(prefix="servicedesk-") as folder:
        async with ServiceDesk(settings, store=sqlite_url(Path(folder, "discovery.db")), redactor=redactor) as opened:
            return await opened.vocabulary(name)
