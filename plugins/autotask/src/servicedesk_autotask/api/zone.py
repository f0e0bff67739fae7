"""Which server a tenant lives on."""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from servicedesk_autotask.api.profile import zone_profile
from servicedesk_autotask.settings import AutotaskSettings, rest_root
from servicedesk_core.errors import ProtocolError
from servicedesk_core.hooks import HttpOpener, StateStore, is_loopback

_KEY = "zone"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a tenant lives.

    Attributes:
        url: Address of the REST service, with a slash at its end.
        web_url: Address of the web interface, with a slash at its end; empty when unknown.
        account: The vendor's id of the tenant.
        name: Name of the zone.
    """

    url: str
    web_url: str
    account: str
    name: str = ""


async def discover(settings: AutotaskSettings, http: HttpOpener) -> Zone:
    """Ask the vendor where the API user's tenant lives; sends no credentials.

    Raises:
        AuthenticationError: The vendor knows no such user.
        ProtocolError: The answer names no usable zone.
        ConnectorError: The vendor could not be asked.
    """
    asked = settings.zone_url or settings.discovery_url
    client = http(zone_profile(asked))
    try:
        answer = await client.get(
            "v1.0/zoneInformation", params={"user": settings.username}, endpoint="zoneInformation"
        )
        body: Any = answer.json()
    finally:
        await client.aclose()
    if not isinstance(body, dict) or not isinstance(body.get("url"), str) or body.get("ci") in {None, ""}:
        raise ProtocolError(
            "Autotask's zone information names no server or no tenant.",
            hint="Try again; if it stays, set zone_url to the address in your Autotask browser window.",
        )
    web_url = body.get("webUrl")
    return Zone(
        # A configured zone is used as it is: behind a proxy its own idea of its address may be unreachable.
        url=settings.zone_url or _trusted(body["url"], settings.discovery_url),
        web_url=f"{web_url.rstrip('/')}/" if isinstance(web_url, str) and web_url else "",
        account=str(body["ci"]),
        name=str(body.get("zoneName") or ""),
    )


async def load(settings: AutotaskSettings, state: StateStore) -> Zone | None:
    """Return the remembered zone if it belongs to these settings."""
    saved = await state.get(_KEY)
    if not isinstance(saved, dict) or saved.get("version") != _VERSION or saved.get("asked") != _asked(settings):
        return None
    return Zone(**saved["zone"])


async def save(settings: AutotaskSettings, state: StateStore, zone: Zone) -> None:
    """Remember a zone."""
    await state.put(_KEY, {"version": _VERSION, "asked": _asked(settings), "zone": asdict(zone)})


def _asked(settings: AutotaskSettings) -> list[str]:
    return [settings.username.lower(), settings.zone_url or settings.discovery_url]


def _trusted(url: str, asked: str) -> str:
    """Return the address that credentials will go to, after a look at whose it is."""
    parts = urlsplit(url)
    host, asked_host = parts.hostname or "", urlsplit(asked).hostname or ""
    own_domain = "." + ".".join(asked_host.split(".")[-2:])
    same_owner = parts.scheme == "https" and host.endswith(own_domain)
    if not (is_loopback(host) if is_loopback(asked_host) else same_owner):
        raise ProtocolError(
            "Autotask's zone information names a server outside the vendor's own domain; nothing was sent there.",
            hint="Check discovery_url and whether a proxy changes answers.",
        )
    return rest_root(url)
