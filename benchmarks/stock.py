"""A stock of many parts, read from pages in a folder: by the product, or by the floor, in a process of its own.

The floor reads the same pages, decodes them and stores the same columns and the payload by ``executemany``; nothing is
checked, compared or resumed.
"""

import asyncio
import sqlite3
import sys
from pathlib import Path
from time import process_time

import orjson

from benchmarks.process import own_peak_mb
from servicedesk_core.clock import SystemClock

PAGE = 500
PARTS = ("name", "number", "manufacturer", "manufacturer_part_number", "minimum", "unit_cost", "currency")
LEVELS = ("part_ref", "place", "available")
_PLACES = ("Store", "Van 2")
CONNECTOR = """
from decimal import Decimal
from pathlib import Path

import orjson

from servicedesk_core import hookimpl
from servicedesk_core.domain import Part, StockLevel
from servicedesk_core.hooks import Capabilities, Connector, Mapped, Page, StreamCapability, VendorIdentity
from servicedesk_core.hooks.pulling import source_record

FOLDER = Path(__file__).parent
ENTITIES = {"parts": Part, "stock_levels": StockLevel}
AMOUNTS = {"minimum", "unit_cost", "available"}


class Stock(Connector):
    @hookimpl
    def describe_capabilities(self):
        streams = (StreamCapability(name, has_stamp=False, page_size=500) for name in ENTITIES)
        return Capabilities("Stock", streams=tuple(streams))

    @hookimpl
    async def vendor_identity(self):
        return VendorIdentity("stock", "stock")

    @hookimpl
    async def pull(self, request):
        paths = sorted(FOLDER.glob(f"{request.stream}-*.json"))
        for number, path in enumerate(paths[int(request.resume or 0) :], int(request.resume or 0) + 1):
            last = number == len(paths)
            rows = orjson.loads(path.read_bytes())
            yield Page([source_record(row) for row in rows], None if last else str(number), last)

    @hookimpl
    def map_record(self, stream, raw):
        said = {name: Decimal(value) if name in AMOUNTS else value for name, value in raw.items() if name != "id"}
        return Mapped(ENTITIES[stream](external_id=raw["id"], **said))

    @hookimpl
    def mapping_version(self, stream):
        return "1"
"""


def written(folder: Path, parts: int) -> int:
    """Write the connector, and pages of parts and of what lies where, a quarter of it at two places.

    Returns:
        How many records that are.
    """
    (folder / "stock.py").write_text(CONNECTOR, encoding="utf-8")
    levels = 0
    for start in range(0, parts, PAGE):
        of_page = range(start, min(start + PAGE, parts))
        rows = [
            {
                "id": str(n),
                "name": f"Part {n}, a dock or a cable",
                "number": f"C-{n:06}",
                "manufacturer": ("Dell", "Lenovo", "HP")[n % 3],
                "manufacturer_part_number": f"M{n:06}-130W",
                "minimum": str(n % 5),
                "unit_cost": f"{n % 900}.{n % 100:02}",
                "currency": "USD",
            }
            for n in of_page
        ]
        there = [
            {"id": f"{n}-{place}", "part_ref": str(n), "place": place, "available": str(n % 7)}
            for n in of_page
            for place in _PLACES[: 2 if n % 4 == 0 else 1]
        ]
        levels += len(there)
        (folder / f"parts-{start:09}.json").write_bytes(orjson.dumps(rows))
        (folder / f"stock_levels-{start:09}.json").write_bytes(orjson.dumps(there))
    return parts + levels


def floor(folder: Path) -> tuple[int, float]:
    """Store the pages of a folder, and return records and seconds of processor time."""
    database = sqlite3.connect(folder / "floor.db")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    began, stored = process_time(), 0
    for stream, fields in (("parts", PARTS), ("stock_levels", LEVELS)):
        database.execute(f"CREATE TABLE {stream} (id TEXT PRIMARY KEY, {', '.join(fields)}, raw)")
        statement = f"INSERT INTO {stream} VALUES ({', '.join('?' * (len(fields) + 2))})"
        for path in sorted(folder.glob(f"{stream}-*.json")):
            rows = orjson.loads(path.read_bytes())
            with database:
                database.executemany(statement, ((row["id"], *map(row.get, fields), orjson.dumps(row)) for row in rows))
            stored += len(rows)
    return stored, process_time() - began


async def ours(folder: Path) -> tuple[int, float, float, float, float]:
    """Sync the pages of a folder, and look at the shelf.

    Returns:
        Records, seconds of processor time, megabytes before and at the peak, and seconds of processor time of one page
        of ``parts stock``.
    """
    from servicedesk_core import ServiceDesk  # noqa: PLC0415  # the floor needs none of it

    settings = {
        "desk": {"name": "Measured desk"},
        "connections": {"stock": {"connector": f"{folder / 'stock.py'}:Stock"}},
    }
    async with ServiceDesk(settings, store=f"sqlite:///{folder / 'desk.db'}", clock=SystemClock()) as desk:
        before_mb, began = own_peak_mb(), process_time()
        report = await desk.sync("stock")
        took_s = process_time() - began
        await desk.parts.stock()  # what it imports and makes of SQL is there
        began = process_time()
        page = await desk.parts.stock()
        page_s = process_time() - began
    assert len(page) == 100  # a whole page
    return sum(one.new for one in report.streams), took_s, before_mb, own_peak_mb(), page_s


def main() -> None:
    """Store once and print the numbers."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    print(orjson.dumps(floor(folder) if what == "floor" else asyncio.run(ours(folder))).decode())


if __name__ == "__main__":
    main()
