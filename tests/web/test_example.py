"""The example of a client works against a desk that answers over HTTP."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.test_process import answering, token

__all__ = ["token"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "api_client"


@pytest.fixture
def desk_api(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE)
    import desk_api

    return desk_api


@pytest.mark.slow
def test_it_reads_all_pages_and_again_only_what_changed(token, desk_api):
    with answering() as (_, root):
        where = root.removesuffix("/api/v1")
        with desk_api.DeskApi(where, token) as api:
            for _ in range(2):
                assert {one.title for one in api.tickets(limit=1)} == {"Printer", "Mail"}
            with pytest.raises(desk_api.Problem, match="no parameter") as told:
                next(api.tickets(clint="1"))
            assert (told.value.code, told.value.status) == ("settings", 400)
        with desk_api.DeskApi(where, "sdk_none") as api, pytest.raises(desk_api.Problem, match="token"):
            next(api.tickets())
        given = os.environ | {"SERVICEDESK_API": where, "SERVICEDESK_TOKEN": token}
        printed = subprocess.run(
            [sys.executable, EXAMPLE / "desk_api.py"], env=given, check=True, capture_output=True, text=True
        )
        assert len(printed.stdout.splitlines()) == 2


@pytest.mark.slow
def test_it_waits_as_long_as_it_is_told(token, desk_api, tmp_path):
    with (tmp_path / "servicedesk.toml").open("a") as file:
        file.write("[api]\nper_minute = 1\n")
    waits = []
    with (
        answering() as (_, root),
        desk_api.DeskApi(root.removesuffix("/api/v1"), token, sleep=waits.append) as api,
    ):
        assert next(api.tickets(limit=1)).title in {"Printer", "Mail"}
        with pytest.raises(desk_api.Problem, match="times a minute"):
            list(api.tickets(limit=2))
    assert len(waits) == desk_api.MOST_WAITS
    assert min(waits) > 30
