"""Every error code and every exit code."""

import textwrap
from collections.abc import Iterator
from functools import cache

from servicedesk_core import errors
from servicedesk_core.cli.docs.docstring import split, table
from servicedesk_core.cli.shell import exit_codes


def classes(root: type[errors.ServiceDeskError] = errors.ServiceDeskError) -> Iterator[type[errors.ServiceDeskError]]:
    """Yield the errors as the tree shows them, an upper one first."""
    yield root
    for lower in root.__subclasses__():
        if vars(errors).get(lower.__name__) is lower:
            yield from classes(lower)


@cache
def page() -> str:
    """Return the page."""
    exits = table(("exit code", "meaning"), [(f"`{code}`", text) for code, text in exit_codes.MEANINGS.items()])
    rows = [
        (f"`{error.code}`", str(error.exit_code), f"`{error.__name__}`", split(error)[0].partition("\n\n")[0])
        for error in classes()
    ]
    rows.append(("`refused`", str(exit_codes.REFUSED), "", "A question was answered with no, or could not be asked."))
    return (
        "# Errors and exit codes\n\n"
        "An error says what is wrong, what to do, and its code. Codes and exit codes are stable: scripts may rely on "
        "them. No message holds a secret or the text of a record.\n\n"
        f"## Exit codes\n\n{exits}\n## Error codes\n\n"
        + table(("code", "exit code", "class", "meaning"), rows)
        + "\n## Classes\n\nAll are in `servicedesk_core.errors`; catch the group that you can act on.\n\n```text\n"
        + textwrap.dedent(errors.__doc__ or "").partition("\n\n")[2].partition("\n\nEach class")[0]
        + "\n```\n"
    )
