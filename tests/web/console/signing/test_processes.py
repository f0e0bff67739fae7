"""Two consoles beside each other on one store: the first link is told once, and a link is used once."""

import contextlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.web.console.signing.conftest import RIGHT

pytestmark = pytest.mark.slow

CONFIG = """
[desk]
name = "Example MSP"
store = "{store}"

[connections.psa]
connector = "tabular"
"""


@contextlib.contextmanager
def console(folder):
    """Run ``servicedesk console`` until the block ends; give where it listens, and a function for what it says next."""
    command = [sys.executable, "-m", "servicedesk_core.cli", "console", "--listen", "127.0.0.1:0"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder)
    try:
        where = next(found[1] for line in child.stderr if (found := re.search(r"Console: (\S+)", line)))
        yield where, child
    finally:
        child.kill()
        child.communicate()


def sent(where, path, cookie="", **fields):
    return httpx.post(f"{where}{path}", data=fields, headers={"Origin": where, "Cookie": cookie})


@pytest.mark.timeout(300)
def test_two_processes_agree_on_links_failures_and_sign_outs(tmp_path, store_url):
    (tmp_path / "servicedesk.toml").write_text(CONFIG.format(store=store_url))
    with console(tmp_path) as (one, child), ThreadPoolExecutor() as pool:
        token = next(found[1] for line in child.stderr if (found := re.search(r"/first/(\S+)", line)))
        with console(tmp_path) as (other, _):
            given = {"password": RIGHT, "again": RIGHT}
            posts = [
                pool.submit(sent, where, f"/first/{token}", name=name, **given)
                for where, name in ((one, "ana"), (other, "bob"))
            ]
            answers = [post.result() for post in posts]
            assert sorted(answer.status_code for answer in answers) == [303, 410]
            name = "ana" if answers[0].status_code == 303 else "bob"
            cookie = next(a for a in answers if a.status_code == 303).headers["set-cookie"].partition(";")[0]
            for where in (one, other):
                assert httpx.get(f"{where}/account", headers={"Cookie": cookie}).status_code == 200
            for where in (one, other, one, other, one):
                assert sent(where, "/sign-in", name=name, password="wrong horse battery").status_code == 401
            assert sent(other, "/sign-in", name=name, password=RIGHT).status_code == 429
            assert sent(one, "/sign-out", cookie).status_code == 303
            assert httpx.get(f"{other}/account", headers={"Cookie": cookie}).status_code == 303
