"""A short, stable name for a piece of configuration."""

from hashlib import blake2b
from typing import Any

import orjson


def fingerprint(value: Any) -> str:
    """Name a JSON-like value: equal values give equal names, in every process and on every machine.

    Use it in ``mapping_version`` for the operator's vocabulary and the tenant's lists.

    Args:
        value: Anything that orjson can write; keys are sorted.

    Returns:
        16 hexadecimal digits.
    """
    return blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
