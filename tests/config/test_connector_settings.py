"""A connection's own keys are checked against its connector's class, and its secrets are resolved."""

import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationError

from servicedesk_core.config import Secrets, connector_settings, parse_settings
from servicedesk_core.errors import PluginLoadError, SecretError, SettingsError
from servicedesk_core.hooks import ConnectorSettings, safe_address
from servicedesk_core.redaction import Redactor


class Nested(BaseModel):
    token: SecretStr | None = None
    path: str = ""


class Acme(ConnectorSettings):
    username: str
    secret: SecretStr | None = None
    keys: dict[str, SecretStr] = Field(default_factory=dict)
    nested: list[Nested] = Field(default_factory=list)
    url: str = "https://acme.example.com"


def settings(environment="live", model=Acme, environ=None, **options):
    desk = parse_settings({"connections": {"psa": {"connector": "acme", "environment": environment, **options}}})
    return connector_settings(desk, "psa", model, Secrets(environ=environ or {}))


def test_references_are_resolved_at_every_depth():
    got = settings(
        username="env:USER",
        secret="env:SECRET",
        keys={"a": "env:A"},
        nested=[{"token": "env:T", "path": "file:///srv/x"}],
        environ={"USER": "u", "SECRET": "s", "A": "a", "T": "t"},
    )
    assert got.username == "u"
    assert got.secret.get_secret_value() == "s"
    assert got.keys["a"].get_secret_value() == "a"
    assert got.nested[0].token.get_secret_value() == "t"
    assert got.nested[0].path == "file:///srv/x"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"secret": "hunter2-hunter2"}, "connections.psa.secret"),
        ({"keys": {"a": "hunter2-hunter2"}}, "connections.psa.keys.a"),
        ({"nested": [{"token": "hunter2-hunter2"}]}, "connections.psa.nested[1].token"),
    ],
)
def test_a_plain_secret_is_refused_live_and_never_shown(options, key):
    with pytest.raises(SettingsError) as caught:
        settings(username="u", **options)
    assert f"{key} holds the secret itself" in Redactor().text(caught.value.message), (
        "the log masks what follows a colon"
    )
    assert "hunter2" not in str(caught.value) + repr(caught.value)


def test_a_plain_secret_is_accepted_in_a_sandbox():
    assert settings("sandbox", username="u", secret="sandbox-secret").secret.get_secret_value() == "sandbox-secret"


def test_unknown_missing_and_malformed_keys_are_named_together():
    with pytest.raises(SettingsError) as caught:
        settings(usrname="u", enviroment="live", url=5, secret="env:NOPE")
    message = caught.value.message
    assert 'connections.psa.usrname: unknown setting. Did you mean "username"?' in message
    assert 'connections.psa.enviroment: unknown setting. Did you mean "environment"?' in message
    assert "connections.psa.username: is missing." in message
    assert "connections.psa.url: must be a valid string" in message
    assert "environment variable NOPE (not set)" in message


def test_all_unresolved_secrets_are_named_together():
    with pytest.raises(SecretError) as caught:
        settings(username="env:ONE", secret="env:TWO")
    assert "variable ONE" in caught.value.message
    assert "variable TWO" in caught.value.message
    assert caught.value.connection == "psa"


def test_settings_of_an_older_version_are_migrated_and_newer_ones_refused():
    class Second(Acme):
        settings_version = 2

        @classmethod
        def migrate_settings(cls, old, version):
            assert version == 1
            return {"username": old["user"]}

    assert settings(model=Second, settings_version=1, user="u").username == "u"
    with pytest.raises(SettingsError, match="Upgrade the plugin"):
        settings(model=Second, settings_version=3, username="u")


def test_a_connector_may_not_take_cores_own_keys():
    class Clash(ConnectorSettings):
        streams: str = ""

    with pytest.raises(PluginLoadError, match="declares streams"):
        settings(model=Clash)


@pytest.mark.parametrize("blank", ["", " "])
def test_a_secret_that_is_blank_is_named_before_the_vendor_refuses_it(blank):
    with pytest.raises(ValidationError, match=r"secret\n.*must not be empty"):
        Acme(username="u", secret=SecretStr(blank))


@pytest.mark.parametrize("address", ["https://acme.example.com/v1/", "http://127.0.0.1:8/v1", "http://[::1]:8/v1/"])
def test_an_address_that_is_encrypted_or_this_machine_is_taken_without_its_slash(address):
    assert safe_address(address, such_as="https://acme.example.com") == address.rstrip("/")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("acme.example.com", "absolute address such as https://acme.example.com"),
        ("ftp://acme.example.com", "absolute address"),
        ("https://", "absolute address"),
        ("http://acme.example.com", "must be https"),
        ("http://localhost.example.com", "must be https"),
    ],
)
def test_an_address_that_would_give_credentials_away_is_refused(address, message):
    with pytest.raises(ValueError, match=message):
        safe_address(address, such_as="https://acme.example.com")
