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
        ("file:binary", "(not a text file in UTF-8)"),
        ("file:large", "(larger than any secret)"),
        ("file:marked", "(empty)"),
        ("keyring:nonsense", "write keyring:SERVICE/NAME"),
    ],
)
def test_a_reference_that_leads_nowhere_names_key_and_place(tmp_path, reference, tried):
    (tmp_path / "binary").write_bytes("s3cret".encode("utf-16"))
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbf\r\n")
    secrets = Secrets(directory=tmp_path, environ={"EMPTY": ""})
    with pytest.raises(SecretError) as caught:
        secrets.resolve(reference, key=KEY, where="servicedesk.toml")
    assert KEY in caught.value.message
    assert "servicedesk.toml" in caught.value.message
    assert tried in caught.value.message


def test_a_credential_of_systemd_goes_before_a_file_beside_the_configuration(tmp_path):
    given, beside = tmp_path / "credentials", tmp_path / "desk"
    for folder in (given, beside):
        folder.mkdir()
        (folder / "psa.key").write_text(folder.name)
    (beside / "dell.key").write_text("only here")
    secrets = Secrets(directory=beside, environ={"CREDENTIALS_DIRECTORY": str(given)})
    read = [
        secrets.resolve(f"file:{name}", key="x").get_secret_value()
        for name in ("psa.key", "dell.key", beside / "psa.key")
    ]
    assert read == ["credentials", "only here", "desk"]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfs3cret\n", b"\xef\xbb\xbfs3cret\r\n\r\n", b"s3cret\r", b"\ns3cret"])
def test_a_mark_of_windows_and_line_ends_are_no_part_of_a_secret(tmp_path, content):
    (tmp_path / "secret").write_bytes(content)
    seen = []
    secrets = Secrets(directory=tmp_path, environ={"S": content.decode()}, on_resolved=seen.append)
    for reference in ("file:secret", "env:S"):
        assert secrets.resolve(reference, key=KEY).get_secret_value() == "s3cret"
    assert seen == ["s3cret", "s3cret"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("s3cret ", "a blank"),
        ("\ts3cret", "a blank"),
        ("s3cret\u00a0\n", "a blank"),
        ("s3\u00a0cret", "nobody sees"),
        ("s3cret\u200b", "nobody sees"),
        ("s3cret\ufeff", "nobody sees"),
        ("s3\x1b[0mcret", "nobody sees"),
        ("s\x003\x00c\x00r\x00", "nobody sees"),
        ('"s3cret"', "in quotes"),
        ("'s3cret'\n", "in quotes"),
        ("\u201cs3cret\u201d", "in quotes"),
    ],
)
def test_what_is_more_than_a_secret_is_refused_before_it_is_sent(tmp_path, content, what):
    (tmp_path / "secret").write_text(content, encoding="utf-8")
    seen = []
    secrets = Secrets(directory=tmp_path, environ={"S": content}, on_resolved=seen.append)
    for reference in ("file:secret", "env:S"):
        with pytest.raises(SecretError, match=what) as caught:
            secrets.resolve(reference, key=KEY, where="servicedesk.toml")
        assert f"servicedesk.toml: {KEY}: what {reference} leads to" in caught.value.message
        assert "cret" not in str(caught.value).replace("secret", "").replace("Put the secret", "")
    assert seen == []


def test_a_key_has_lines(tmp_path):
    key = "-----BEGIN X-----\nMIIB\n-----END X-----"
    (tmp_path / "key").write_text(f"{key}\n")
    assert Secrets(directory=tmp_path).resolve("file:key", key=KEY).get_secret_value() == key


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
