"""What a link shows to whoever follows it, and what sending its form does. Looking changes nothing, whoever looks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.faces.html import render
from servicedesk_core.features.messages.making.jobs import TellingDesk
from servicedesk_core.features.messages.posts import links
from servicedesk_core.features.messages.posts.links import Link, Shows
from servicedesk_core.features.messages.posts.wall import posts
from servicedesk_core.store import Tx, upserting
from servicedesk_core.store.schema import RECORDS, survey_answers
from servicedesk_core.wording import plain

LONGEST_COMMENT: Final = 2_000
RATINGS: Final = (("5", "Very good"), ("4", "Good"), ("3", "Fair"), ("2", "Poor"), ("1", "Very poor"))

_PAGE: Final = "servicedesk_core.features.messages.posts/linked.html"
_LARGEST: Final = 20_000
_T: Final = RECORDS["tickets"].c
_C: Final = RECORDS["companies"].c


class Found(StrEnum):
    """What a link leads to."""

    SHOWN = "shown"
    NOTHING = "nothing"
    ENDED = "ended"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Page:
    """The page that answers a link.

    Attributes:
        found: What it leads to.
        html: The page.
    """

    found: Found
    html: str


async def follow(desk: TellingDesk, text: str, *, form: bytes | None) -> Page:
    """Answer a link: show its page, or keep an answer.

    Args:
        desk: The desk.
        text: What stands behind the path.
        form: What was sent; ``None`` = somebody only looks.
    """
    now = desk.clock.now()
    link = await desk.store.read(lambda tx: links.read(tx, text))
    if link is None:
        return _plain(Found.NOTHING, "This link leads nowhere", "It is not whole, or it is not ours.")
    if link.revoked_at is not None or link.ends_at <= now:
        return _plain(Found.ENDED, "This link has ended", "Ask us for another one.")
    if link.shows != Shows.SURVEY:
        zone = ZoneInfo(desk.settings.desk.timezone)
        return await desk.store.read(lambda tx: _wall(tx, link, desk.settings.desk.name, zone))
    if form is None:
        return await desk.store.read(lambda tx: _asking(tx, link))
    answer = _answer(form)
    if answer is None:
        return _plain(Found.WRONG, "That was no answer", "Go back, and choose one.")
    return await desk.store.write(lambda tx: _kept(tx, link, *answer, now))


def _wall(tx: Tx, link: Link, desk: str, zone: ZoneInfo) -> Page:
    is_one = link.shows == Shows.TICKET
    found = posts(tx, link.source_id, [(_T.external_id if is_one else _T.company_ref) == link.ref])
    title = _title(tx, link) if is_one else _client(tx, link)
    shown = [
        {
            "ticket": None if is_one else f"{one.ticket} {one.title}",
            "at": plain(one.at, zone),
            "by": "You" if one.is_yours else desk,
            "head": one.head,
            "lines": one.text.splitlines(),
        }
        for one in found
    ]
    return Page(Found.SHOWN, render(_PAGE, title=title, lines=[], posts=shown, ratings=(), longest=0))


def _asking(tx: Tx, link: Link) -> Page:
    if _has_answered(tx, link):
        return _plain(Found.SHOWN, "Thank you", "You have answered already.")
    html = render(_PAGE, title=_title(tx, link), lines=[], posts=[], ratings=RATINGS, longest=LONGEST_COMMENT)
    return Page(Found.SHOWN, html)


def _kept(tx: Tx, link: Link, rating: int, comment: str, now: datetime) -> Page:
    of = (_T.source_id == link.source_id, _T.external_id == link.ref)
    ticket = tx.execute(select(_T.local_id).where(*of)).scalar_one_or_none()
    if ticket is None:
        return _plain(Found.NOTHING, "This link leads nowhere", "The ticket is not here any more.")
    row = {"link_id": link.id, "ticket_id": ticket, "rating": rating, "comment": comment, "at": now}
    new = upserting.insert_into(tx, survey_answers).values(row).on_conflict_do_nothing().returning(survey_answers.c.at)
    is_first = tx.execute(new).one_or_none() is not None
    return _plain(Found.SHOWN, "Thank you", "We have your answer." if is_first else "You have answered already.")


def _answer(form: bytes) -> tuple[int, str] | None:
    if len(form) > _LARGEST:
        return None
    try:
        said = dict(parse_qsl(form.decode(), keep_blank_values=True, max_num_fields=10))
    except ValueError:
        return None
    if said.get("rating") not in {value for value, _ in RATINGS}:
        return None
    return int(said["rating"]), said.get("comment", "").strip()[:LONGEST_COMMENT]


def _has_answered(tx: Tx, link: Link) -> bool:
    query = select(survey_answers.c.link_id).where(survey_answers.c.link_id == link.id)
    return tx.execute(query).one_or_none() is not None


def _title(tx: Tx, link: Link) -> str:
    query = select(_T.number, _T.title).where(_T.source_id == link.source_id, _T.external_id == link.ref)
    row = tx.execute(query).one_or_none()
    return "Your ticket" if row is None else f"{row.number or link.ref} {row.title}".strip()


def _client(tx: Tx, link: Link) -> str:
    query = select(_C.name).where(_C.source_id == link.source_id, _C.external_id == link.ref)
    return tx.execute(query).scalar_one_or_none() or "Your tickets"


def _plain(found: Found, title: str, line: str) -> Page:
    return Page(found, render(_PAGE, title=title, lines=[line], posts=[], ratings=(), longest=0))
