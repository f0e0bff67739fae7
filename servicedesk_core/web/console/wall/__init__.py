"""Wall screens: one page, large, for everybody who passes."""

from typing import Final

COOKIE: Final = "__Secure-servicedesk-wall"
"""One of its own, for its path alone: no page of the console is shown to it."""
