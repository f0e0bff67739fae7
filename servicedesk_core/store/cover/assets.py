"""Devices with what is known of their cover: assets with their facts, page by page, and devices without an asset."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, false, func, literal_column, or_, select, true

from servicedesk_core.domain.warranty.facts import CoverFact
from servicedesk_core.domain.warranty.makers import is_called, maker_name
from servicedesk_core.domain.warranty.serials import normalise_serial
from servicedesk_core.store.cover import facts_of_assets, facts_of_same, psa_fact
from servicedesk_core.store.cover.devices import ASSET_MAKER
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.names import Names, refers
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, cover_assets, cover_devices, cover_facts, sources

_A = RECORDS["assets"].c
_P = RECORDS["products"].c
_PAGE = 500
_JOINED = (
    RECORDS["assets"]
    .join(sources, sources.c.id == _A.source_id)
    .outerjoin(RECORDS["products"], (_P.source_id == _A.source_id) & (_P.external_id == _A.product_ref))
)
_STATED_MAKER = func.coalesce(_A.manufacturer, _P.manufacturer)
_MAKER: ColumnElement[str] = func.coalesce(literal_column(ASSET_MAKER), _STATED_MAKER)


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """Which assets; what is ``None`` or empty does not restrict.

    Attributes:
        assets: Ids at the vendor, names, reference numbers or serial numbers.
        company: Ids or names of companies; any of them.
        manufacturer: Any spellings of manufacturers' names, or the beginnings of the one name of each.
        connection: Name of the connection.
        serials: Serial numbers, in any spelling.
        of: Connection and the vendor's id of exactly one company.
        scope: Only what it lets through; a scope of queues alone lets no asset through.
        retired: Only such as the PSA calls retired, or only others.
        begins: Whether how the company's name begins is enough, as it is in lists.
        numbers: The desk's own numbers of the records.
    """

    assets: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    manufacturer: tuple[str, ...] = ()
    connection: str | None = None
    serials: tuple[str, ...] = ()
    of: tuple[str, str] | None = None
    scope: Scope | None = None
    retired: bool | None = None
    begins: bool = False
    numbers: tuple[int, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether nothing restricts it but what is known of devices without an asset record too."""
        return replace(self, retired=None, manufacturer=(), begins=False) == AssetFilter()


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A device as the desk knows it: an asset record, or one that was looked up by its serial number only.

    Attributes:
        asset_id: The desk's own number of the asset record; ``None`` = there is none.
        connection: Connection that the asset record comes from.
        asset_ref: The vendor's id of the asset.
        name: What people call it.
        serial_number: As the record states it.
        manufacturer: As the record states it, else as the product does.
        maker: Its manufacturer's one name, however sources write it.
        model: As the record states it, else the product's name.
        company_ref: The vendor's id of the company.
        company: Name of the company.
        site: Name of the site.
        warranty_until: The last covered day as the PSA states it.
        is_retired: Whether the PSA calls it retired.
        facts: What is known of its cover, the PSA's own word included.
    """

    asset_id: int | None
    connection: str | None
    asset_ref: str | None
    name: str | None
    serial_number: str | None
    manufacturer: str | None
    maker: str | None
    model: str | None
    company_ref: str | None
    company: str | None
    site: str | None
    warranty_until: date | None
    is_retired: bool = False
    facts: tuple[CoverFact, ...] = ()


def asset_pages(tx: Connection, chosen: AssetFilter, *, after: int = 0, size: int = _PAGE) -> list[DeviceRecord]:
    """Return the next assets that the vendor still has, by the desk's own number.

    Args:
        tx: A read transaction.
        chosen: Which.
        after: Number of the last asset of the page before.
        size: At most so many.
    """
    query = (
        select(
            _A.local_id,
            _A.source_id,
            sources.c.name.label("connection"),
            _A.external_id,
            _A.name,
            _A.serial_number,
            _STATED_MAKER.label("manufacturer"),
            literal_column(ASSET_MAKER).label("maker"),
            func.coalesce(_A.model, _P.model, _P.name).label("model"),
            _A.company_ref,
            _A.site_ref,
            _A.warranty_until,
            _A.is_active,
            _A.changed_at,
        )
        .select_from(_JOINED)
        .where(_A.local_id > after, _A.gone_at.is_(None), *_conditions(tx, chosen))
        .order_by(_A.local_id)
        .limit(size)
    )
    rows = tx.execute(query).mappings().all()
    names = Names(tx)
    sites = {row["site_ref"] for row in rows if row["site_ref"]}
    if chosen.scope is not None and rows:  # what another client's site is called is not for this one
        sites = set(Sight(tx, chosen.scope).refs("sites", sites))
    for row in rows:
        names.want(row["source_id"], "companies", row["company_ref"])
        names.want(row["source_id"], "sites", row["site_ref"] if row["site_ref"] in sites else None)
    facts = facts_of_assets(tx, [row["local_id"] for row in rows])
    return [_record(row, names, facts.get(row["local_id"], ())) for row in rows]


def narrow_assets(tx: Connection, chosen: AssetFilter) -> Sequence[Any]:
    """Return of each asset its number, source, company, serial number, and what and when its PSA says of its cover.

    Args:
        tx: A read transaction.
        chosen: Which.
    """
    columns = (_A.local_id, _A.source_id, _A.company_ref, _A.serial_number, _A.warranty_until, _A.changed_at)
    query = select(*columns).select_from(_JOINED).where(_A.gone_at.is_(None), *_conditions(tx, chosen))
    return tx.execute(query).all()


def every_asset(tx: Connection, chosen: AssetFilter) -> Iterator[DeviceRecord]:
    """Iterate over assets, page by page.

    Args:
        tx: A read transaction.
        chosen: Which.
    """
    after = 0
    while page := asset_pages(tx, chosen, after=after):
        yield from page
        after = page[-1].asset_id or 0


def count_assets(tx: Connection, chosen: AssetFilter) -> int:
    """Return how many assets there are.

    Args:
        tx: A read transaction.
        chosen: Which.
    """
    query = select(func.count()).select_from(_JOINED).where(_A.gone_at.is_(None), *_conditions(tx, chosen))
    return int(tx.execute(query).scalar_one())


def devices_without_asset(tx: Connection) -> Iterator[DeviceRecord]:
    """Iterate over devices that were looked up or imported and belong to no asset record."""
    after = 0
    c, name = cover_devices.c, cover_devices.alias()
    named = select(name.c.id).where(name.c.same_as == c.id)
    linked = exists(named.where(cover_assets.c.device_id == name.c.id))
    told = exists(named.where(cover_facts.c.device_id == name.c.id))
    one = select(cover_devices).where(c.same_as == c.id, ~linked, told).order_by(c.id).limit(_PAGE)
    while rows := tx.execute(one.where(c.id > after)).mappings().all():
        facts = facts_of_same(tx, [row["id"] for row in rows])
        for row in rows:
            yield DeviceRecord(
                asset_id=None, connection=None, asset_ref=None, name=None, serial_number=row["serial_number"],
                manufacturer=row["manufacturer"] or None, maker=row["manufacturer"] or None,
                model=row["product_number"] or row["machine_type"] or None, company_ref=None, company=None, site=None,
                warranty_until=None, facts=facts.get(row["id"], ()),
            )  # fmt: skip
        after = rows[-1]["id"]


def makers(tx: Connection, scope: Scope | None = None) -> frozenset[str]:
    """Return the manufacturers of assets as they are stated, and without a scope of devices without a record too."""
    stated = select(_MAKER).select_from(_JOINED).where(*_conditions(tx, AssetFilter(scope=scope))).distinct()
    found = set(tx.execute(stated).scalars())
    if scope is None:
        found |= set(tx.execute(select(cover_devices.c.manufacturer).distinct()).scalars())
    return frozenset(filter(None, found))


def _conditions(tx: Connection, chosen: AssetFilter) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.connection is not None:
        found.append(sources.c.name == chosen.connection)
    if chosen.company:
        of_company = refers(
            tx, _A.source_id, _A.company_ref, "companies", chosen.company, begins=chosen.begins,
            connection=chosen.connection, scope=chosen.scope,
        )  # fmt: skip
        found.append(of_company)
    if chosen.manufacturer:
        called = [name for name in makers(tx) if any(is_called(name, one) for one in chosen.manufacturer)]
        found.append(_MAKER.in_(called))
    if chosen.of is not None:
        found += [sources.c.name == chosen.of[0], _A.company_ref == chosen.of[1]]
    if chosen.scope is not None:
        found += [sources.c.name == chosen.scope.connection, _A.company_ref.in_(sorted(chosen.scope.companies))]
    if chosen.serials:
        c, serials = cover_devices.c, [normalise_serial(serial) for serial in chosen.serials]
        named = select(cover_assets.c.asset_id).join(cover_devices, c.id == cover_assets.c.device_id)
        stated = func.upper(func.trim(_A.serial_number)).in_(serials)  # of a record without a name as yet
        found.append(or_(stated, _A.local_id.in_(named.where(c.serial_number.in_(serials)))))
    if chosen.numbers:
        found.append(_A.local_id.in_(chosen.numbers))
    if chosen.retired is not None:
        retired = func.coalesce(_A.is_active, true()).is_(false())
        found.append(retired if chosen.retired else ~retired)
    if chosen.assets:
        lowered = [text.lower() for text in chosen.assets]
        columns = (_A.external_id, _A.name, _A.reference_number, _A.serial_number)
        by_name = (
            refers(tx, _A.source_id, _A.external_id, "assets", (text,)) for text in chosen.assets if not text.isascii()
        )
        found.append(or_(*(func.lower(column).in_(lowered) for column in columns), *by_name))
    return found


def _record(row: Any, names: Names, facts: tuple[CoverFact, ...]) -> DeviceRecord:
    until = None if row["warranty_until"] is None else date.fromisoformat(row["warranty_until"])
    own = psa_fact(row["connection"], until, from_us(row["changed_at"]))
    return DeviceRecord(
        asset_id=row["local_id"],
        connection=row["connection"],
        asset_ref=row["external_id"],
        name=row["name"],
        serial_number=row["serial_number"],
        manufacturer=row["manufacturer"],
        maker=row["maker"] or maker_name(row["manufacturer"]) or None,
        model=row["model"],
        company_ref=row["company_ref"],
        company=names.of(row["source_id"], "companies", row["company_ref"]),
        site=names.of(row["source_id"], "sites", row["site_ref"]),
        warranty_until=until,
        is_retired=row["is_active"] is False,
        facts=facts if own is None else (*facts, own),
    )
