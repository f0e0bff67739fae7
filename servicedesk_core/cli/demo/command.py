"""``servicedesk demo``."""

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.demo import books, parts, setup, watching
from servicedesk_core.cli.demo.claims import STEPS_H, Made, claim, look_up
from servicedesk_core.cli.demo.setup import (
    LEDGER,
    LEDGER_NAME,
    MAKERS,
    OTHERS,
    OWN_FILES,
    PSA,
    STATE,
    STOCK,
    STOCK_NAME,
)
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.listening import CONSOLE, ensure_installed
from servicedesk_core.cli.shell.progress import sync_progress
from servicedesk_core.cli.sync import READS_ONLY, fail_like, show_outcomes
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.desk import PastOutcome, ServiceDesk, SyncOutcome
    from servicedesk_core.machine.sandboxes import RunningSandbox, Stage

LIVES_ON_H = 6.0
PAST = timedelta(days=30)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    ctx: typer.Context,
    directory: Annotated[Path, typer.Option("--dir", help="Folder of the demo.")] = Path("servicedesk-demo"),
    tickets: Annotated[int, typer.Option("--tickets", min=1, help="Tickets on the made-up desk.")] = 2000,
    serve: Annotated[bool, typer.Option("--serve", help="Keep the sandboxes running, so that sync works too.")] = False,
    console: Annotated[bool, typer.Option("--console", help="The same, and open the desk in a browser.")] = False,
) -> None:
    """Sync a made-up desk on this machine, claim a warranty, take a part onto a ticket, and bill a month.

    Everything comes from stand-ins of the vendors' systems over real HTTP. Leaves a configuration and a store in the
    folder that every other command works on. A second demo in the same folder begins anew; with --serve, or --console,
    it goes on with the desk that is there.
    """
    if console:
        ensure_installed(*CONSOLE)
    stays = serve or console
    from servicedesk_core.machine.sandboxes import (  # noqa: PLC0415
        ShiftedClock,
        Stage,
        installed_sandboxes,
        running_sandboxes,
    )

    cli: Cli = ctx.obj
    cli.config_option = directory / OWN_FILES[0]
    resumes = stays and (directory / STATE).exists() and cli.config.exists()
    installed = installed_sandboxes()
    known = setup.ports(cli.config) if resumes else {}
    names = (PSA, *(name for name in OTHERS if name in installed and (name in known or not resumes)))
    behind = timedelta(hours=LIVES_ON_H + watching.LASTS_H + (sum(STEPS_H) if MAKERS.keys() & set(names) else 0))
    clock = ShiftedClock(timedelta() if resumes else behind)
    wanted = setup.arguments(directory, tickets, names)
    if not resumes:
        setup.clear(directory)
    begin = f"{clock.now():%Y-%m-%dT%H:%M:%S}"
    for name in wanted:
        wanted[name] += ["--port", str(known[name])] if resumes else ["--now", begin]
    cli.say(f"Starting stand-ins of {_and([PSA.title(), *(OTHERS[name] for name in names[1:])])} on this machine ...")
    with running_sandboxes(wanted, meanwhile=_prepare) as sandboxes:
        cli.say("   " + ", ".join(f"{name} at {sandbox.url}" for name, sandbox in sandboxes.items()))
        made = None if resumes else _perform(cli, directory, Stage(sandboxes, clock))
        if console:
            _show(cli)
        elif serve:
            _keep(cli, directory, sandboxes)
    _say_next(cli, made, serve=stays, with_parts=STOCK in names)


def _prepare() -> None:
    """Import now what is needed soon: the sandboxes take a second or two to start."""
    from servicedesk_core.machine import discovery, setup  # noqa: F401, PLC0415


