"""Records of a desk that is full of odd ones, as pages."""

import httpx
import pytest

from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.visiting import COOKIE
from tests.web.console.filled import cookie_of, fill, opened


@pytest.mark.parametrize("path", ["/records/report/morning", "/records/report/desk", "/records/status"])
async def test_rows_of_which_only_some_hold_a_record_are_one_list(tmp_path, empty_store, path):
    async with opened(tmp_path, empty_store) as desk:
        await fill(desk, tmp_path)
        transport = httpx.ASGITransport(application(desk, desk.features, desk.settings.console))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:9189") as client:
            answer = await client.get(path, headers={"Cookie": f"{COOKIE}={await cookie_of(desk, 'ana')}"})
    assert answer.status_code == 200
