"""A password of somebody, and what browsers are given to keep."""

import pytest
from argon2 import PasswordHasher

from servicedesk_core.features import signins
from servicedesk_core.features.signins import passwords

RIGHT = "correct horse battery"
COOKIE = "__Host-servicedesk"


@pytest.fixture(autouse=True)
async def _quick_hashes(desk, clock, monkeypatch):
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    kept = passwords.hashed(RIGHT)
    await desk.store.write(lambda tx: signins.keep_password(tx, "ana", kept, clock.now()))


def cookie_in(answer):
    (said,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE)]
    text, *attributes = said.split("; ")
    return text.partition("=")[2], {one.casefold() for one in attributes}
