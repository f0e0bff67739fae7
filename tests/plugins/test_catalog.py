"""What a catalogue says and does, with real metadata in a folder of its own."""

import logging
import textwrap

import pytest

from servicedesk_core.errors import PluginIncompatibleError, PluginLoadError, UnknownConnectorError
from servicedesk_core.plugins import LoadStatus, PluginCatalog

ACME = textwrap.dedent(
    """
    from servicedesk_core import Connector, hookimpl
    from servicedesk_core.hooks import Capabilities

    class Acme(Connector):
        @hookimpl
        def describe_capabilities(self):
            return Capabilities("Acme")
    """
)


def test_an_unknown_connector_lists_what_there_is_and_how_to_install(tmp_path, install_connector):
    install_connector(tmp_path, "autotask", "")
    with pytest.raises(UnknownConnectorError) as caught:
        PluginCatalog(path=[str(tmp_path)]).connector("autotsk")
    assert 'Did you mean "autotask"? Installed: autotask.' in caught.value.message
    assert "pip install servicedesk-autotsk" in caught.value.hint


def test_a_local_file_is_a_connector_while_it_is_written(tmp_path):
    (tmp_path / "acme.py").write_text(ACME)
    catalog = PluginCatalog(path=[])
    loaded = catalog.connector("./acme.py:Acme", directory=tmp_path)
    assert loaded.connector.__name__ == "Acme"
    assert loaded.distribution == str(tmp_path / "acme.py")
    assert [(line.name, line.status) for line in catalog.report()] == [("./acme.py:Acme", LoadStatus.LOADED)]
    assert catalog.connector("./acme.py:Acme", directory=tmp_path) is loaded


@pytest.mark.parametrize(
    ("reference", "code", "says"),
    [
        ("./nowhere.py:Acme", None, "There is no file"),
        ("./acme.py:Nope", ACME, "AttributeError"),
        ("./acme.py:Acme", "def (", "SyntaxError"),
        ("./acme.py:Acme", ACME.replace("def describe", "def descibe"), 'Did you mean "describe_capabilities"'),
        ("./acme.py:Acme", ACME.replace("@hookimpl", "api = (1, 0)\n    def x(self): ...\n"), "no @hookimpl"),
        ("./acme.py:Acme", ACME.replace("@hookimpl", "api = 1\n    @hookimpl"), "not as two numbers"),
        ("./acme.py:Acme", ACME.replace("@hookimpl", "Settings = dict\n    @hookimpl"), "Settings"),
        ("./acme.py:Acme", "from servicedesk_core import Connector as Acme", "does not implement describe_cap"),
        ("./acme.py:Acme", "Acme = 5", "offers a int"),
    ],
)
def test_a_local_file_that_does_not_work_says_why(tmp_path, reference, code, says):
    if code is not None:
        (tmp_path / "acme.py").write_text(code)
    catalog = PluginCatalog(path=[])
    with pytest.raises(PluginLoadError, match=says):
        catalog.connector(reference, directory=tmp_path)
    assert catalog.report()[-1].status is LoadStatus.FAILED


@pytest.mark.parametrize(("api", "hint"), [("(2, 0)", "servicedesk-core"), ("(0, 9)", "the plugin")])
def test_another_api_version_says_what_to_upgrade(tmp_path, api, hint):
    (tmp_path / "acme.py").write_text(ACME.replace("@hookimpl", f"api = {api}\n    @hookimpl"))
    with pytest.raises(PluginIncompatibleError, match=hint):
        PluginCatalog(path=[]).connector("./acme.py:Acme", directory=tmp_path)


def test_the_first_of_two_installations_of_one_distribution_counts(tmp_path, install_connector):
    install_connector(tmp_path / "user", "acme", ACME, version="2.0")
    install_connector(tmp_path / "system", "acme", ACME, version="1.0")
    catalog = PluginCatalog(path=[str(tmp_path / "user"), str(tmp_path / "system")])
    assert [(line.name, line.version) for line in catalog.report()] == [("acme", "2.0")]


EXTENSION = """
from servicedesk_core import hookimpl

class Teller:
    @hookimpl
    def on_sync_finished(self, run):
        pass
"""


def test_only_the_extensions_that_are_named_are_loaded_and_a_broken_one_is_left_out(
    tmp_path, install, monkeypatch, caplog
):
    for name, code in {
        "good_ext": EXTENSION,
        "bad_ext": EXTENSION.replace("(self, run)", "(self, what)"),
        "raising_ext": EXTENSION + "    def __init__(self):\n        raise ValueError('private words')\n",
        "unnamed_ext": "raise AssertionError",
    }.items():
        install(tmp_path, name, f"[servicedesk.extensions]\n{name} = {name}:Teller\n", code)
    monkeypatch.syspath_prepend(tmp_path)
    catalog = PluginCatalog(path=[str(tmp_path)])
    names = ("bad_ext", "raising_ext", "missing", "good_ext")
    with caplog.at_level(logging.WARNING):
        assert list(catalog.extensions(names)) == ["good_ext"]
    assert "Write: def on_sync_finished(self, run)." in caplog.text
    assert "private words" not in caplog.text
    assert {line.name: line.status for line in catalog.report()} == {
        "good_ext": LoadStatus.LOADED,
        "bad_ext": LoadStatus.FAILED,
        "raising_ext": LoadStatus.FAILED,
        "unnamed_ext": LoadStatus.AVAILABLE,
    }
    with pytest.raises(PluginLoadError):
        PluginCatalog(path=[str(tmp_path)], strict=True).extensions(("bad_ext",))


def test_commands_are_listed_without_import_and_imported_when_invoked(tmp_path, install, monkeypatch):
    install(tmp_path, "some_cli", "[servicedesk.commands]\nclaims = some_cli:app\n", "app = 'the app'")
    monkeypatch.syspath_prepend(tmp_path)
    catalog = PluginCatalog(path=[str(tmp_path)])
    assert [plugin.name for plugin in catalog.commands()] == ["claims"]
    assert catalog.report()[0].status is LoadStatus.AVAILABLE
    assert catalog.command("claims") == "the app"
