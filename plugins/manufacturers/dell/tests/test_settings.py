"""What a configuration may say."""

import pytest
from pydantic import ValidationError

from servicedesk_dell import DellSettings

WARRANTY = {"warranty_client_id": "id", "warranty_client_secret": "secret"}
DISPATCH = {
    "dispatch_client_id": "id", "dispatch_client_secret": "secret", "technician_login": "t@msp.example",
    "technician_password": "password", "branch": "North", "customer": "Acme", "track": "Tier 1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "or both"),
        ({"warranty_client_id": "id"}, "go together"),
        ({"warranty_client_id": "id", "warranty_client_secret": " "}, "must not be empty"),
        ({"dispatch_client_id": "id", "dispatch_client_secret": "secret"}, "claims need technician_login"),
        (DISPATCH | {"track": ""}, "claims need track"),
        (WARRANTY | {"gateway_url": "http://gateway.example/"}, "must be https"),
        (WARRANTY | {"gateway_url": "gateway"}, "absolute address"),
        (WARRANTY | {"colour": "blue"}, "Extra inputs"),
    ],
)
def test_half_a_configuration_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        DellSettings(**given)


def test_secrets_hide_and_one_pair_is_enough():
    settings = DellSettings(**WARRANTY, gateway_url="http://127.0.0.1:8765")
    assert (settings.can_look_up, settings.can_claim) == (True, False)
    assert settings.gateway_url == "http://127.0.0.1:8765/"
    both = DellSettings(**DISPATCH, **WARRANTY)
    assert (both.can_look_up, both.can_claim) == (True, True)
    assert not {"secret", "password"} & set(repr(both).replace("'", " ").split())
