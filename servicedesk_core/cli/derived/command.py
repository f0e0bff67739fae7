"""From a declaration to a command: its options, what it is asked, what it prints."""

import inspect
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from servicedesk_core.cli.derived import previewing, proposing, showing
from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.faces import Action, Offer, Previewed, Proposal, Query
from servicedesk_core.faces.column import chosen_columns
from servicedesk_core.faces.parameter import Parameter
from servicedesk_core.faces.written import arguments_of, choices_of, is_duration

if TYPE_CHECKING:
    from servicedesk_core.desk.stored import StoredDesk

_NATIVE: Final = (int, Path, bool)
"""What typer reads for us; everything else is read with the desk's time zone and our own words."""

_METAVARS: Final[dict[Any, str]] = {datetime: "<instant>", date: "<day>", timedelta: "<span>", Decimal: "<number>"}

_MOST_SHOWN: Final = 8
"""Words that the help shows one by one; more of them an error names."""

Csv = Annotated[bool, typer.Option("--csv", help="Print CSV with the names of the fields above, and nothing else.")]
Values = Annotated[bool, typer.Option("--csv", help="Print CSV with a row for each value, and nothing else.")]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page for a browser.")
]
Pdf = Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write it as PDF, with the extra pdf.")]
Send = Annotated[bool, typer.Option("--yes", "-y", help="Send it at once; else it waits for an approval.")]
Columns = Annotated[
    str | None, typer.Option("--columns", metavar="NAMES", help="Only these columns, by the names of --json.")
]


def command_of(offer: Offer[..., Any]) -> Callable[..., None]:
    """Return the function of a command, with the signature that typer reads."""
    own = {parameter.name for parameter in offer.parameters}

    def run(ctx: typer.Context, **given: Any) -> None:
        cli: Cli = ctx.obj
        as_json, as_csv, columns, yes, html, pdf = (
            None if name in own else given.pop(name, None)
            for name in ("as_json", "as_csv", "columns", "yes", "html", "pdf")
        )
        if as_json and as_csv:
            raise typer.BadParameter("It is either --json or --csv.", ctx=ctx)
        chosen = chosen_columns(offer.row, columns or "")

        def arguments() -> tuple[list[Any], dict[str, Any]]:
            return arguments_of(offer, given, cli.zone)  # the zone is known once the desk is open

        async def called(desk: "StoredDesk") -> Any:
            places, named = arguments()
            if isinstance(offer, Action) and offer.asks is not None:
                cli.confirm(offer.asks(*places, **named), yes=bool(yes))
            return await desk.call(offer, *places, **named)

        if isinstance(offer, Proposal):
            proposing.run(cli, offer, arguments, send=bool(yes), as_json=bool(as_json))
            return
        if isinstance(offer, Previewed):
            previewing.run(cli, offer, arguments, yes=bool(yes), as_json=bool(as_json))
            return
        found = cli.with_desk(called) if isinstance(offer, Action) else cli.with_store(called)
        if html is not None:
            showing.as_page(cli, offer, found, html)
        if pdf is not None:
            showing.as_pdf(cli, found, pdf)
        if as_csv:
            showing.as_csv(cli, offer, found, chosen)
        elif as_json or html is pdf is None:
            showing.emit(cli, offer, found, as_json=bool(as_json), chosen=chosen)
        if offer.fails is not None and (code := int(offer.fails(found))):
            raise typer.Exit(code)

    run.__doc__ = inspect.getdoc(offer.declared)
    for section in ("\n\nArgs:", "\n\nRaises:", "\n\nReturns:"):
        run.__doc__ = (run.__doc__ or "").partition(section)[0]
    ctx = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    run.__signature__ = inspect.Signature([ctx, *_options(offer)])  # type: ignore[attr-defined]
    run.__annotations__ = {}
    return run


def _options(offer: Offer[..., Any]) -> Iterator[inspect.Parameter]:
    for parameter in offer.parameters:
        default = inspect.Parameter.empty if parameter.required else _default(parameter)
        yield _option(parameter.name, _annotation(parameter), default)
    if isinstance(offer, Proposal):
        yield _option("yes", Send, default=False)
    elif isinstance(offer, Action) and offer.asks:
        yield _option("yes", Yes, default=False)
    if offer.row is not None:
        yield _option("columns", Columns, default=None)
        yield _option("as_csv", Csv, default=False)
    if isinstance(offer, Query) and offer.blocks:
        yield _option("as_csv", Values, default=False)
        yield _option("pdf", Pdf, default=None)
    if offer.html:
        yield _option("html", Html, default=None)
    yield _option("as_json", Json, default=False)


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _default(parameter: Parameter) -> Any:
    """Return what typer shows and gives: nothing where our own words are read, unless it is one of them."""
    if parameter.many or parameter.type is timedelta:
        return None
    return parameter.default or (False if parameter.type is bool else None)


def _annotation(parameter: Parameter) -> Any:
    said, kind = parameter.help, parameter.type
    read = float if is_duration(parameter) else kind if kind in _NATIVE else str
    least, most = said.between or (None, None)
    choices = choices_of(parameter)
    metavar = said.metavar or (
        f"<{'|'.join(choices)}>"
        if 0 < len(choices) <= _MOST_SHOWN
        else "<hours>"
        if read is float
        else _METAVARS.get(kind, "<str>" if read is str else None)
    )
    typed = list[read] if parameter.many else read  # type: ignore[valid-type]
    if not parameter.required and kind is not bool:
        typed = typed | None
    if parameter.positional:
        called = said.name or None
        return Annotated[typed, typer.Argument(help=said.text, min=least, max=most, metavar=called)]
    option = typer.Option(f"--{parameter.spelled}", help=said.text, min=least, max=most, metavar=metavar)
    return Annotated[typed, option]
