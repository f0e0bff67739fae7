"""Pages of blocks: what they show of whom, and where their numbers lead."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest

from servicedesk_core import Page, ServiceDesk
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import (
    Capability,
    Column,
    Counted,
    Counts,
    Figures,
    Goal,
    Help,
    Kpi,
    Measure,
    Namespace,
    Opens,
    Piece,
    Point,
    Sentence,
    Series,
    Table,
    Told,
    Verdict,
    dashboard,
    query,
)
from servicedesk_core.faces.boards import html
from servicedesk_core.faces.kpi import figure
from servicedesk_core.faces.opens import command_line
from servicedesk_core.faces.spans import span_of
from servicedesk_core.features.sla.queries import Clocks
from servicedesk_core.people import Actor, Way


@dataclass(frozen=True)
class SiteFilter:
    company: Annotated[tuple[str, ...], Help("Only of these clients.", none=True)] = ()
    colour: Annotated[str | None, Help("Only of this colour.")] = None


@dataclass(frozen=True)
class Site:
    name: Annotated[str, Column("Its name.", leads="sites.show")]


def measured_sites(_):
    kpi = Kpi("sites", "Sites", "Counted.", lambda tx, at, among, scope: Measure(3, 3))
    return [figure(kpi, Measure(3, 3), Goal.of(">= 4"))]


class Sites(Namespace[Any]):
    @query("sites.list", about="Sites.", empty="No site.")
    def listed(
        self,
        tx: object,
        *,
        company: Annotated[tuple[str, ...], Help("Only of these clients.", none=True)] = (),
        within: Annotated[timedelta | None, Help("Seen within so long.")] = None,
        everything: Annotated[bool, Help("All.", name="all")] = False,
        limit: Annotated[int, Help("At most so many.")] = 10,
        scope: Any = None,
    ) -> Page[Site]:
        """List sites."""
        return Page(tuple(Site(name) for name in (company or ("Harbor", "Mill"))[:limit]))

    board = dashboard(
        "sites.board",
        "Sites",
        (
            Sentence(
                "Now", lambda looking: Told([Piece("2 sites", Opens.of(Sites.listed)), Piece(" are open.")], False)
            ),
            Figures(
                "Figures",
                [Kpi("sites", "Sites", "Counted.", lambda tx, at, among, scope: Measure(len(among.company), 1))],
                records=lambda kpi, looking: Opens.of(Sites.listed, company=looking.chosen.company),
                courses=lambda _: {"sites": (1.0, None, 2.0), "unknown": (1.0,)},
            ),
            Counts("Counts", lambda _: [Counted("Late", 2, Opens.of(Sites.listed, everything=True), "Harbor")]),
            Table("All", listed, {"limit": 1}),
            Table("Mint", listed, {"company": ("Mint",)}),
            Series("Course", lambda _: [Point("1", 1.0), Point("2", None)], is_course=True, goal=lambda _: 2.0),
            Series("Money", lambda _: [Point("1", 1.0)], needs=Capability.MONEY),
            Figures("Measured", measured_sites, needs=Capability.MONEY),
        ),
        about="Show sites.",
        filters=SiteFilter,
    )


PEOPLE = {"ana": {"roles": ["service-manager"]}, "eve": {"roles": ["technician"]}}


@pytest.fixture
async def desk(tmp_path):
    settings = {"desk": {"name": "Example", "store": f"sqlite:///{tmp_path}/desk.db"}, "people": PEOPLE}
    async with ServiceDesk(settings, actor=Actor("user:ana", Way.SDK)) as opened:
        yield opened


async def test_a_page_is_made_of_its_blocks_narrowed_by_its_filters(desk):
    board = await desk.call(Sites.board, SiteFilter(company=("Harbor", ""), colour="red"))
    sentence, figures, counts, table, *_, course, _money, measured = board.blocks
    assert (sentence.pieces[0].opens, sentence.is_good) == (Opens("sites.list"), False)
    assert (figures.figures[0].value, figures.opens) == (2, (Opens("sites.list", {"company": ("Harbor", "none")}),))
    assert figures.courses == ((1.0, None, 2.0),)
    assert counts.counts[0].opens == Opens("sites.list", {"all": ("true",)})
    assert ([row.name for row in table.rows], table.empty) == (["Harbor"], "No site.")
    assert table.opens == (Opens("sites.list", {"company": ("Harbor", "none")}),)
    assert (measured.figures[0].verdict, measured.courses) == (Verdict.MISSED, ())
    assert (course.is_course, course.goal, course.points[1].value) == (True, 2.0, None)
    assert "2 sites are open." in html(board)


async def test_who_may_not_see_a_block_finds_the_page_without_it(desk):
    seen = {name: desk.acting_as(Actor(f"user:{name}")) for name in PEOPLE}
    titles = {name: [one.title for one in (await of.call(Sites.board)).blocks] for name, of in seen.items()}
    assert set(titles["ana"]) - set(titles["eve"]) == {"Money", "Measured"}


def test_where_a_number_leads_is_a_command_too():
    opens = Opens.of(Sites.listed, company=("Harbor Inn", ""), within=timedelta(hours=4), everything=True)
    assert command_line(Sites.listed, opens.given) == (
        "servicedesk sites list --company 'Harbor Inn' --company none --within 4h --all"
    )
    day = datetime(2026, 3, 1, tzinfo=UTC)
    assert Opens.of(Clocks.attainment, since=day, until=None).given == {"since": ("2026-03-01T00:00:00+00:00",)}
    with pytest.raises(TypeError, match="has no parameter colour"):
        Opens.of(Sites.listed, colour="red")


@pytest.mark.parametrize(("text", "span"), [("4h", timedelta(hours=4)), ("2D", timedelta(days=2))])
def test_a_span_may_be_of_hours(text, span):
    assert span_of(text) == span
    with pytest.raises(SettingsError, match="longer than a hundred years"):
        span_of("99999999h")
