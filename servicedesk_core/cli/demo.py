"""``servicedesk demo``."""

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli.context import Cli
from servicedesk_core.cli.output import printable
from servicedesk_core.cli.progress import sync_progress
from servicedesk_core.cli.sync import READS_ONLY, show_outcomes
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from servicedesk_core.runtime import ServiceDesk, SyncOutcome
    from servicedesk_core.runtime.sandboxes import RunningSandbox

CONNECTOR = "autotask"
LIVES_ON_H = 6.0
HISTORY_REQUESTS = 40
"""A demo should not spend its time on ticket histories, which cost a request each; later syncs read on."""
STATE = "sandbox.db"
OWN_FILES = ("servicedesk.toml", "servicedesk.db", "desk.html", STATE)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    ctx: typer.Context,
    directory: Annotated[Path, typer.Option("--dir", help="Folder of the demo.")] = Path("servicedesk-demo"),
    tickets: Annotated[int, typer.Option("--tickets", min=1, help="Tickets on the made-up desk.")] = 2000,
    serve: Annotated[bool, typer.Option("--serve", help="Keep the sandbox running, so that sync works too.")] = False,
) -> None:
    """Sync a made-up desk on this machine.

    It comes from a stand-in of the vendor's system over real HTTP. Leaves a configuration and a store in the
    folder that every other command works on. A second demo in the same folder begins anew; with --serve it goes
    on with the desk that is there.
    """
    from servicedesk_core.runtime.sandboxes import ShiftedClock, running_sandbox  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.config_option = directory / OWN_FILES[0]
    state = directory / STATE
    resumes = serve and state.exists() and cli.config.exists()
    arguments = ["--state", str(state), "--tickets", str(tickets)]
    if resumes:
        arguments += ["--port", str(_port(cli.config))]
    else:
        _clear(directory)
        arguments += ["--now", f"{ShiftedClock(timedelta(hours=LIVES_ON_H)).now():%Y-%m-%dT%H:%M:%S}"]
    cli.say("Starting the sandbox: a made-up service desk behind the vendor's own API ...")
    with running_sandbox(CONNECTOR, arguments) as sandbox:
        cli.say(f"Sandbox at {sandbox.url}")
        if not resumes:
            _perform(cli, directory, sandbox)
        if serve:
            _keep(cli, directory, sandbox)
    _say_next(cli, serve=serve)


def _perform(cli: Cli, directory: Path, sandbox: "RunningSandbox") -> None:
    from servicedesk_core.runtime.sandboxes import ShiftedClock  # noqa: PLC0415

    _configure(cli, sandbox)
    cli.say(f"\n1. The first sync. {READS_ONLY}")
    # The made-up desk begins some hours ago, so that it can live on until now; the first sync is at that time too.
    show_outcomes(cli, _sync(cli, clock=ShiftedClock(timedelta(hours=LIVES_ON_H))))
    happened = sandbox.advance(LIVES_ON_H)
    cli.say(
        f"2. The desk lived on for {LIVES_ON_H:.0f} hours ({_in_words(happened)}); a second sync brings what changed:"
    )
    show_outcomes(cli, _sync(cli))
    cli.say("3. The desk:")
    _report(cli, directory)


def _report(cli: Cli, directory: Path) -> None:
    from servicedesk_core.reports import desk_html, desk_text  # noqa: PLC0415
    from servicedesk_core.runtime.files import replace_file  # noqa: PLC0415

    report = cli.with_desk(lambda desk: desk.report_desk())
    cli.out.print(printable(desk_text.render(report)), soft_wrap=True)
    replace_file(directory / "desk.html", desk_html.render(report).encode())


def _configure(cli: Cli, sandbox: "RunningSandbox") -> None:
    """Write the configuration as ``init`` would: with meanings proposed from the sandbox's own lists."""
    from servicedesk_core.config.writing import write_settings  # noqa: PLC0415
    from servicedesk_core.runtime import setup  # noqa: PLC0415
    from servicedesk_core.runtime.discovery import discover  # noqa: PLC0415

    desk = {"name": "Demo desk", "timezone": setup.local_timezone(), "store": "sqlite:///servicedesk.db"}
    options: dict[str, Any] = {
        "connector": CONNECTOR,
        "environment": "sandbox",
        "history_requests": HISTORY_REQUESTS,
        "zone_url": sandbox.url,
        **sandbox.credentials,
    }
    words = cli.run(
        lambda: discover(desk, "psa", options, redactor=cli.redactor, directory=cli.config.absolute().parent)
    )
    comment = "The sandbox on this machine. Its credentials are made up; those of a real system never stand in a file."
    text = setup.render_settings(desk=desk, name="psa", connection=options, words=words, comment=comment)
    write_settings(cli.config, text)


def _sync(cli: Cli, **options: Any) -> "tuple[SyncOutcome, ...]":
    async def work(desk: "ServiceDesk") -> "tuple[SyncOutcome, ...]":
        with sync_progress(cli) as progress:
            return await desk.sync_all(progress=progress)

    outcomes = cli.with_desk(work, **options)
    if any(outcome.exit_code for outcome in outcomes):
        show_outcomes(cli, outcomes)
        raise typer.Exit(max(outcome.exit_code for outcome in outcomes))
    return outcomes


def _keep(cli: Cli, directory: Path, sandbox: "RunningSandbox") -> None:
    cli.say(f"\nThe sandbox stays at {sandbox.url} until Ctrl-C. In another terminal:")
    cli.say(f"  servicedesk --config {cli.config} sync")
    cli.say(f"  curl -X POST {sandbox.url}/sandbox/advance -d '{{\"hours\": 4}}'")
    try:
        while sandbox.process.poll() is None:
            time.sleep(0.5)
    except KeyboardInterrupt:
        cli.say(f"\nThe sandbox is stopped; its desk is kept in {directory / STATE}.")


def _say_next(cli: Cli, *, serve: bool) -> None:
    flag = f"--config {cli.config}"
    cli.say(
        f"\nWritten: {cli.config}, the store beside it, and {cli.config.parent / 'desk.html'} (open it in a browser)."
    )
    cli.say("Try next:")
    for words in ("status", "tickets list --watch unassigned", "report desk --json", "export tickets -o tickets.csv"):
        cli.say(f"  servicedesk {flag} {words}")
    if not serve:
        cli.say(f"The sandbox is stopped now; to sync again: servicedesk demo --dir {cli.config.parent} --serve")


def _clear(directory: Path) -> None:
    """Begin anew in our own folder; a folder that is not ours stays as it is."""
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / STATE).exists() and any((directory / name).exists() for name in OWN_FILES):
        raise SettingsError(
            f"{directory} holds something that is not a demo.", hint="Choose another folder with --dir."
        )
    for name in OWN_FILES:
        for path in (directory / name, *directory.glob(f"{name}-*")):
            path.unlink(missing_ok=True)


def _port(config: Path) -> int:
    import tomllib  # noqa: PLC0415

    settings = tomllib.loads(config.read_text(encoding="utf-8"))
    return int(str(settings["connections"]["psa"]["zone_url"]).rpartition(":")[2].partition("/")[0])


def _in_words(happened: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in happened.items())
