"""How tickets went, in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.flow.model import Flow, Spread


def flow(terminal: Terminal, found: Flow) -> None:
    """Print how tickets went."""
    rate = "" if found.reopen_rate is None else f" ({found.reopen_rate:.2%})"
    terminal.facts(
        (
            ("Tickets", f"{found.tickets:,}"),
            ("Steps", f"{found.events:,} of {found.steps:,} kinds, {found.repetitions:,} of them repeated"),
            ("People and teams", f"{found.people:,} and {found.teams:,}"),
            ("Reopened", f"{found.reopened:,}{rate}"),
            ("Never resolved", f"{found.unresolved:,}"),
            ("Waited", f"{found.waiting:,} tickets, {found.wait_h:,.2f} h"),
            ("Between teams", f"{found.team_hand_overs:,} hand-overs of {found.handed_between_teams:,} tickets"),
            ("Between people", f"{found.person_hand_overs:,} hand-overs of {found.handed_between_people:,} tickets"),
            ("Back and forth", f"{found.ping_pong:,} tickets"),
        )
    )
    terminal.line()
    named = (
        ("taken", found.take), ("first resolved", found.first_resolve), ("last resolved", found.resolve),
        ("last step", found.cycle),
    )  # fmt: skip
    terminal.table(
        ("Hours until", "Tickets", "Mean", "Median", "p90", "p95", "Least", "Most"),
        [(name, f"{one.count:,}", *_said(one)) for name, one in named],
    )


def _said(one: Spread) -> tuple[str, ...]:
    numbers = (one.mean, one.median, one.p90, one.p95, one.min, one.max)
    return tuple("" if number is None else f"{number:,.2f}" for number in numbers)
