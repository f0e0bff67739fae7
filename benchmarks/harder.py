"""A first sync in a fresh process, against a harder floor and against a peer, by turns."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.peer import PINNED, NoPeerError, Peer, installed
from benchmarks.processes import ours, raw
from benchmarks.rows import Row, at_least, row
from benchmarks.vendor import Vendor, running_vendor

TICKETS = 20_000
FEW = 2_000
ROUNDS = 10


def harder(*, quick: bool) -> list[Row]:
    """Processor time of a first sync: ten rounds of each, and the median of their ratios with its spread."""
    tickets = FEW if quick else TICKETS
    with ExitStack() as stack:
        peer: Peer | None = None
        why = ""
        try:
            peer = stack.enter_context(installed())
        except NoPeerError as error:
            why = str(error)
        vendor = stack.enter_context(running_vendor(tickets=tickets))
        modules = stack.enter_context(tempfile.TemporaryDirectory())
        _round(vendor, tickets, peer, modules)  # fills the vendor's memory, and compiles the modules
        rounds = [_round(vendor, tickets, peer, modules) for _ in range(1 if quick else ROUNDS)]
    mine, floor = ([one[at] for one in rounds] for at in (0, 1))
    ratios = [by / our for our, by in zip(mine, floor, strict=True)]
    measure = "first sync in a fresh process, processor time, against "
    goal = at_least(median(ratios), 0.4)
    found = [row(f"{measure}a raw floor; {_spread(ratios)}", _us(mine, tickets), _us(floor, tickets), goal)]
    if peer is None:
        return [*found, Row(measure=measure + PINNED, ours=_us(mine, tickets), figure=f"skipped: {why}")]
    theirs = [one[2] for one in rounds]
    ratios = [by / our for our, by in zip(mine, theirs, strict=True)]
    goal = at_least(median(ratios), 2)
    return [*found, row(f"{measure}{PINNED}; {_spread(ratios)}", _us(mine, tickets), _us(theirs, tickets), goal)]


def _round(vendor: Vendor, tickets: int, peer: Peer | None, modules: str) -> tuple[float, float, float]:
    """Return the seconds of processor time that each took: ours, the raw floor, the peer."""
    with tempfile.TemporaryDirectory() as folder:
        mine = ours(vendor, Path(folder) / "ours.db", modules)
        floor = raw(vendor, Path(folder) / "floor.db", modules)
        theirs = peer(vendor, Path(folder) / "peer.db") if peer is not None else (tickets, 0.0)
    for stored in (mine[0], floor[0], theirs[0]):
        if stored != tickets:
            message = f"{stored:,} tickets were stored, not {tickets:,}"
            raise RuntimeError(message)
    return mine[1], floor[1], theirs[1]


def _spread(ratios: list[float]) -> str:
    return f"{min(ratios):.2f} to {max(ratios):.2f}"


def _us(seconds: list[float], tickets: int) -> str:
    return f"{median(seconds) / tickets * 1e6:.0f} µs a ticket"
