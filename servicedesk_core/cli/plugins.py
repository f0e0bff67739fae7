"""``servicedesk plugins``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import Json, own_names
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.grading import PluginGrade


_MOST_FINDINGS = 8


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Installed plugins.", no_args_is_help=True)
    group.command("list")(list_plugins)
    group.command("check")(check)
    app.add_typer(group, name="plugins")


def list_plugins(ctx: typer.Context, as_json: Json = False) -> None:
    """List what is installed, and what is wrong with it. Works without a configuration and with broken plugins."""
    from servicedesk_core.machine.installed import installed_plugins  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = installed_plugins(cli.config, reserved=own_names(ctx))
    columns = ("Plugin", "Kind", "Distribution", "Version", "State", "Reason")
    rows = [(p.name, p.group.rpartition(".")[2], p.distribution, p.version, p.status, p.reason) for p in found]
    cli.emit("plugins.list", found, as_json=as_json, show=lambda: cli.table(columns, rows))


def check(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder of the distribution, with its pyproject.toml.")],
    quick: Annotated[bool, typer.Option("--quick", help="Run neither tests nor type checker nor build.")] = False,
    at_least: Annotated[
        str, typer.Option("--at-least", metavar="GRADE", help="Exit with 1 below this grade; for your own CI.")
    ] = "bronze",
    as_json: Json = False,
) -> None:
    """Measure how good a connector's distribution is: bronze, silver, gold or platinum.

    Each rule that is not met is shown with why it matters and how to mend it. An author declares a rule unnecessary in
    pyproject.toml: [tool.servicedesk.exempt] with a line such as rule-name = "the reason".
    """
    from servicedesk_core.grading import Grade  # noqa: PLC0415
    from servicedesk_core.grading import check as measure  # noqa: PLC0415

    cli: Cli = ctx.obj
    if at_least not in {grade.value for grade in Grade}:
        raise typer.BadParameter(f"There are: {', '.join(grade.value for grade in Grade)}.", param_hint="--at-least")
    if not quick:
        cli.say("Running its tests, type checker and build; --quick leaves them out.")
    found = measure(folder, run=not quick, running=lambda what: cli.say(f"  {what}"))
    cli.emit("plugins.check", found, as_json=as_json, show=lambda: _show(cli, found))
    grades = list(Grade)
    counted = found.within_reach if quick else found.grade
    if grades.index(counted) < grades.index(Grade(at_least)):
        raise typer.Exit(exit_codes.ERROR)


def _show(cli: Cli, found: "PluginGrade") -> None:
    grades = list(dict.fromkeys(one.grade for one in found.outcomes))
    beside = f", exempt from {', '.join(found.exempt)}" if found.exempt else ""
    pairs: list[tuple[str, object]] = [("Distribution", found.distribution), ("Grade", found.grade.value + beside)]
    if found.within_reach is not found.grade:
        pairs.append(("Within reach", f"{found.within_reach.value}, if what was not measured is met"))
    for grade in grades:
        outcomes = [one for one in found.outcomes if one.grade is grade]
        good = sum(one.state in {"met", "exempt", "not_applicable"} for one in outcomes)
        pairs.append((grade.value.capitalize(), f"{good} of {counted(len(outcomes), 'rule')}"))
    cli.facts(pairs)
    for one in found.outcomes:
        if one.state == "missing":
            cli.table((f"{one.grade.value}: {one.rule}", ""), _lines(one.what, one.found, one.why, one.mend))
        elif one.state in {"exempt", "not_measured"}:
            state = one.state.value.replace("_", " ")
            cli.out.print(plain(f"{one.grade.value}: {one.rule}: {state}: {' '.join(one.found)}"))


def _lines(what: str, found: tuple[str, ...], why: str, mend: str) -> list[tuple[str, str]]:
    shown = [("Missing", line) for line in found[:_MOST_FINDINGS]]
    if len(found) > _MOST_FINDINGS:
        shown.append(("", f"and {len(found) - _MOST_FINDINGS} more; --json shows all"))
    return [("Rule", what), *shown, ("Why", why), ("Mend", mend)]
