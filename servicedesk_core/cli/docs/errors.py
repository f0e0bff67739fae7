"""Every error code and every exit code."""

import textwrap
from collections.abc import Iterator
from functools import cache

from servicedesk_core import errors
from servicedesk_core.cli.docs.docstring import split, table
from servicedesk_core.cli.shell import exit_codes

EXAMPLE = """```json
{
  "schema": "servicedesk.error/1",
  "error": {
    "code": "not_found_locally",
    "message": "There is no write 12.",
    "hint": "`servicedesk writes list --all` shows them."
  }
}
```
"""


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
    rows += [
        ("`refused`", str(exit_codes.REFUSED), "", "A question was answered with no, or could not be asked."),
        ("`usage`", str(exit_codes.USAGE), "", "The command line was not understood."),
        ("`stopped`", f"{exit_codes.INTERRUPTED}, {exit_codes.TERMINATED}", "", "A signal ended it, at a clean point."),
        ("`internal`", str(exit_codes.ERROR), "", "This should not have happened."),
    ]
    return (
        "# Errors and exit codes\n\n"
        "An error says what is wrong, what to do, and its code. Codes and exit codes are stable: scripts may rely on "
        "them. No message holds a secret or the text of a record. With `--json` it is the document on standard output "
        "too, in place of the one that did not come:\n\n"
        f"{EXAMPLE}\n"
        f"## Exit codes\n\n{exits}\n## Error codes\n\n"
        + table(("code", "exit code", "class", "meaning"), rows)
        + "\n## Classes\n\nAll are in `servicedesk_core.errors`; catch the group that you can act on.\n\n```text\n"
        + textwrap.dedent(errors.__doc__ or "").partition("\n\n")[2].partition("\n\nEach class")[0]
        + "\n```\n"
    )
