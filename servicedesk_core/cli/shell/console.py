"""The console: rich's, for text that may hold what others wrote."""

from typing import Any

from rich.console import Console

from servicedesk_core.printing import printable


class SafeConsole(Console):
    """Prints text so that it cannot steer the terminal; what is already laid out is printed as it is."""

    def print(self, *objects: Any, **options: Any) -> None:
        """See :meth:`rich.console.Console.print`."""
        super().print(*(printable(one) if isinstance(one, str) else one for one in objects), **options)
