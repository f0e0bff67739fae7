"""Where the store is: a path is a path, an address is an address, and no secret of it is shown or kept in the file."""

import pytest

from servicedesk_core.config import Secrets, load_settings, sqlite_url, store_url
from servicedesk_core.errors import SettingsError
from servicedesk_core.redaction import Redactor, secrets_in
from servicedesk_core.store.connecting import parse

LIVE = '\n[connections.log]\nconnector = "tabular"\n'


def configured(folder, store=None, more=""):
    folder.mkdir(exist_ok=True)
    line = f"store = '{store}'\n" if store else ""
    (folder / "servicedesk.toml").write_text(f"[desk]\n{line}{more}", encoding="utf-8")
    return load_settings(folder / "servicedesk.toml")


@pytest.mark.parametrize(
    "name", ["Desk%20Data", "%41", "a%2e%2e%2fb", "What now? (2026)", "x#y", "100%", "a&b=c", "Büro", "a+b", "a b"]
)
def test_the_folder_of_the_configuration_is_no_address(tmp_path, name):
    settings = configured(tmp_path / name)
    url = store_url(settings, Secrets(directory=settings.directory))
    assert parse(url).database == str(tmp_path / name / "servicedesk.db")


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("sqlite:///Desk%20Data/x.db", "Desk Data/x.db"),
        ("sqlite:///Desk Data/x.db", "Desk Data/x.db"),
        ("sqlite:///What%3F.db", "What?.db"),
        ("sqlite:///100%.db", "100%.db"),
    ],
)
def test_what_is_written_as_an_address_is_one(tmp_path, written, path):
    settings = configured(tmp_path / "50%25", written)
    url = store_url(settings, Secrets(directory=settings.directory))
    assert parse(url).database == str(tmp_path / "50%25" / path)


def test_a_question_mark_in_an_address_is_not_half_a_path(tmp_path):
    settings = configured(tmp_path / "desk", "sqlite:///What now?.db")
    with pytest.raises(SettingsError, match="%3F"):
        parse(store_url(settings, Secrets(directory=settings.directory)))


def test_a_path_becomes_an_address_and_comes_back(tmp_path):
    path = tmp_path / "a%20b?c#d.db"
    assert parse(sqlite_url(path)).database == str(path)


SHOWN = "postgresql+psycopg://db.example.com:5432/desk"
FORMS = [
    f"{SHOWN}?user=desk&password=S3cr3tPassw0rd",
    f"{SHOWN}?user=desk&pass%77ord=S3cr3tPassw0rd",
    f"{SHOWN}?user=desk&PASSWORD=S3cr3tPassw0rd",
    f"{SHOWN}?user=desk&sslkey=key.pem&sslpassword=S3cr3tPassw0rd",
    f"{SHOWN}?user=desk&options=-c%20my.password%3DS3cr3tPassw0rd",
    f"{SHOWN}?user=desk&oauth_client_secret=S3cr3tPassw0rd",
    "postgresql+psycopg://desk:S3cr3tPassw0rd@db.example.com:5432/desk",
    "postgresql://desk:S3cr3tPassw0rd@db.example.com:5432/desk",
    "postgresql+psycopg://desk:a%2FS3cr3tPassw0rd@db.example.com:5432/desk",
    "postgresql+psycopg://desk:a/S3cr3tPassw0rd?#@db.example.com:5432/desk",
]


@pytest.mark.parametrize("address", FORMS)
def test_no_text_of_an_address_holds_its_secret(address):
    url = parse(address)
    for told in (str(url), repr(url), f"{url.set(database='other')}", url.render_as_string()):
        assert "S3cr3tPassw0rd" not in told
        assert "db.example.com" in told
    assert "S3cr3tPassw0rd" in url.render_as_string(hide_password=False)


@pytest.mark.parametrize("address", FORMS)
def test_the_secret_of_an_address_stands_elsewhere_than_in_the_file_of_a_live_desk(tmp_path, address):
    with pytest.raises(SettingsError, match="env:SERVICEDESK_STORE") as caught:
        configured(tmp_path, address, LIVE)
    assert "S3cr3tPassw0rd" not in str(caught.value)
    configured(tmp_path, address, f'{LIVE}environment = "sandbox"\n')


@pytest.mark.parametrize("address", [f"{SHOWN}?user=desk&passfile=/etc/pass&sslmode=require", "postgresql://desk@db/x"])
def test_an_address_without_a_secret_may_stand_in_the_file(tmp_path, address):
    configured(tmp_path, address, LIVE)


@pytest.mark.parametrize("address", FORMS)
def test_the_secret_of_a_referenced_address_is_masked_everywhere_by_its_value(tmp_path, address):
    settings = configured(tmp_path, "env:SERVICEDESK_STORE", LIVE)
    redactor = Redactor()
    secrets = Secrets(environ={"SERVICEDESK_STORE": address}, on_resolved=redactor.register)
    assert store_url(settings, secrets) == address
    [secret] = secrets_in(address)
    assert "S3cr3tPassw0rd" in secret
    assert "S3cr3tPassw0rd" not in redactor.text(f"The server refused {secret} of {address}.")


def test_a_password_that_breaks_the_address_is_refused_before_any_of_it_is_shown():
    with pytest.raises(SettingsError, match="%40") as caught:
        parse("postgresql://desk:S3cr3t@Passw0rd@db.example.com/desk")
    assert "Passw0rd" not in str(caught.value)
    with pytest.raises(SettingsError) as caught:
        parse("postgresql://db.example.com:S3cr3t/desk")
    assert "S3cr3t" not in f"{caught.value} {caught.value.__cause__}"
