"""Where a request may go, and what it is allowed to do there."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote, unquote, urlencode, urlsplit

from servicedesk_core.addresses import is_loopback
from servicedesk_core.errors import ProtocolError, SettingsError, WriteNotGrantedError
from servicedesk_core.http.policy import Route
from servicedesk_core.http.response import LOOK_BETWEEN

Param = str | int | float | bool | None
Params = Mapping[str, Param | Sequence[Param]]

_DEFAULT_PORTS = {"https": 443, "http": 80}
_SAFE_PATH = "/%:@!$&'()*+,;=~-._"
_SAFE_QUERY = _SAFE_PATH + "?"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_PLAIN_SEGMENT = re.compile(r"[A-Za-z][A-Za-z_.-]*|[vV]\d+(\.\d+)*")
_PLACEHOLDER = re.compile(r"\{\w+(:path)?\}")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to send a request to.

    Attributes:
        url: Absolute URL, query included.
        place: The same without query; for messages.
        path: Path below the base URL with a leading slash, or the whole URL when it lies elsewhere.
    """

    url: str
    place: str
    path: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the routes say about a request.

    Attributes:
        template: Route template, free of ids; for logs, errors and metrics.
        writes: Whether the request changes the vendor's data.
        cost: How many requests of the quota it counts for.
    """

    template: str
    writes: bool
    cost: int = 1


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an absolute URL; ``None`` when it has no usable ones."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower(), port or _DEFAULT_PORTS[parts.scheme]


def encode_params(params: Params | None) -> str:
    """Return a query string; ``None`` values are left out, truth values become ``true`` and ``false``."""
    pairs = (
        (name, str(one).lower() if isinstance(one, bool) else str(one))
        for name, value in (params or {}).items()
        for one in (value if isinstance(value, Sequence) and not isinstance(value, str) else (value,))
        if one is not None
    )
    return urlencode(list(pairs))


class Origins:
    """Joins relative paths to the base URL and refuses to leave the trusted origins.

    Args:
        base_url: Root of the interface.
        trusted: Further origins.

    Raises:
        SettingsError: An address is not absolute, or is plain ``http`` to another machine.
    """

    def __init__(self, base_url: str, trusted: Iterable[str] = ()) -> None:
        if re.search(r"[?#]", base_url):
            raise SettingsError(
                "The address of the vendor's interface must not have a query.", hint="Give it as https://host/path."
            )
        self.base_url = base_url.rstrip("/") + "/"
        self._base_place = self.base_url.lower()
        self._origins = frozenset(_checked_origin(url) for url in (base_url, *trusted))
        self._base_scheme = urlsplit(base_url).scheme

    def resolve(self, url: str, params: Params | None = None) -> Target:
        """Return where a request goes.

        Args:
            url: Path below the base URL, or an absolute URL.
            params: Added to the query.

        Raises:
            ProtocolError: The URL leaves the trusted origins, or can't be read the same way by everybody.
        """
        if _UNSAFE.search(url):
            self._refuse("an address with control characters or backslashes")
        if url.startswith("//"):
            url = f"{self._base_scheme}:{url}"
        absolute = url if "://" in url.partition("?")[0] else self.base_url + url.lstrip("/")
        origin = origin_of(absolute)
        if origin is None:
            self._refuse("a malformed address")
        if origin not in self._origins:
            scheme, host, port = origin
            where = host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
            self._refuse(
                f"an address on {scheme}://{where}, which is not an origin of this connection",
                hint="If the vendor really uses that address, the connector must list it in trusted_origins.",
            )
        parts = urlsplit(absolute)
        if parts.username is not None or parts.password is not None:
            self._refuse("an address with credentials in it")
        if any(segment in {".", ".."} for segment in re.split(r"[/\\]", unquote(parts.path))):
            self._refuse("an address with dot segments")
        place = f"{parts.scheme}://{parts.netloc}{quote(parts.path, safe=_SAFE_PATH)}"
        query = "&".join(part for part in (quote(parts.query, safe=_SAFE_QUERY), encode_params(params)) if part)
        below = place.lower().startswith(self._base_place)
        path = "/" + place[len(self.base_url) :].lstrip("/") if below else place
        return Target(f"{place}?{query}" if query else place, place, path)

    @staticmethod
    def _refuse(what: str, *, hint: str = LOOK_BETWEEN) -> NoReturn:
        raise ProtocolError(f"A request to {what} was refused; nothing was sent there.", hint=hint)


class RouteTable:
    """Decides which requests read, which write, and which may.

    Args:
        routes: Declared by the connector; the first match wins.
        grants: Grants of the connection's configuration.
    """

    def __init__(self, routes: Iterable[Route], grants: frozenset[str]) -> None:
        self._routes = [(route, _compile(route.path_pattern)) for route in routes]
        self._grants = grants

    def decide(
        self, method: str, target: Target, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> Decision:
        """Return what the request is, before anything is sent.

        Args:
            method: Upper-case method.
            target: Where it goes.
            json: The body, where it is JSON.
            headers: Header fields that the caller gave.

        Raises:
            WriteNotGrantedError: It would write and no grant allows it, or nobody declared what it does.
        """
        fields = headers or {}
        for route, pattern in self._routes:
            if route.method.upper() in {method, "*"} and pattern.fullmatch(target.path) and route.takes(json, fields):
                if route.grant is not None and not self._grants.intersection((route.grant, *route.or_grants)):
                    raise WriteNotGrantedError(
                        f"{method} {route.path_pattern} would change the vendor's data and is not granted.",
                        hint=f'Add "{route.grant}" to "writes" of this connection if that is wanted.',
                    )
                return Decision(route.path_pattern, writes=route.grant is not None, cost=route.cost)
        template = template_of(target.path)
        if method in {"GET", "HEAD"}:
            return Decision(template, writes=False)
        raise WriteNotGrantedError(
            f"{method} {template} is not declared by the connector, so it counts as a write and was refused.",
            hint="The connector must declare a Route for it.",
        )


def template_of(path: str) -> str:
    """Return a path with everything that looks like an id or a value replaced."""
    head, sep, rest = path.partition("://")
    prefix, tail = (head + sep, rest) if sep else ("", path)
    host, slash, tail = tail.partition("/") if sep else ("", "", tail)
    segments = [part if not part or _PLAIN_SEGMENT.fullmatch(part) else "{id}" for part in tail.split("/")]
    return prefix + host + slash + "/".join(segments)


def _compile(pattern: str) -> re.Pattern[str]:
    if "://" not in pattern:
        pattern = "/" + pattern.lstrip("/")
    out, position = "", 0
    for hole in _PLACEHOLDER.finditer(pattern):
        out += re.escape(pattern[position : hole.start()]) + (".+" if hole[1] else "[^/]+")
        position = hole.end()
    return re.compile(out + re.escape(pattern[position:]) + "/?", re.IGNORECASE)


def _checked_origin(url: str) -> tuple[str, str, int]:
    origin = origin_of(url)
    if origin is None:
        raise SettingsError(
            "The address of the vendor's interface is not an absolute https address.",
            hint="Give it as https://host/path.",
        )
    if urlsplit(url).username is not None:
        raise SettingsError(
            "The address of the vendor's interface holds credentials.", hint="Put them into the connection's secrets."
        )
    scheme, host, _ = origin
    if scheme != "https" and not is_loopback(host):
        raise SettingsError(
            f"The address http://{host} would send credentials unencrypted.",
            hint="Use https; plain http is accepted for this machine only.",
        )
    return origin
