"""A client of somebody else, unchanged, works against the stand-in; its models refuse what they do not know."""

from datetime import UTC, datetime

import pytest

from servicedesk_core.sandboxing import serve
from servicedesk_snipeit.sandbox import Sandbox, SandboxOptions

snipepy = pytest.importorskip("snipepy")
_http_client = pytest.importorskip("snipepy._http_client")

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def _served():
    sandbox = Sandbox(SandboxOptions(now=NOW))
    with serve(sandbox) as url:
        yield sandbox, url


@pytest.fixture
def sandbox(_served):
    _served[0].reset()
    return _served[0]


@pytest.fixture
def connected(_served, sandbox):
    def with_token(token=sandbox.options.token, **http):
        config = snipepy.Config(url=_served[1], token=token)
        return snipepy.Snipepy(config, _http_client.HttpClient(config, **http))

    return with_token


@pytest.fixture
def snipe(connected):
    return connected()


def test_it_logs_in_and_a_wrong_token_is_told(snipe, connected):
    me = snipe.users.get_me()
    assert (me.username, me.activated) == ("servicedesk", True)
    with pytest.raises(_http_client.SnipepyAuthError):
        connected("wrong").users.get_me()


def test_it_lists_page_by_page_and_searches_without_escapes(snipe):
    assert [one.name for one in snipe.components.list_all(search="dock")] == ["Dock WD19S 130W & cable"]
    assert snipe.components.list(search="wd19s 130w & c").total == 1
    assert snipe.components.list(search="model_number").total == 0  # texts are searched, and not their names
    first, rest = snipe.components.list(limit=4), snipe.components.list(limit=4, offset=4)
    assert first.total == rest.total == 9
    assert not {one.id for one in first.rows} & {one.id for one in rest.rows}
    assert snipe.components.list(offset=1_000).rows == []
    assert snipe.assets.list(status="RTD").total == 2


def test_an_asset_is_found_by_tag_and_by_serial_and_what_is_not_there_is_an_error(snipe):
    by_tag, by_serial = snipe.assets.get_by_asset_tag("SPARE-01"), snipe.assets.get_by_serial("pf1spare1")
    assert by_tag == by_serial == snipe.assets.get(1)
    assert by_tag.status_label.status_meta == "deployable"
    for ask in (lambda: snipe.assets.get_by_asset_tag("NONE"), lambda: snipe.assets.get_by_serial("NONE"),
                lambda: snipe.assets.get(999)):  # fmt: skip
        with pytest.raises(_http_client.SnipepyValidationError):
            ask()


def test_an_asset_goes_out_and_comes_back_with_its_history(snipe):
    out = snipe.assets.checkout_to_user(1, 2, note="T1 <urgent>")
    assert (out.assigned_to.name, out.status_label.status_meta) == ("Ana Diaz", "deployed")
    with pytest.raises(_http_client.SnipepyValidationError, match="not available"):
        snipe.assets.checkout_to_user(1, 2)
    assert snipe.assets.checkin(1, note="back").assigned_to is None
    log = snipe.assets.get_history(1).rows
    assert [(one.action_type, one.note) for one in log] == [("checkin from", "back"), ("checkout", "T1 <urgent>")]


def test_components_accessories_and_consumables_are_counted(snipe, sandbox):
    snipe.components.checkout(2, assigned_asset=5, assigned_qty=3, note="T1")
    (held,) = snipe.components.list_assets(2).rows
    assert (held.qty, held.note) == (3, "T1")
    assert snipe.components.get(2).remaining == 7
    snipe.components.checkin(2, held.assigned_pivot_id, checkin_qty=3)
    assert snipe.components.get(2).remaining == 10
    snipe.accessories.checkout(1, assigned_user=2, checkout_qty=2)
    first, _ = snipe.accessories.list_checked_out(1).rows
    assert first.assigned_to.name == "Ana Diaz"
    assert snipe.accessories.checkin(1, first.id).remaining == 11
    with pytest.raises(_http_client.SnipepyValidationError, match="only 4 remaining"):
        snipe.consumables.checkout(1, assigned_to=2, checkout_qty=9)
    assert sandbox.acts == 4


def test_it_adds_items_and_is_told_by_field_what_is_wrong(snipe):
    made = snipe.assets.create("NEW-01", status_id=1, model_id=1, serial="PF1NEW")
    assert snipe.assets.get_by_serial("PF1NEW").id == made.id
    assert snipe.components.get(snipe.components.create("Fan", 4, category_id=1).id).name == "Fan"
    with pytest.raises(_http_client.SnipepyValidationError, match=r"asset_tag.*unique"):
        snipe.assets.create("NEW-01", status_id=1, model_id=1)
    with pytest.raises(_http_client.SnipepyValidationError, match="qty"):
        snipe.components.create("Fan", 0, category_id=1)


def test_a_used_up_minute_is_429_with_when_to_come_again(connected, sandbox):
    sandbox.left = 0
    with pytest.raises(_http_client.SnipepyRateLimitError):
        connected(max_retries=0).users.get_me()
