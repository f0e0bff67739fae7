"""Acts that propose: shown first, and sent only when somebody said so."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import typer

from servicedesk_core.cli.derived import showing
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.faces import Proposal

if TYPE_CHECKING:
    from servicedesk_core.desk.stored import StoredDesk


def run(
    cli: Cli,
    act: Proposal[..., Any],
    arguments: Callable[[], tuple[list[Any], dict[str, Any]]],
    *,
    send: bool,
    as_json: bool,
) -> None:
    """Run the command of an act that proposes.

    Args:
        cli: The run.
        act: The act.
        arguments: Returns what it is called with, by place and by name, once the desk is open.
        send: Whether it is sent at once.
        as_json: Whether the result is printed as a document.
    """

    async def work(desk: "StoredDesk") -> tuple[Any, str]:
        places, named = arguments()
        if send:
            named["request_id"] = named["request_id"] or uuid4().hex  # the second call sends what the first one made
        found = await desk.call(act, *places, **named)
        if not as_json:
            showing.show(cli, act, found)
        if send and (warning := act.warns(desk, found)):
            cli.say(warning)
            found = await desk.call(act, *places, **named, send=True)
        return found, act.tells(desk, found)

    found, told = cli.with_desk(work)
    if as_json:
        showing.emit(cli, act, found, as_json=True)
    cli.say(told)
    if send and act.fails is not None and (code := int(act.fails(found))):
        raise typer.Exit(code)
