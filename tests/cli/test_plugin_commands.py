"""Commands of plugins: real installed distributions, imported only when they are invoked."""

import sys

import pytest

from servicedesk_core.cli.shell import exit_codes

FLEET = """
import typer
print("noise at import")
app = typer.Typer(help="Claims.", no_args_is_help=True)

@app.command("count")
def count(ctx: typer.Context, upto: int = 2):
    "Count to a number."
    print(*range(1, upto + 1), ctx.obj.config.name)

@app.command("check")
def check():
    "Check nothing."
    raise KeyError("private words")
"""


@pytest.fixture
def installed(tmp_path, monkeypatch, install):
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def write(name, code, target="app"):
        distribution = f"{tmp_path.name}-{name}".replace("_", "-")
        module = install(folder, distribution, "", code)
        install(folder, distribution, f"[servicedesk.commands]\n{name} = {module}:{target}\n", code)
        return distribution, module

    return write


def test_a_command_of_a_plugin_is_mounted_when_it_is_invoked(run, installed):
    installed("fleet", FLEET)
    ran = run("fleet", "count", "--upto", "3", "--config", "elsewhere.toml")
    assert (ran.code, ran.out) == (exit_codes.OK, "1 2 3 elsewhere.toml\n")
    assert "Count to a number" in run("fleet", "--help").out
    ran = run("fleet", "cuont")
    assert (ran.code, "Did you mean 'count'" in ran.err) == (exit_codes.USAGE, True)


def test_nothing_of_it_is_imported_for_other_commands(run, installed):
    distribution, module = installed("fleet", FLEET)
    ran = run("--help")
    assert [line.split() for line in ran.out.splitlines() if line.startswith("  fleet ")] == [
        ["fleet", "No", "description.", f"[{distribution}", "1.0]"]
    ]
    assert ran.code == run("export", "--help").code == exit_codes.OK
    listed = run("plugins", "list", "--json").json["data"]["items"]
    assert [(one["name"], one["status"]) for one in listed if one["group"] == "servicedesk.commands"] == [
        ("fleet", "available")
    ]
    assert module not in sys.modules


def test_a_command_cannot_take_the_name_of_one_of_ours(run, installed):
    _, module = installed("doctor", FLEET)
    assert "Python" in run("doctor").out
    assert "From plugins" not in run("--help").out
    assert module not in sys.modules


def test_a_plugin_that_breaks_is_named_and_everything_else_works(run, installed):
    distribution, _ = installed("broken", "raise ImportError('half installed')")
    ran = run("broken", "count")
    assert ran.code == exit_codes.USAGE
    assert f'"broken" ({distribution} 1.0) cannot be imported' in ran.err
    assert "Traceback" not in ran.err
    assert run("plugins", "list").code == exit_codes.OK


@pytest.mark.parametrize("app", ["app = 'not an app'", "import typer\napp = typer.Typer()"])
def test_an_entry_point_that_is_no_command_is_a_clear_error(run, installed, app):
    distribution, _ = installed("wrong", app)
    ran = run("wrong")
    assert ran.code == exit_codes.USAGE
    assert distribution in ran.err
    assert "typer.Typer" in ran.err


def test_a_command_that_fails_names_its_plugin_and_not_its_words(run, installed):
    distribution, _ = installed("fleet", FLEET)
    ran = run("fleet", "check")
    assert ran.code == exit_codes.ERROR
    assert distribution in ran.err
    assert "private words" not in ran.err


def test_a_disabled_plugin_is_not_imported_but_explained(run, installed, monkeypatch):
    distribution, module = installed("fleet", FLEET)
    monkeypatch.setenv("SERVICEDESK_DISABLE_PLUGINS", distribution)
    ran = run("fleet", "count")
    assert ran.code == exit_codes.USAGE
    assert "disabled" in ran.err
    assert module not in sys.modules


def test_an_unknown_command_stays_a_usage_error(run, installed):
    installed("fleet", FLEET)
    ran = run("fleets")
    assert ran.code == exit_codes.USAGE
    assert "Did you mean 'fleet'" in ran.err
