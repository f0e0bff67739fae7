"""What the exit codes mean; scripts and schedulers rely on them."""

OK = 0
ERROR = 1
USAGE = 2
SYNC_INCOMPLETE = 3
AUTHENTICATION = 4
VENDOR = 5
STORE = 6
BUSY = 7
REFUSED = 8
INTERRUPTED = 130
TERMINATED = 143

MEANINGS: dict[int, str] = {
    OK: "everything was done",
    ERROR: "something went wrong that has no code of its own",
    USAGE: "wrong usage or configuration: correct it before trying again",
    SYNC_INCOMPLETE: "a sync ended incomplete; the next one goes on where it stopped",
    AUTHENTICATION: "the vendor rejected the credentials, or they lack a right",
    VENDOR: "the vendor cannot be reached or cannot serve now: try again later",
    STORE: "the store cannot be used",
    BUSY: "another process is at it: try again later",
    REFUSED: "refused for safety; the message says how to allow it",
    INTERRUPTED: "stopped by Ctrl-C, at a clean point",
    TERMINATED: "stopped by SIGTERM, or by Ctrl-Break on Windows, at a clean point",
}
"""Exit code to meaning; every code that the program returns is here."""


def epilog() -> str:
    """Return the table for the help page."""
    return "\b\nExit codes:\n" + "\n".join(f"  {code:>3}  {meaning}" for code, meaning in MEANINGS.items())
