"""Asks connectors about themselves, in a process of its own: ``python -m servicedesk_core.grading.probe PKG:CLASS``."""

import sys
from dataclasses import asdict
from importlib import import_module
from typing import Any

import orjson
from pydantic import SecretBytes, SecretStr

from servicedesk_core.hooks.registration import capabilities_of
from servicedesk_core.machine.requirements import described_by
from servicedesk_core.plugins.accept import accept_connector


def look(target: str) -> dict[str, Any]:
    """Return what a connector says about itself, or why it cannot.

    Args:
        target: ``package.module:Class``, as in an entry point.
    """
    module, _, name = target.partition(":")
    try:
        connector = accept_connector(getattr(import_module(module), name), title=target)
        described = described_by(connector)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's module does, the answer says it
        return {"target": target, "error": f"{type(error).__name__}: {error}".splitlines()[0]}
    return {
        "target": target,
        "error": "",
        "hooks": sorted(capabilities_of(connector)),
        "capabilities": asdict(described) if described else None,
        "settings": [
            {
                "name": name,
                "description": field.description or "",
                "is_secret": any(kind in str(field.annotation) for kind in (SecretStr.__name__, SecretBytes.__name__)),
            }
            for name, field in connector.Settings.model_fields.items()
        ],
    }


if __name__ == "__main__":
    found = {"connectors": [look(target) for target in sys.argv[1:]]}
    sys.stdout.buffer.write(orjson.dumps(found, default=str, option=orjson.OPT_NON_STR_KEYS))
