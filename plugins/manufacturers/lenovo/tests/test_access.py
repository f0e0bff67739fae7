"""The ClientID, its roles, where it goes, and parts."""

import pytest

from servicedesk_core.domain.warranty import DeviceRef, PartLevel
from servicedesk_core.errors import AuthenticationError, NotFoundError, PermissionDeniedError, RejectedError
from servicedesk_core.redaction import Redactor
from servicedesk_lenovo import LenovoSettings


def known(connector, serial, **more):
    return connector.recognise(DeviceRef(manufacturer="Lenovo", serial_number=serial, **more))


async def test_a_wrong_client_id_is_refused_once(stand):
    async with stand.connector(client_id="not-this-one") as lenovo:
        for _ in range(2):
            with pytest.raises(AuthenticationError, match="client_id"):
                await lenovo.vendor_identity()
    assert stand.requests == {"GET warranty": 1}


async def test_the_identity_is_the_operators_name_of_the_account(stand):
    async with stand.connector(account="north") as lenovo:
        identity = await lenovo.vendor_identity()
        assert (identity.account, identity.name) == ("north", "")
        assert await lenovo.check_connection(()) == ()


async def test_an_account_without_a_name_is_called_what_it_is(lenovo):
    identity = await lenovo.vendor_identity()
    assert (identity.account, identity.name) == ("default", "the account of this ClientID")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_missing_role_is_named_and_spoils_nothing_else(stand_with, ask, status):
    with stand_with(roles=frozenset({"warranty"}), without_role=status) as stand:
        async with stand.connector() as lenovo:
            await ask(lenovo, "PF000TST")
            with pytest.raises(PermissionDeniedError):
                await lenovo.find_service_parts(known(lenovo, "PF000TST"))
            assert await ask(lenovo, "PF000TST")


async def test_without_the_role_for_look_ups_nothing_can_be_asked(stand_with, ask):
    with stand_with(roles=frozenset({"case"})) as stand:
        async with stand.connector() as lenovo:
            with pytest.raises(PermissionDeniedError):
                await ask(lenovo, "PF000TST", "PF000EXP")


async def test_the_client_id_stays_out_of_errors(stand):
    redactor = Redactor()
    async with stand.connector(redactor=redactor) as lenovo:
        body = {"Message": f"ClientID {stand.sandbox.options.client_id} is suspended"}
        stand.sandbox.faults([{"kind": "status", "status": 400, "body": body}])
        with pytest.raises(RejectedError) as caught:
            await lenovo.vendor_identity()
    assert "suspended" in caught.value.message
    assert stand.sandbox.options.client_id not in str(caught.value)
    assert stand.sandbox.options.client_id not in repr(lenovo.ctx.settings)


@pytest.mark.parametrize(
    "changes",
    [{"url": "http://supportapi.lenovo.com"}, {"url": "supportapi.lenovo.com"}, {"client_id": " "}, {"typo": 1}],
)
def test_unsafe_or_empty_settings_are_refused(changes):
    with pytest.raises(ValueError, match=r"https|absolute|empty|Extra"):
        LenovoSettings(**{"client_id": "x"} | changes)


@pytest.mark.parametrize("given", ["https://supportapi.lenovo.com/v2.5/", "https://supportapi.lenovo.com/"])
def test_the_address_may_be_given_with_its_version(given):
    assert LenovoSettings(client_id="x", url=given).url == "https://supportapi.lenovo.com"


async def test_parts_come_as_built_first_with_their_substitutes(lenovo):
    parts = await lenovo.find_service_parts(known(lenovo, "PF000TST"))
    assert [part.level for part in parts] == [
        PartLevel.AS_BUILT,
        PartLevel.MACHINE_TYPE,
        PartLevel.MODEL,
        PartLevel.CATALOGUE,
    ]
    assert parts[0].commodity_code == "KBD"
    assert {part.number: part.substitutes for part in parts if part.substitutes} == {
        "02DL005": ("02DL006", "5B10W13930")
    }


async def test_parts_are_worth_having_without_substitutes(stand, lenovo):
    stand.sandbox.faults([{"kind": "status", "status": 400, "nth": 2, "times": None}])
    parts = await lenovo.find_service_parts(known(lenovo, "PF000TST"))
    assert len(parts) == 4
    assert {part.substitutes for part in parts} == {()}


async def test_parts_of_an_unknown_or_unclear_device_are_an_error(lenovo):
    with pytest.raises(NotFoundError):
        await lenovo.find_service_parts(known(lenovo, "ZZ000NIX"))
    with pytest.raises(RejectedError, match="machine type"):
        await lenovo.find_service_parts(known(lenovo, "PF000DUP"))
    assert await lenovo.find_service_parts(known(lenovo, "PF000DUP", machine_type="20YG"))
