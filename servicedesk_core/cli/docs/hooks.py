"""Every hook with its signature and its contract."""

import inspect
import re
from functools import cache

from servicedesk_core.cli.docs.docstring import markdown, split
from servicedesk_core.hooks.markers import API_VERSION
from servicedesk_core.hooks.table import FAMILIES

_MODULE = re.compile(r"\b(?:[a-z_]+\.)+(?=[A-Z])")


@cache
def page() -> str:
    """Return the page."""
    text = (
        "# Hooks\n\nEvery hook that a connector can implement, as the specs declare it: version "
        f"{API_VERSION[0]}.{API_VERSION[1]} of the plugin API.\n\n"
        "A connector implements only what it can do. It subclasses `servicedesk_core.Connector` and marks each hook "
        "with `@hookimpl`; what is not marked does not exist for core. Written once, in the "
        "[tutorial](../../develop/first-connector.md).\n"
    )
    for family in FAMILIES:
        about, _ = split(family)
        text += f"\n## {family.__name__}\n\n{about}\n"
        for name, function in vars(family).items():
            if not hasattr(function, "servicedesk_spec"):
                continue
            text += f"\n### `{name}`\n\n```python\n{_signature(name, function)}\n```\n\n{markdown(function)}"
    return text


def _signature(name: str, function: object) -> str:
    signature = _MODULE.sub("", str(inspect.signature(function)))  # type: ignore[arg-type]
    is_stream = "AsyncIterator" in signature
    keyword = "async def" if inspect.iscoroutinefunction(function) or is_stream else "def"
    return f"{keyword} {name}{signature}: {'yield ...' if is_stream else '...'}"
