"""Keys that vendors publish for their signatures, fetched from where the connector trusts and from nowhere else."""

import asyncio
from collections import OrderedDict
from typing import Final
from urllib.parse import urlsplit

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.http import HttpClient, HttpProfile, RetryPolicy
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.ports import Clock

KEPT_S: Final = 3_600.0
REFUSED_S: Final = 30.0
"""How long an address that gave no key is not asked again."""

MOST_KEPT: Final = 64
MOST_FETCHES: Final = 10
"""Keys fetched for one connection within :data:`WINDOW_S`: a forgery names any address, and must cost the vendor
nothing."""

WINDOW_S: Final = 60.0
TIMEOUT_S: Final = 5.0
MOST_BYTES: Final = 65_536


class KeyUnavailableError(Exception):
    """A key cannot be had now; whoever sent the delivery may try again."""


class Keys:
    """The keys of published signatures, for a while.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[float, bytes | None]] = OrderedDict()
        self._fetched: dict[str, list[float]] = {}
        self._clients: dict[tuple[str, str], HttpClient] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def key(self, opened: OpenConnection, url: str) -> bytes | None:
        """Return the key at an address; ``None`` when the connector does not trust the address.

        Args:
            opened: Whose vendor.
            url: What a delivery names.

        Raises:
            KeyUnavailableError: It was not given, or too many were asked for.
        """
        capability = opened.capabilities.webhooks
        if capability is None or (origin := _origin(url)) is None or origin not in map(_origin, capability.key_origins):
            return None
        async with self._turns.setdefault(opened.name, asyncio.Lock()):
            return self._remembered(opened.name, url) or await self._ask(opened, origin, url)

    def _remembered(self, name: str, url: str) -> bytes | None:
        until, key = self._known.get((name, url), (0.0, None))
        if until <= self._clock.monotonic():
            return None
        if key is None:
            raise KeyUnavailableError
        return key

    async def _ask(self, opened: OpenConnection, origin: str, url: str) -> bytes:
        now = self._clock.monotonic()
        recent = [at for at in self._fetched.get(opened.name, ()) if at > now - WINDOW_S]
        if len(recent) >= MOST_FETCHES:
            raise KeyUnavailableError
        self._fetched[opened.name] = [*recent, now]
        key: bytes | None = None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                key = (await self._client(opened, origin).get(url)).content
        except (ServiceDeskError, TimeoutError):
            raise KeyUnavailableError from None
        finally:
            self._known[opened.name, url] = now + (KEPT_S if key else REFUSED_S), key or None
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        if not key:
            raise KeyUnavailableError
        return key

    def _client(self, opened: OpenConnection, origin: str) -> HttpClient:
        if (opened.name, origin) not in self._clients:
            profile = HttpProfile(
                base_url=origin,
                vendor=f"{opened.capabilities.vendor} keys",
                account="",
                connect_timeout_s=TIMEOUT_S,
                total_timeout_s=TIMEOUT_S,
                max_body_bytes=MOST_BYTES,
                retry=RetryPolicy(attempts=1),
            )
            self._clients[opened.name, origin] = opened.http(profile)
        return self._clients[opened.name, origin]


def _origin(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.password:
        return None
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}:{port or usual}"
