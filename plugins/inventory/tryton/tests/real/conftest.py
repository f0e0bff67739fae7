"""The connector over HTTP against a real server."""

import importlib.util
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from servicedesk_core.testing import granted_http, opened
from servicedesk_tryton import Tryton, TrytonSettings

HERE = Path(__file__).parent


def _loaded(path):
    spec = importlib.util.spec_from_file_location(f"tryton_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


server = _loaded(HERE / "server.py")


@pytest.fixture(scope="session")
def script():
    return _loaded(HERE.parent / "script.py")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, worker_id):
    """The environment and the seeded database."""
    base = tmp_path_factory.getbasetemp()
    try:
        return server.prepared((base if worker_id == "master" else base.parent) / "tryton")
    except server.NoServerError as error:
        pytest.skip(str(error))


class Real:
    """A real server, connections to it, and a person who works in it."""

    def __init__(self, url):
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=60.0)
        login = ["admin", {"password": server.ADMIN}]
        answer = self._post("common.db.login", login)
        self._auth = ("admin", server.ADMIN)
        assert answer[0] == 1

    def _post(self, method, params, auth=None):
        call = {"id": 1, "method": method, "params": params}
        answer = self._http.post("/erp/rpc/", json=call, auth=auth or httpx.USE_CLIENT_DEFAULT).json()
        assert "result" in answer, answer["error"]
        return answer["result"]

    def person(self, method, *params, **context):
        """Call a method as a person does who administers the server."""
        return self._post(f"model.{method}", [*params, {"company": 1, "companies": [1], **context}], self._auth)

    def counted(self, place, product, quantity):
        """Count the stock of a product at a place."""
        line = {"product": product, "quantity": quantity}
        (ref,) = self.person(
            "stock.inventory.create", [{"company": 1, "location": place, "lines": [["create", [line]]]}]
        )
        self.person("stock.inventory.confirm", [ref])

    def lies(self, place, product):
        """Return how many of a product lie at a place."""
        named = [["id", "=", product]]
        (row,) = self.person(
            "product.product.search_read", named, 0, None, None, ["quantity"], locations=[place], with_childs=False
        )
        return row["quantity"]

    @asynccontextmanager
    async def connector(self, *grants, **more):
        known = {"url": self.url, "database": "erp", "user": "servicedesk", "taken_to": 11}
        settings = TrytonSettings(**{**known, "password": SecretStr("sandbox-password-1"), **more})
        async with opened(Tryton, settings, http=granted_http(*grants)) as tryton:
            yield tryton

    def close(self):
        self._http.close()


@pytest.fixture
def real(prepared, tmp_path):
    """A server of the test's own."""
    with server.running(prepared, tmp_path / "server") as url:
        one = Real(url)
        yield one
        one.close()


@pytest.fixture(scope="module")
def shared(prepared, tmp_path_factory):
    """A server that is only read."""
    with server.running(prepared, tmp_path_factory.mktemp("shared") / "server") as url:
        one = Real(url)
        yield one
        one.close()
