"""How long a sign-in has to wait because others failed: longer with each, by the name that was given and by address."""

import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from servicedesk_core.bearer import digest_of
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import sign_in_failures
from servicedesk_core.store.upserting import put

_FREE: Final = 5
"""The failure from which on the next try has to wait."""

_FIRST_S: Final = 10.0
_FULL: Final = 20
"""The failure from which on it waits longest."""

_LONGEST_S: Final = 900.0
_FORGOTTEN_AFTER: Final = timedelta(days=1)
_IPV6_SITE: Final = 64


@dataclass(frozen=True, slots=True)
class _Failures:
    subject: bytes
    failures: int
    last_at: datetime


_ROWS: Final = Rows(_Failures, sign_in_failures)


def subjects(name: str, address: str) -> tuple[bytes, bytes, bytes]:
    """Return what failures are counted for, as digests: people type passwords where their name belongs.

    Args:
        name: The name that was given.
        address: Where it came from; of IPv6 the network, because a single one has more addresses than tries.
    """
    name, site = name.casefold(), site_of(address)
    return digest_of(f"name {name}"), digest_of(f"address {site}"), digest_of(f"name {name} address {site}")


def pause_s(failures: int) -> float:
    """Return how long the next try waits after so many failures: 10 s after 5, up to 15 min after 20."""
    if failures < _FREE:
        return 0.0
    return _FIRST_S * math.pow(_LONGEST_S / _FIRST_S, (min(failures, _FULL) - _FREE) / (_FULL - _FREE))


def wait_s(tx: Tx, of: Sequence[bytes], at: datetime) -> int:
    """Return how many seconds a try still has to wait; 0 = it may be made."""
    left = (pause_s(one.failures) - (at - one.last_at).total_seconds() for one in _kept(tx, of, at))
    return max(0, math.ceil(max(left, default=0.0)))


def count(tx: Tx, of: Sequence[bytes], at: datetime) -> None:
    """Count a try as failed, before anybody knows: others at the same time wait for it."""
    tx.execute(delete(sign_in_failures).where(sign_in_failures.c.last_at <= at - _FORGOTTEN_AFTER))
    known = {one.subject: one.failures for one in _kept(tx, of, at)}
    for subject in of:
        put(tx, sign_in_failures, {"subject": subject, "failures": known.get(subject, 0) + 1, "last_at": at})


def forgive(tx: Tx, name: str, address: str, at: datetime) -> None:
    """Forget the failures of somebody who has signed in; those of others at their address stay."""
    mine, there, mine_there = subjects(name, address)
    kept = {one.subject: one for one in _kept(tx, (there, mine_there), at)}
    tx.execute(delete(sign_in_failures).where(sign_in_failures.c.subject.in_((mine, there, mine_there))))
    others = kept[there].failures - kept[mine_there].failures if there in kept and mine_there in kept else 0
    if others > 0:
        put(tx, sign_in_failures, {"subject": there, "failures": others, "last_at": kept[there].last_at})


def _kept(tx: Tx, of: Sequence[bytes], at: datetime) -> list[_Failures]:
    o = sign_in_failures.c
    query = select(*_ROWS.columns).where(o.subject.in_(of), o.last_at > at - _FORGOTTEN_AFTER)
    return _ROWS.all(tx, query)


def site_of(address: str) -> str:
    """Return what an address is counted as: of IPv6 its network."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4 or known.ipv4_mapped is not None:  # noqa: PLR2004
        return str(known.ipv4_mapped if known.version == 6 else known)  # noqa: PLR2004
    return str(ipaddress.ip_network((known, _IPV6_SITE), strict=False))
