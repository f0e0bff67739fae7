"""Sandboxes for the tests: one shared for reading, a fresh one for each test that writes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import httpx
import pytest

from servicedesk_autotask.sandbox import Sandbox, SandboxOptions, serve

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
HEADERS = {"UserName": "api.user@example.com", "Secret": "sandbox-secret", "ApiIntegrationCode": "SANDBOXCODE"}


class Api:
    """A bare client of the vendor's API."""

    def __init__(self, url: str, sandbox: Sandbox) -> None:
        self.url = url
        self.sandbox = sandbox
        self.base = f"{url}/ATServicesRest/V1.0"
        self.http = httpx.Client(headers=HEADERS, timeout=60, verify=False)  # plain HTTP: no certificates to load

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def call(self, method, path, body=None, **more):
        return self.http.request(method, f"{self.base}/{path}", json=body, **more)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def search(self, path, search, **more):
        return self.call("GET", path, params={"search": json.dumps(search)}, **more)

    def find(self, entity, *conditions, **more):
        answer = self.call("POST", f"{entity}/query", {"filter": [condition(*c) for c in conditions], **more})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def item(self, entity, number):
        return self.get(f"{entity}/{number}").json()["item"]

    def create(self, path, **body):
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()["itemId"]

    def errors(self, method, path, body=None, **more):
        answer = self.call(method, path, body, **more)
        assert answer.status_code == 500, answer.text
        return answer.json()["errors"]

    def ticket(self, **more):
        return self.create("Tickets", **{"companyID": 0, "title": "A", "status": 1, "priority": 2, "queueID": 5} | more)

    def faults(self, *entries):
        self.sandbox.faults(entries)


def condition(field, op, value=None):
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def small(**more):
    return Sandbox(SandboxOptions(**{"tickets": 120, "now": NOW, "time_scale": 0.01} | more))


@pytest.fixture(scope="session")
def shared() -> Iterator[Api]:
    """A desk that no test changes."""
    sandbox = Sandbox(SandboxOptions(tickets=1200, now=NOW))
    with serve(sandbox) as url, Api(url, sandbox) as client:
        yield client


@pytest.fixture(scope="session")
def one_server() -> Iterator[tuple[Api, sqlite3.Connection]]:
    """A served small desk, and its rows as they were seeded."""
    sandbox = small()
    with serve(sandbox) as url, Api(url, sandbox) as client, closing(sqlite3.connect(":memory:")) as seeded:
        sandbox.store.db.backup(seeded)
        yield client, seeded


@pytest.fixture
def api(one_server: tuple[Api, sqlite3.Connection]) -> Api:
    """A small desk as it was seeded; to copy its rows back takes less time than to make them."""
    client, seeded = one_server
    with client.sandbox.store.lock:
        seeded.backup(client.sandbox.store.db)
        client.sandbox._prepare()
        client.sandbox.reset(reseed=False)
    return client


@pytest.fixture
def serving():
    """Serve a desk with options."""

    @contextmanager
    def start(**options):
        sandbox = small(**options)
        with serve(sandbox) as url, Api(url, sandbox) as client:
            yield client

    return start
