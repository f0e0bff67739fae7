"""A vendor in memory behind HTTP on loopback: keeps tickets, notes and time, and can fail at any moment of a write."""

import json
import random
import socket
import struct
import sys
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

STAMP = "2026-03-02T09:00:{:02}Z"


class Odds:
    """Draws faults by chance, from a seed.

    Args:
        seed: Makes it repeatable.
        share: How many writes of a hundred meet a fault.
    """

    FAULTS = ("503", "reset_before", "reset_after", "hang_after", "429")

    def __init__(self, seed=0, share=0):
        self.random, self.share = random.Random(seed), share

    def draw(self):
        return self.random.choice(self.FAULTS) if self.random.randrange(100) < self.share else None


class Vendor:
    """The vendor's data and its faults.

    Attributes:
        records: Stream to id to record.
        commits: Every write that the vendor carried out: stream and reference.
        requests: Method and path of every request.
        faults: What happens to the next writes; see :meth:`_Handler.do_POST`.
        down: Whether nothing is served at all.
        leaves_out: Fields that it does not take, with what it says about it; nothing = it says nothing.
        merged: Id of a record to that of the one it was merged into.
        ignores_search: Whether it answers a search with everything.
    """

    def __init__(self):
        self.records = {
            "tickets": {},
            "notes": {},
            "time_entries": {},
            "companies": {},
            "queues": {},
            "technicians": {},
            "words": {},
            "secondary_resources": {},
            "checklist_items": {},
        }
        self.commits, self.requests, self.faults = [], [], deque()
        self.down = False
        self.leaves_out, self.merged, self.ignores_search = {}, {}, False
        self.odds = Odds()
        self.deny = set()
        self.on_write = None
        self.lock = threading.Lock()
        self.stamp = 0
        self.release = threading.Event()
        self.committed = threading.Event()
        self.number = 1000
        self.hang_s = 30.0
        self.latency_s = 0.0

    def put(self, stream, number, **fields):
        with self.lock:
            self.stamp += 1
            at = f"2026-03-02T{self.stamp // 3600 % 24:02}:{self.stamp // 60 % 60:02}:{self.stamp % 60:02}Z"
            record = {"id": number, **self.records[stream].get(number, {}), **fields, "modified": at}
            self.records[stream][number] = record
            return record

    def added(self, stream):
        """Return what was not there from the beginning."""
        return [record for record in self.records[stream].values() if not record.get("ref", "").startswith("seed-")]

    @property
    def writes(self):
        return [request for request in self.requests if request[0] != "GET"]

    def serve(self):
        handler = type("Handler", (_Handler,), {"vendor": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # clients are killed in the middle of a request
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.server = server
        return f"http://127.0.0.1:{server.server_address[1]}/"

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer waits 40 ms for the client's acknowledgement
    vendor: Vendor

    def do_GET(self):
        time.sleep(self.vendor.latency_s)
        url = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(url.query).items()}
        stream, _, number = url.path.strip("/").partition("/")
        self.vendor.requests.append(("GET", url.path))
        if self.vendor.down:
            self._answer(503, {})
        elif stream == "commits":
            self._answer(200, self.vendor.commits)
        elif stream == "me":
            self._answer(200, {"account": "42", "name": "Example MSP"})
        elif number:
            record = self.vendor.records[stream].get(self.vendor.merged.get(number, number))
            self._answer(200 if record else 404, record or {})
        else:
            with self.vendor.lock:
                found = list(self.vendor.records[stream].values())
            asked = {} if self.vendor.ignores_search else asked
            self._answer(200, [r for r in found if all(str(r.get(k)) == v for k, v in asked.items())])

    def do_POST(self):
        """Carry out a write, with the fault that is next.

        ``503``, ``429``, ``403``, ``422``: refused. ``reset_before``: the connection breaks before anything is done.
        ``reset_after``, ``hang_after``: it breaks, or nothing more comes, after it was done.
        """
        vendor = self.vendor
        time.sleep(vendor.latency_s)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        stream, _, number = self.path.strip("/").partition("/")
        vendor.requests.append((self.command, self.path))
        fault = vendor.faults.popleft() if vendor.faults else vendor.odds.draw()
        if vendor.on_write is not None:
            vendor.on_write(self.path)
        if vendor.down:
            fault = "503"
        if stream in vendor.deny:
            fault = "403"
        expected = self.headers.get("If-Match")
        if expected is not None and vendor.records[stream][number]["modified"] != expected:
            fault = "412"
        if fault in {"503", "429", "403", "422", "412"}:
            self._answer(int(fault), {"message": "no"})
            return
        if fault == "reset_before":
            self._reset()
            return
        with vendor.lock:
            if not number:
                vendor.number += 1
                number = str(vendor.number)
            vendor.commits.append((stream, body.get("ref"), number))
        left_out = {field: why for field, why in vendor.leaves_out.items() if body.pop(field, None) is not None}
        record = vendor.put(stream, number, **body) | {"left_out": {f: why for f, why in left_out.items() if why}}
        vendor.committed.set()
        if fault == "reset_after":
            self._reset()
        elif fault == "hang_after":
            vendor.release.wait(vendor.hang_s)
            self._reset()
        else:
            self._answer(200, record)

    do_PATCH = do_POST  # noqa: N815

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def seed(vendor):
    """Put records there that carry a reference: by them a search shows that it works."""
    vendor.put("tickets", "5", ref="seed-ticket")
    vendor.put("notes", "n1", ref="seed-note", ticket="5", body="There before", visibility="internal")


def main():
    """Serve until the input ends; print the address.

    Arguments: seed, faults in a hundred writes, milliseconds that each request takes at least.
    """
    vendor = Vendor()
    vendor.odds = Odds(int(sys.argv[1]), int(sys.argv[2]))
    vendor.hang_s, vendor.latency_s = 0.5, float((sys.argv[3:] or ["0"])[0]) / 1000
    for n in range(1, 9):
        vendor.put("tickets", str(n), title=f"Printer {n}", status="New")
    seed(vendor)
    vendor.put("companies", "c1", name="Bolt & Co")
    vendor.put("technicians", "t1", name="Ana Diaz")
    sys.stdout.write(vendor.serve() + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
