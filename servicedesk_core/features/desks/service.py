"""The service page: what is wrong first, then what was promised, what is kept up, and by whom."""

from servicedesk_core.faces import (
    Figure,
    Figures,
    Looking,
    Manner,
    Namespace,
    Opens,
    Sentence,
    Table,
    Told,
    Verdict,
    dashboard,
)
from servicedesk_core.features.attention import AttentionQueries, Reason
from servicedesk_core.features.desks.rules import verdict
from servicedesk_core.features.desks.tables import Day
from servicedesk_core.features.kpi import KpiLists


def _verdict(looking: Looking) -> Told:
    day = looking.once(Day)
    missed = sum(one.verdict is Verdict.MISSED for one in day.figures)
    emergencies = day.passed.reasons[Reason.EMERGENCY]
    counts = (
        (missed, f"of {len(day.figures)} goals missed", None),
        (emergencies, "emergencies that nobody has touched", Opens.of(AttentionQueries.list, reason=Reason.EMERGENCY)),
    )
    return verdict(counts, day.read_at, day.at, is_stale=day.is_stale)


def _records(figure: Figure, _: Looking) -> Opens:
    return Opens.of(KpiLists.records, name=figure.name)


class ServicePage(Namespace[Manner]):
    """The service page."""

    service = dashboard(
        "desks.service",
        "Service",
        (
            Sentence("Now", _verdict),
            Table(
                "Needs somebody",
                AttentionQueries.list,
                {"limit": 12},
                lambda looking: looking.once(Day).passed.attention.listed(looking.tx).tickets,
            ),
            Figures(
                "Kept up",
                lambda looking: looking.once(Day).figures,
                records=_records,
                courses=lambda looking: looking.once(Day).courses,
            ),
        ),
        about="Show what needs somebody first, then how promises stand, what is kept up, and who is there.",
    )
