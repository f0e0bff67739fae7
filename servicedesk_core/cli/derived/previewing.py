"""Acts that show first what they would do, and do it when somebody agreed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from servicedesk_core.cli.derived import showing
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.faces import Previewed
from servicedesk_core.faces.reference import named

if TYPE_CHECKING:
    from servicedesk_core.desk.stored import StoredDesk


def run(
    cli: Cli,
    act: Previewed[..., Any],
    arguments: Callable[[], tuple[list[Any], dict[str, Any]]],
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Run the command of an act that is previewed.

    Args:
        cli: The run.
        act: The act.
        arguments: Returns what it is called with, by place and by name, once the desk is open.
        yes: Whether the question is answered already.
        as_json: Whether the result is printed as a document; then nobody who has answered is shown anything before.
    """

    async def work(desk: "StoredDesk") -> Any:
        places, given = arguments()
        going = await act.foreseen(desk, *places, **given)
        if going is not None and not (as_json and yes):
            named(act.shows)(cli.aside(), going)
        if act.asks is not None and (question := act.asks(going, *places, **given)):
            cli.confirm(question, yes=yes)
        return await desk.call(act, *places, **given, shown=going)

    found = cli.with_desk(work)
    showing.emit(cli, act, found, as_json=as_json)
    if told := act.tells(found):
        cli.warn(told)
    if act.fails is not None and (code := int(act.fails(found))):
        raise typer.Exit(code)
