"""Secrets are references, resolved at use; an error names the key and every place tried, never a value."""

import sys
from types import SimpleNamespace

import pytest

from servicedesk_core.config import Secrets
from servicedesk_core.errors import SecretError

KEY = "connections.psa.secret"


def test_each_kind_of_reference_is_resolved_and_registered(tmp_path, monkeypatch):
    (tmp_path / "secret.txt").write_text("from-file\n")
    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=lambda service, name: f"{service}|{name}"))
    seen = []
    secrets = Secrets(directory=tmp_path, environ={"TOKEN": "from-env"}, on_resolved=seen.append)
    values = [
        secrets.resolve(reference, key=KEY).get_secret_value()
        for reference in ("env:TOKEN", "file:secret.txt", "keyring:servicedesk/psa/autotask")
    ]
    assert values == ["from-env", "from-file", "servicedesk/psa|autotask"]
    assert seen == values


@pytest.mark.parametrize(
    ("reference", "tried"),
    [
        ("env:NOT_THERE", "environment variable NOT_THERE (not set)"),
        ("env:EMPTY", "environment variable EMPTY (empty)"),
        ("file:nope", "nope (No such file or directory)"),
        ("file:binary", "(not a text file)"),
        ("keyring:nonsense", "write keyring:SERVICE/NAME"),
    ],
)
def test_a_reference_that_leads_nowhere_names_key_and_place(tmp_path, reference, tried):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    secrets = Secrets(directory=tmp_path, environ={"EMPTY": ""})
    with pytest.raises(SecretError) as caught:
        secrets.resolve(reference, key=KEY, where="servicedesk.toml")
    assert KEY in caught.value.message
    assert "servicedesk.toml" in caught.value.message
    assert tried in caught.value.message


def test_a_missing_keyring_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretError, match=r"servicedesk-core\[keyring\]"):
        Secrets().resolve("keyring:a/b", key=KEY)


def test_a_locked_keyring_is_named_by_the_kind_of_its_error(monkeypatch):
    def locked(service, name):
        raise RuntimeError("the passphrase is hunter2")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=locked))
    with pytest.raises(SecretError) as caught:
        Secrets().resolve("keyring:a/b", key=KEY)
    assert "RuntimeError" in caught.value.message
    assert "hunter2" not in str(caught.value)


def test_an_integrators_resolver_is_asked_first_and_may_have_schemes_of_its_own():
    secrets = Secrets(source={"vault:psa": "v", "env:A": "own"}.get, environ={"A": "environment", "B": "b"})
    assert secrets.is_reference("vault:psa")
    assert [secrets.resolve(r, key=KEY).get_secret_value() for r in ("vault:psa", "env:A", "env:B")] == [
        "v",
        "own",
        "b",
    ]


def test_a_failing_resolver_is_tried_and_named_without_its_text():
    def broken(reference):
        raise ValueError("hunter2")

    with pytest.raises(SecretError) as caught:
        Secrets(source=broken, environ={}).resolve("env:A", key=KEY)
    assert "your own resolver (ValueError)" in caught.value.message
    assert "environment variable A (not set)" in caught.value.message
    assert "hunter2" not in str(caught.value)
