"""No credential of any connection stands in a claim pack, a claim's history, the audit trail, the store or a log."""

import base64
import html
import json
import logging
import re
import zipfile
import zlib
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, select

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.warranty import ClaimState
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.machine.installed import settings_class
from servicedesk_core.store.schema import metadata
from tests.claims.conftest import PART

pytestmark = pytest.mark.slow

NOWHERE = "http://127.0.0.1:9"
REAL = {
    "autotask": {
        "zone_url": NOWHERE, "username": "api@msp.example", "secret": "Aa-autotask-s3cret!",
        "integration_code": "CODEOFTHEMSP0815",
    },
    "dell": {
        "gateway_url": NOWHERE,
        "warranty_client_id": "dell-w", "warranty_client_secret": "Aa-dell-warranty-s3cret",
        "dispatch_client_id": "dell-d", "dispatch_client_secret": "Aa-dell-dispatch-s3cret",
        "technician_login": "t@msp.example", "technician_password": 'Aa "dell" <pässword>&1', "branch": "B",
        "customer": "C", "track": "T",
    },
    "lenovo": {"url": NOWHERE, "client_id": "Aa-lenovo-client-id"},
    "cisco": {"url": NOWHERE, "token_url": NOWHERE, "client_id": "cisco-id", "client_secret": "Aa-cisco-s3cret"},
    "hpe": {"url": NOWHERE, "client_id": "hpe-id", "client_secret": "Aa-hpe-s3cret"},
    "ingram": {
        "url": NOWHERE, "client_id": "ingram-id", "client_secret": "Aa-ingram-s3cret", "customer_number": "20-222222",
        "country_code": "US", "primary_reason": "Broken",
    },
}  # fmt: skip
MAKERS_OWN = "hunter2-in-the-file"


def secret_fields(connector, folder):
    """Every setting of a connector that holds a secret."""
    fields = settings_class(connector, folder).model_fields.items()
    return {name for name, field in fields if SecretStr.__name__ in str(field.annotation)}


@pytest.fixture
def secrets(new_home):
    """A desk with a connection for each connector that is installed; returns its configuration and all secrets."""
    path = new_home(f'blind = true\npassword = "{MAKERS_OWN}"')
    lines, found = [path.read_text(encoding="utf-8")], {"maker": MAKERS_OWN}
    for name, values in REAL.items():
        if not find_spec(f"servicedesk_{name}"):
            continue
        named = secret_fields(name, path.parent)
        assert named <= values.keys(), f"{name} has a secret that this test does not know"
        found |= {f"{name}.{field}": values[field] for field in named}
        told = {"connector": name, "environment": "sandbox"} | values
        lines.append(f"\n[connections.real-{name}]")
        lines += [f"{field} = {json.dumps(value, ensure_ascii=False)}" for field, value in told.items()]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path, found


def pdf_text(content):
    """Everything that the streams of a PDF hold, unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    return content + b"".join(zlib.decompress(base64.a85decode(one.strip().removesuffix(b"~>"))) for one in streams)


def forms(secret):
    """A secret as text, and as it looks in JSON, in HTML and in Basic credentials."""
    plain = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)}
    return [one.encode() for one in plain] + [base64.b64encode(secret.encode())]


def leaks(found, content):
    return [name for name, secret in found.items() if any(form in content for form in forms(secret))]


def everything_stored(url):
    """Every value of every table."""
    engine = create_engine(url)
    with engine.connect() as tx:
        rows = [row for table in metadata.sorted_tables for row in tx.execute(select(table))]
    engine.dispose()
    values = [value for row in rows for value in row]
    assert len(rows) > 50, "what is searched is there"
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


async def test_no_secret_of_any_connection_stands_in_what_a_claim_leaves_behind(
    secrets, copied_url, clock, tmp_path, caplog
):
    path, found = secrets
    assert len(found) >= 1
    vendor = path.parent / "vendor"
    async with ServiceDesk.open(path, clock=clock) as desk:
        caplog.set_level(logging.DEBUG)
        by_hand = (await desk.claims.new("T50", by_hand=True, changes={"contact_phone": "555", **PART})).claim.claim_id
        await desk.claims.attach(by_hand, name="log.txt", content=b"disk 0 failed", media_type="text/plain")
        folder = Path((await desk.claims.pack(by_hand, to=tmp_path / "packs", pdf=True)).path)
        archive = Path((await desk.claims.pack(by_hand, to=tmp_path / "packs", archive=True, pdf=True)).path)
        told, opened = [], set()
        for name in desk.settings.connections:  # a claim through every connection that takes part in claims
            try:
                made = await desk.claims.new("T50", through=name, by_hand=True, force=True, changes=PART)
                opened.add(name)
                told.append(asdict(await desk.claims.check(made.claim.claim_id)))
                await desk.claims.pack(made.claim.claim_id, to=tmp_path / name)
            except ServiceDeskError as error:
                told.append((str(error), error.hint, repr(error)))
        makers = {f"real-{name}" for name in ("dell", "lenovo", "cisco", "ingram")} & {*desk.settings.connections}
        assert opened >= makers
        told += [page.read_text(encoding="utf-8") for page in tmp_path.glob("*/*/claim.html")]

        sent = (await desk.claims.new("T50", force=True, changes=PART)).claim.claim_id
        (vendor / "script").write_text("quote")
        assert (await desk.claims.submit(sent)).claim.state is ClaimState.DRAFT
        (vendor / "script").write_text("lost and quoted")
        assert (await desk.claims.submit(sent)).claim.state is ClaimState.IN_DOUBT
        shown = [asdict(await desk.claims.get(one)) for one in (by_hand, sent)]
        trail = [asdict(one) for one in await desk.audit.list()]

    page = (folder / "claim.html").read_bytes()
    printed = pdf_text((folder / "claim.pdf").read_bytes())
    with zipfile.ZipFile(archive) as packed:
        zipped = b"".join(pdf_text(packed.read(name)) for name in packed.namelist())
    history = repr(shown).encode()
    for content, proof in ((page, by_hand), (printed, by_hand), (zipped, by_hand), (history, "was refused")):
        assert proof.encode() in content, "what is searched can be read"
        assert leaks(found, content) == []
    for content in (repr(trail), repr(told), caplog.text):
        assert leaks(found, content.encode()) == []
    assert leaks(found, everything_stored(copied_url)) == []
