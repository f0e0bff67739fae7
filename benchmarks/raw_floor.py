"""The harder floor: a raw socket, orjson, 30 columns and the payload by executemany, in a fresh process.

Nothing of HTTP is understood but a status of 200 and a length; nothing is checked, compared or resumed.
"""

import sqlite3
import sys
from pathlib import Path
from socket import create_connection, socket
from time import process_time
from urllib.parse import urlsplit

import orjson

from benchmarks.floor import COLUMNS, create
from benchmarks.vendor import Vendor

FIELDS = COLUMNS[:29]
"""With the id they are 30 columns; the payload comes on top."""

_PAGE = 500


def first_sync(vendor: Vendor, path: Path) -> tuple[int, float]:
    """Pull all tickets by keyset into SQLite.

    Returns:
        Records and seconds of processor time.
    """
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    statement = create(database, FIELDS)
    place = urlsplit(vendor.api)
    head = f"POST {place.path}Tickets/query HTTP/1.1\r\nHost: {place.netloc}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in vendor.headers.items())
    last_id = records = 0
    began = process_time()
    with create_connection((place.hostname or "", place.port or 80)) as connection:
        while True:
            search = orjson.dumps({"filter": [{"op": "gt", "field": "id", "value": last_id}], "maxRecords": _PAGE})
            connection.sendall(f"{head}Content-Length: {len(search)}\r\n\r\n".encode() + search)
            items = orjson.loads(_body(connection))["items"]
            rows = [(item["id"], *map(item.get, FIELDS), orjson.dumps(item)) for item in items]
            with database:
                database.executemany(statement, rows)
            records += len(items)
            if len(items) < _PAGE:
                break
            last_id = items[-1]["id"]
    took_s = process_time() - began
    database.close()
    return records, took_s


def _body(connection: socket) -> memoryview:
    """Return the body of one answer.

    Raises:
        RuntimeError: The vendor refused, or said no length.
    """
    got = bytearray()
    while (ends := got.find(b"\r\n\r\n")) < 0:
        got += connection.recv(1 << 16)
    status, *fields = got[:ends].lower().split(b"\r\n")
    length = next((int(field.split(b":")[1]) for field in fields if field.startswith(b"content-length:")), None)
    if b" 200 " not in status or length is None:
        message = f"the vendor answered {status.decode()}"
        raise RuntimeError(message)
    body = memoryview(bytearray(length))
    have = len(got) - ends - 4
    body[:have] = got[ends + 4 :]
    while have < length:
        have += connection.recv_into(body[have:])
    return body


def main() -> None:
    """Sync once and print records and seconds of processor time."""
    url, username, secret, code, path = sys.argv[1:]
    print(orjson.dumps(first_sync(Vendor(url, username, secret, code), Path(path))).decode())


if __name__ == "__main__":
    main()
