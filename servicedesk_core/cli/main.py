"""The ``servicedesk`` command: quick for the version, else the whole program with one place that reports errors."""

import sys
from collections.abc import Sequence

_HAND_OVER_S = 0.001


def run() -> None:
    """Run the command of this process and exit with its code.

    Ctrl-C ends it with a word and no traceback, also while it still imports what it needs: hence nothing is imported
    before.
    """
    try:
        from servicedesk_core.system import have_streams, outlive_readers, speak_utf8  # noqa: PLC0415

        have_streams()
        speak_utf8()
        outlive_readers()
        tune_interpreter()
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        code = 130
    leave_to_the_system()
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Run one command.

    Args:
        argv: The arguments, without the program's name.

    Returns:
        The exit code.
    """
    if list(argv) in (["--version"], ["-V"]):
        from servicedesk_core import __version__  # noqa: PLC0415  # nothing more is imported for the version

        sys.stdout.write(f"servicedesk {__version__}\n")
        return 0
    from servicedesk_core.cli.app import execute  # noqa: PLC0415

    return execute(argv)


def tune_interpreter() -> None:
    """Suit the interpreter to a process that stores records by the hundred while requests are under way.

    Threads hand over after a millisecond instead of five: the loop that sends the next request waits less for the
    thread that stores the last answer. What a command imports stays until its end, and most commands end soon after:
    the collector first comes when more was made than any command imports, and looks seldom from then on.

    Only for a process that is ours; a program that embeds the SDK decides for itself.
    """
    from servicedesk_core.garbage import look_late_then_seldom  # noqa: PLC0415

    sys.setswitchinterval(_HAND_OVER_S)
    look_late_then_seldom()


def leave_to_the_system() -> None:
    """Keep the collector from walking everything once more at the end: the system takes it back anyway.

    That walk is a fifth of a command that lists something. What is to happen at the exit still does.
    """
    import gc  # noqa: PLC0415

    gc.freeze()
