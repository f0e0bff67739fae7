"""Finding the tenant's server, and what happens when it moves or lets nobody in."""

import pytest
from pydantic import ValidationError

from servicedesk_autotask import AutotaskSettings
from servicedesk_core.errors import AuthenticationError, ProtocolError
from servicedesk_core.testing.memory import MemoryState


async def test_zone_is_discovered_by_user_and_remembered(own_desk):
    state = MemoryState()
    found = {"zone_url": None, "discovery_url": own_desk.url}
    async with own_desk.connector(state=state, **found) as autotask:
        assert (await autotask.vendor_identity()).account == "12345"
    async with own_desk.connector(state=state, **found) as autotask:
        assert (await autotask.vendor_identity()).name == "Example MSP"
    assert own_desk.requests["GET zone"] == 1


async def test_zone_look_up_sends_no_credentials(own_desk):
    async with own_desk.connector(zone_url=None, discovery_url=own_desk.url, secret="wrong-secret", streams=("roles",)):
        pass
    assert own_desk.sandbox.state()["auth_failures"] == 0


async def test_another_user_is_not_served_from_the_remembered_zone(own_desk):
    state = MemoryState()
    async with own_desk.connector(state=state, streams=("roles",)):
        pass
    with pytest.raises(AuthenticationError):
        async with own_desk.connector(state=state, streams=("roles",), username="somebody.else@example.com"):
            pass


async def test_unknown_user_is_an_authentication_error_with_a_hint(desk):
    with pytest.raises(AuthenticationError, match="knows no API user") as caught:
        async with desk.connector(username="nobody@example.com"):
            pass
    assert "e-mail" in caught.value.hint


async def test_moved_tenant_is_found_again_once_after_a_401(own_desk, desk_with):
    state = MemoryState()
    with desk_with(secret="another-secret") as old_zone:
        moved = {"zone_url": None, "discovery_url": old_zone.url, "streams": ("roles",)}
        async with own_desk.connector(state=state, **moved):
            pass
        # The old zone now refuses, and whoever asks where the tenant lives is sent to the new one.
        answer = {"zoneName": "New", "url": f"{own_desk.url}/ATServicesRest/", "webUrl": None, "ci": 12345}
        fault = {"kind": "status", "match": {"path": "zoneInformation"}, "status": 200, "body": answer}
        old_zone.sandbox.faults([fault])
        async with own_desk.connector(state=state, **moved) as autotask:
            assert (await autotask.vendor_identity()).name == "Example MSP"
        assert old_zone.sandbox.state()["auth_failures"] == 1
        assert old_zone.requests["GET zone"] == 1
        assert (await state.get("zone"))["zone"]["url"].startswith(own_desk.url)


async def test_wrong_secret_is_tried_once_and_never_again(own_desk):
    state = MemoryState()
    options = {"zone_url": None, "discovery_url": own_desk.url, "streams": ("roles",), "state": state}
    async with own_desk.connector(**options, secret="wrong-secret") as autotask:
        for _ in range(3):
            with pytest.raises(AuthenticationError):
                await autotask.vendor_identity()
    assert own_desk.sandbox.state()["auth_failures"] == 1


async def test_wrong_secret_at_a_remembered_zone_looks_once_for_a_new_one(own_desk):
    state = MemoryState()
    options = {"zone_url": None, "discovery_url": own_desk.url, "streams": ("roles",), "state": state}
    async with own_desk.connector(**options):
        pass
    async with own_desk.connector(**options, secret="wrong-secret") as autotask:
        with pytest.raises(AuthenticationError):
            await autotask.vendor_identity()
        with pytest.raises(AuthenticationError):
            await autotask.vendor_identity()
    assert own_desk.requests["GET zone"] == 2
    assert own_desk.sandbox.state()["auth_failures"] == 1


async def test_unknown_integration_code_is_an_authentication_error_although_it_is_a_500(desk):
    async with desk.connector(integration_code="WRONG", streams=("roles",)) as autotask:
        with pytest.raises(AuthenticationError, match="integration code"):
            await autotask.vendor_identity()


async def test_credentials_do_not_follow_a_zone_outside_the_vendors_domain(own_desk):
    answer = {"url": "https://webservices5.example.com/ATServicesRest/", "webUrl": None, "ci": 12345}
    own_desk.sandbox.faults([{"kind": "status", "match": {"path": "zoneInformation"}, "status": 200, "body": answer}])
    with pytest.raises(ProtocolError, match="outside the vendor's own domain"):
        async with own_desk.connector(zone_url=None, discovery_url=own_desk.url):
            pass


@pytest.mark.parametrize("body", [{"url": None, "ci": 1}, {"url": "http://127.0.0.1/", "ci": None}, []])
async def test_zone_answer_without_server_or_tenant_is_refused(own_desk, body):
    own_desk.sandbox.faults([{"kind": "status", "match": {"path": "zoneInformation"}, "status": 200, "body": body}])
    with pytest.raises(ProtocolError):
        async with own_desk.connector(zone_url=None, discovery_url=own_desk.url):
            pass


async def test_record_urls_point_into_the_web_interface(autotask, desk):
    identity = await autotask.vendor_identity()
    template = identity.record_urls["tickets"]
    assert template.format(external_id=7) == f"{desk.url}/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=7"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://webservices5.autotask.net", "https://webservices5.autotask.net/atservicesrest/"),
        ("https://webservices5.autotask.net/ATServicesRest/V1.0/", "https://webservices5.autotask.net/ATServicesRest/"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/atservicesrest/"),
    ],
)
def test_zone_address_may_be_given_in_any_form(given, used):
    settings = AutotaskSettings(username="api@example.com", secret="s", integration_code="c", zone_url=given)
    assert settings.zone_url == used


@pytest.mark.parametrize("changes", [{"zone_url": "http://psa.example.com/"}, {"zone_url": "psa"}, {"secret": " "}])
def test_unsafe_or_empty_settings_are_refused(changes):
    with pytest.raises(ValidationError):
        AutotaskSettings(**{"username": "api@example.com", "secret": "s", "integration_code": "c"} | changes)


def test_secrets_do_not_show(desk):
    assert "sandbox-secret" not in repr(desk.settings())
    assert "SANDBOXCODE" not in repr(desk.settings())
