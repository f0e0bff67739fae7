"""The MSP's clients: companies, contacts, assets and contracts."""

# ruff: noqa: PLR2004  the shares and ids of an invented desk need no names

from collections import Counter, defaultdict
from collections.abc import Iterable
from random import Random
from typing import Any

from servicedesk_autotask.sandbox.entities import read_data
from servicedesk_autotask.sandbox.seed.agreements import EXCLUSIONS, Made, exclusion_set, periods, terms
from servicedesk_autotask.sandbox.seed.base import FIRST_TECHNICIAN, HOME, OTHER_CURRENCY, OWN_CURRENCY, row
from servicedesk_autotask.sandbox.seed.moments import DAY, day_stamp, stamp
from servicedesk_autotask.sandbox.store import Store

MOST_COMPANIES = 2500
_BATCH = 50
FIRST_COMPANY, FIRST_CONTACT, FIRST_ASSET, FIRST_CONTRACT = 175, 30682000, 5000, 29684000


def companies(tickets: int) -> int:
    """Client companies of a desk with so many tickets; a desk does not grow clients without end."""
    return max(8, min(MOST_COMPANIES, tickets // 20))


def seed_customers(store: Store, rng: Random, *, tickets: int, now: int) -> None:
    """Write the clients and what belongs to them."""
    maker = _Maker(rng, now)
    maker.take(exclusion_set())
    maker.company(0, "Example MSP", 1)
    for n in range(companies(tickets)):
        maker.client(FIRST_COMPANY + n + n // 3)
        if n % _BATCH == 0:
            maker.flush(store)
    maker.flush(store)


class _Maker:
    def __init__(self, rng: Random, now: int) -> None:
        self._rng = rng
        self._now = now
        self._words = read_data("words.json")
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._made: Counter[str] = Counter()
        self._sites: dict[int, list[int]] = {}

    def flush(self, store: Store) -> None:
        """Store what was made so far."""
        for entity, rows in self._rows.items():
            store.put(entity, rows)
            rows.clear()

    def take(self, made: Iterable[Made]) -> None:
        """Store rows that others made."""
        for entity, one in made:
            self._rows[entity].append(one)

    def _add(self, entity: str, **values: Any) -> int:
        self._rows[entity].append(row(entity, **values))
        self._made[entity] += 1
        return int(values["id"])

    def _next(self, entity: str, first: int) -> int:
        return first + self._made[entity]

    def company(self, number: int, name: str, kind: int) -> None:
        rng, now = self._rng, self._now
        ranking = rng.choice(("Golden", "Silver", "Bronze"))
        self._add(
            "Companies",
            id=number,
            companyName=name,
            companyNumber=f"C{number:05d}",
            companyType=kind,
            ownerResourceID=FIRST_TECHNICIAN,
            phone=f"555-01{number % 100:02d}",
            address1=f"{1 + number % 200} Example Street",
            city=rng.choice(self._words["cities"]),
            state="NY",
            postalCode=f"{10000 + number % 9999}",
            currencyID=OTHER_CURRENCY if number % 20 == 3 else OWN_CURRENCY,
            countryID=None if number % 20 == 9 else HOME,
            webAddress=f"https://client{number}.example.com",
            isActive=rng.random() > 0.04 or number == 0,
            isTaxExempt=False,
            createDate=stamp(now - rng.randrange(400, 2000) * DAY),
            lastActivityDate=stamp(now - rng.randrange(1, 60 * DAY)),
            lastTrackedModifiedDateTime=stamp(now - rng.randrange(DAY, 300 * DAY)),
            userDefinedFields=[{"name": "Customer Ranking", "value": ranking}, {"name": "Account Tier", "value": "2"}],
        )
        self._sites[number] = [self._site(number, n) for n in range(2 if number % 4 == 1 else 1)]

    def _site(self, company: int, n: int) -> int:
        number = self._next("CompanyLocations", 100)
        city = self._words["cities"][(company + n) % len(self._words["cities"])]
        return self._add(
            "CompanyLocations",
            id=number,
            companyID=company,
            name=("Main", f"Branch {city}")[n],
            address1=f"{1 + number % 200} Example {('Street', 'Avenue')[n]}",
            city=city,
            state="NY",
            postalCode=f"{10000 + number % 9999}",
            countryID=HOME,
            phone=f"555-03{number % 100:02d}",
            isActive=True,
            isPrimary=n == 0,
        )

    def client(self, number: int) -> None:
        rng, words = self._rng, self._words
        name = f"{rng.choice(words['company_heads'])} {rng.choice(words['company_tails'])} {number}"
        self.company(number, name, 1 if rng.random() < 0.93 else 3)
        contacts = [self._contact(number, n) for n in range(2 + min(10, int(rng.expovariate(0.3))))]
        contract = self._contract(number, contacts[0]) if rng.random() < 0.8 else None
        for _ in range(3 + min(30, int(rng.expovariate(0.2)))):
            self._asset(number, rng.choice(contacts), contract)

    def _contact(self, company: int, n: int) -> int:
        rng, now = self._rng, self._now
        number = self._next("Contacts", FIRST_CONTACT)
        first, last = rng.choice(self._words["first_names"]), rng.choice(self._words["last_names"])
        return self._add(
            "Contacts",
            id=number,
            companyID=company,
            firstName=first,
            lastName=last,
            emailAddress=f"{first}.{last}.{number}@client{company}.example.com".lower(),
            isActive=0 if n > 1 and rng.random() < 0.06 else 1,
            phone=f"555-02{number % 100:02d}",
            primaryContact=n == 0,
            createDate=stamp(now - rng.randrange(300, 1500) * DAY),
            lastActivityDate=stamp(now - rng.randrange(60, 90 * DAY)),
            lastModifiedDate=stamp(now - rng.randrange(DAY, 300 * DAY)),
        )

    def _contract(self, company: int, contact: int) -> int:
        rng, now = self._rng, self._now
        number = self._next("Contracts", FIRST_CONTRACT)
        start = now - rng.randrange(60, 700) * DAY
        self._add(
            "Contracts",
            id=number,
            companyID=company,
            contactID=contact,
            contractName=f"Managed services {company}",
            contractNumber=f"K{number}",
            contractType=7 if rng.random() < 0.8 else 4,
            contractCategory=11,
            startDate=day_stamp(start),
            endDate=day_stamp(start + 1095 * DAY),
            status=1,
            isDefaultContract=True,
            serviceLevelAgreementID=1 if rng.random() < 0.7 else 2,
            timeReportingRequiresStartAndStopTimes=0,
            contractExclusionSetID=EXCLUSIONS if number % 2 else None,
        )
        self.take(terms(self._rows["Contracts"][-1]))
        for k in rng.sample(range(len(self._words["services"])), 2):
            price = self._words["services"][k][1]
            self._add(
                "ContractServices",
                id=self._next("ContractServices", 600),
                contractID=number,
                serviceID=200 + k,
                unitCost=round(price * 0.6, 2),
                unitPrice=price,
                invoiceDescription=self._words["services"][k][0],
            )
            self.take(periods(self._rows["ContractServices"][-1], start, now))
        return number

    def _asset(self, company: int, contact: int, contract: int | None) -> None:
        rng, now = self._rng, self._now
        number = self._next("ConfigurationItems", FIRST_ASSET)
        model = rng.randrange(len(self._words["models"]))
        maker, name, kind = self._words["models"][model]
        installed = now - rng.randrange(20, 1800) * DAY
        label = f"{('WS', 'SRV', 'NET', 'PRN')[kind - 1]}-{number}"
        tag = [{"name": "Asset Tag", "value": f"A{number}"}] if rng.random() < 0.5 else []
        self._add(
            "ConfigurationItems",
            id=number,
            companyID=company,
            companyLocationID=self._sites[company][number % len(self._sites[company])],
            contactID=contact,
            contractID=contract,
            productID=300 + model,
            configurationItemType=kind,
            isActive=rng.random() > 0.05,
            serialNumber=_serial(maker, rng.randrange(16**7)),
            referenceTitle=label,
            referenceNumber=f"R{number}",
            installDate=day_stamp(installed),
            warrantyExpirationDate=day_stamp(installed + rng.choice((1, 3, 3, 5)) * 365 * DAY),
            createDate=stamp(installed),
            lastModifiedTime=stamp(now - rng.randrange(60, 200 * DAY)),
            rmmDeviceAuditHostname=label if kind < 3 else None,
            rmmDeviceAuditDescription=name,
            userDefinedFields=tag,
        )


def _serial(maker: str, number: int) -> str:
    """A serial number in the maker's own form: Dell's service tags have seven characters."""
    return f"{number:07X}" if maker == "Dell" else f"{maker[:2].upper()}{number:07X}"