def _perform(cli: Cli, directory: Path, stage: "Stage") -> Made | None:
    setup.configure(cli, stage.sandboxes)
    makers = [name for name in MAKERS if name in stage.sandboxes]
    cli.say(f"\n1. The first {READS_ONLY}")
    # The made-up desk begins some hours ago, so that it can live on until now; the first sync is at that time too.
    show_outcomes(cli, _sync(cli, stage))
    cli.say(f"2. The past of tickets that are open, or changed in the last {PAST.days} days:")
    cli.say(f"   {_past(cli, stage)}")
    cli.say("\n3. What is promised to clients, as the agreements of the PSA tell it, applied:")
    cli.say(f"   {_promise(cli, stage)}\n")
    happened = stage.pass_time(LIVES_ON_H)[PSA]
    cli.say(
        f"4. The desk lived on for {LIVES_ON_H:.0f} hours ({in_words(happened)}); a second sync brings what changed:"
    )
    show_outcomes(cli, _sync(cli, stage))
    made = _claim(cli, stage, makers) if makers else None
    if missing := [name for name in MAKERS if name not in makers]:
        whose = _and([MAKERS[name] for name in missing])
        what = f"{whose} would be asked too with" if makers else "Warranty and claims are left out; they need"
        cli.say(f"   {what} pip install {' '.join(f'servicedesk-{name}' for name in missing)}")
    step = 7 if makers else 5
    if STOCK in stage.sandboxes:
        cli.say(f"\n{step}. A part for {'the same device' if made else 'a ticket'}: who has a {parts.WORDS}?")
        step += 1
        _part(cli, stage, made)
    else:
        cli.say(f"   Parts are left out; they need pip install servicedesk-{STOCK}")
    cli.say(f"\n{step}. Where the money of the month stands:")
    cli.with_desk(lambda desk: books.money(cli, desk), clock=stage.clock)
    step += 1
    if LEDGER in stage.sandboxes:
        cli.say(f"\n{step}. An invoice goes into the books:")
        step += 1
        _sync(cli, stage, LEDGER_NAME)
        cli.with_desk(lambda desk: books.invoice(cli, desk), clock=stage.clock)
    else:
        cli.say(f"   Invoices are left out; they need pip install servicedesk-{LEDGER}")
    cli.say(f"\n{step}. Who is told, what is an alert, what the desk may do alone, and who takes what nobody has:")
    step += 1
    cli.with_desk(lambda desk: watching.watch(cli, desk, stage), clock=stage.clock)
    cli.say(f"\n{step}. The desk:")
    _report(cli, directory)
    return made


def _past(cli: Cli, stage: "Stage") -> str:
    async def work(desk: "ServiceDesk") -> "tuple[PastOutcome, ...]":
        with sync_progress(cli) as progress:
            return await desk.read_past(PAST, ("psa",), progress=progress)

    outcomes = cli.with_desk(work, clock=stage.clock)
    fail_like(outcomes)
    (read,) = (outcome.report for outcome in outcomes if outcome.report is not None)
    return (
        f"{counted(read.events, 'event')} of {counted(read.tickets, 'ticket')}, in {counted(read.requests, 'request')}."
    )


def _promise(cli: Cli, stage: "Stage") -> str:
    from servicedesk_core.machine.starting import start_service  # noqa: PLC0415

    async def work(desk: "ServiceDesk") -> str:
        folder, names = await start_service(desk)
        await desk.definitions.apply(reason="What the made-up desk has promised.")
        return f"{cli.config.parent / folder.name}: {', '.join(names)}"

    return cli.with_desk(work, clock=stage.clock)


def _claim(cli: Cli, stage: "Stage", makers: list[str]) -> Made | None:
    async def work(desk: "ServiceDesk") -> Made | None:
        cli.say(f"\n5. Which devices are covered? Asking {_and([MAKERS[name] for name in makers])}, in batches:")
        await look_up(cli, desk)
        cli.say("\n6. A claim, from the ticket to the return of the broken part:")
        return await claim(cli, desk, stage)

    made = cli.with_desk(work, clock=stage.clock)
    if made is not None:
        outcomes = _sync(cli, stage)
        new = sum(s.new + s.changed for o in outcomes if o.report for s in o.report.streams)
        cli.say(f"   A last sync brings what happened on the desk meanwhile: {counted(new, 'record')} new or changed.")
    return made


