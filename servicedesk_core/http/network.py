"""How vendors are reached from this machine."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from servicedesk_core.addresses import is_loopback


@dataclass(frozen=True, slots=True)
class Network:
    """What stands between this machine and the vendors; the process's environment is not asked.

    Attributes:
        proxy: URL of the proxy, with a login where it wants one; ``None`` = there is none.
        direct: Hosts, and domains with all hosts below them, that are reached without it; this machine always is.
        ca_file: PEM file with certificates that are trusted beside the public ones.
    """

    proxy: str | None = field(default=None, repr=False)
    direct: tuple[str, ...] = ()
    ca_file: str | None = None

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy that leads to a URL, or ``None`` when it is reached without one."""
        host = (urlsplit(url).hostname or "").lower()
        is_direct = is_loopback(host) or any(host == one or host.endswith(f".{one}") for one in self._direct_names)
        return None if is_direct else self.proxy

    @property
    def _direct_names(self) -> tuple[str, ...]:
        return tuple(name.lower().lstrip(".") for name in self.direct)


DIRECT = Network()
"""Nothing stands between."""