def _part(cli: Cli, stage: "Stage", made: Made | None) -> None:
    _sync(cli, stage, STOCK_NAME)
    cli.with_desk(lambda desk: parts.take(cli, desk, made.ticket if made else None), clock=stage.clock)


def _report(cli: Cli, directory: Path) -> None:
    from servicedesk_core.features.report import html, text  # noqa: PLC0415
    from servicedesk_core.files import replace_file  # noqa: PLC0415

    report = cli.with_desk(lambda desk: desk.report.desk_page())
    cli.out.print(text(report), soft_wrap=True)
    replace_file(directory / "desk.html", html(report).encode())


def _sync(cli: Cli, stage: "Stage", name: str = "psa") -> "tuple[SyncOutcome, ...]":
    async def work(desk: "ServiceDesk") -> "tuple[SyncOutcome, ...]":
        with sync_progress(cli) as progress:
            return await desk.sync_all((name,), progress=progress)

    outcomes = cli.with_desk(work, clock=stage.clock)
    if any(outcome.exit_code for outcome in outcomes):
        show_outcomes(cli, outcomes)
        raise typer.Exit(max(outcome.exit_code for outcome in outcomes))
    return outcomes


def _keep(cli: Cli, directory: Path, sandboxes: "dict[str, RunningSandbox]") -> None:
    cli.say(f"\nThe sandbox stays at {sandboxes[PSA].url} until Ctrl-C. In another terminal:")
    cli.say(f"  servicedesk --config {cli.config} sync psa")
    for sandbox in sandboxes.values():
        cli.say(f"  curl -X POST {sandbox.url}/sandbox/advance -d '{{\"hours\": 4}}'")
    try:
        while all(sandbox.process.poll() is None for sandbox in sandboxes.values()):
            time.sleep(0.5)
    except KeyboardInterrupt:
        cli.say(f"\nThe sandbox is stopped; its desk is kept in {directory / STATE}.")


def _show(cli: Cli) -> None:
    import webbrowser  # noqa: PLC0415  # only who asked for it waits for it

    from servicedesk_core.web.console.serving import serve  # noqa: PLC0415

    async def work(desk: "ServiceDesk") -> None:
        section = desk.settings.console.model_copy(update={"listen": "127.0.0.1:0"})
        await serve(desk, section, tell=cli.say, opens=webbrowser.open, technician=await _with_a_day(desk))

    cli.say("\nThe desk in a browser, until Ctrl-C:")
    cli.serves = True
    cli.with_desk(work)


async def _with_a_day(desk: "ServiceDesk") -> str:
    """Return the technician whose appointment is next and who can begin something: their day shows most."""
    found = next((one.has.given for one in await desk.desks.team(sort="next_at") if one.ready), {})
    return ":".join(found[name][0] for name in ("connection", "technician") if name in found)


def _say_next(cli: Cli, made: Made | None, *, serve: bool, with_parts: bool) -> None:
    flag = f"--config {cli.config}"
    cli.say(
        f"\nWritten: {cli.config}, the store beside it, and {cli.config.parent / 'desk.html'} (open it in a browser)."
    )
    cli.say("Try next:")
    lines = [
        "status", "report morning", "sla at-risk", "kpi list", "tickets list --watch unassigned",
        "export tickets -o tickets.csv",
    ]  # fmt: skip
    if made is not None:
        lines[5:5] = [f"tickets show {made.ticket}", f"claims show {made.claim_id}", "claims propose"]
        lines.append("warranty expiring --within 90d")
    if with_parts:
        lines.append("parts report")
    lines += ["billing stages", "leakage list", "desks escalation", "standing list", "assign stats"]
    for words in lines:
        cli.say(f"  servicedesk {flag} {words}")
    if not serve:
        cli.say(f"The sandboxes are stopped now; to sync again: servicedesk demo --dir {cli.config.parent} --serve")


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def in_words(happened: dict[str, int]) -> str:
    """Say what happened on the made-up desk."""
    one = {"notes": "note", "time_entries": "time entry"}
    told = [counted(count, one.get(kind, kind), kind.replace("_", " ")) for kind, count in happened.items() if count]
    return ", ".join(told) or "nothing happened"
