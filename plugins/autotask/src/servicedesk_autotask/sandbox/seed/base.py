"""The MSP itself: people, roles, calendars, codes and the catalogue."""

# ruff: noqa: PLR2004  the shares and ids of an invented desk need no names

from random import Random
from typing import Any

from servicedesk_autotask.sandbox.entities import catalogue, read_data
from servicedesk_autotask.sandbox.seed.moments import DAY, day_stamp, stamp
from servicedesk_autotask.sandbox.store import Store

FIRST_TECHNICIAN = 29682885
FIRST_COUNTRY, HOME = 233, 237
OWN_CURRENCY, OTHER_CURRENCY = 1, 2
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def row(entity: str, **values: Any) -> dict[str, Any]:
    """A record with the given values and null elsewhere."""
    return catalogue()[entity].blank | {"userDefinedFields": []} | values


def technicians(tickets: int) -> int:
    """Technicians on a desk with so many tickets."""
    return max(8, min(40, tickets // 250))


def seed_base(store: Store, rng: Random, *, tickets: int, now: int) -> None:
    """Write everything that exists before the first customer."""
    words = read_data("words.json")
    _organisation(store, words)
    _people(store, rng, words, tickets=tickets, now=now)
    _calendar(store, words, now=now)
    _codes(store, words, now=now)


def _organisation(store: Store, words: dict[str, Any]) -> None:
    store.put(
        "Countries",
        [
            row("Countries", id=FIRST_COUNTRY + n, countryCode=code, name=name, displayName=name, isActive=True,
                isDefaultCountry=FIRST_COUNTRY + n == HOME)
            for n, (code, name) in enumerate(words["countries"])
        ],
    )  # fmt: skip
    store.put(
        "Currencies",
        [
            row("Currencies", id=n, name=name, description=name, exchangeRate=rate, isActive=True,
                isInternalCurrency=n == OWN_CURRENCY, lastModifiedDateTime="2024-01-02T08:00:00Z")
            for n, name, rate in ((OWN_CURRENCY, "USD", 1.0), (OTHER_CURRENCY, "CAD", 0.73))
        ],
    )  # fmt: skip
    store.put("InternalLocations", [row("InternalLocations", id=1, name="Head Office", city="Springfield")])
    store.put(
        "Roles",
        [
            row("Roles", id=10 + n, name=name, isActive=True, hourlyRate=95.0 + 15 * n, hourlyFactor=1.0, roleType=0)
            for n, name in enumerate(words["roles"])
        ],
    )
    store.put(
        "Departments",
        [row("Departments", id=20 + n, name=name, primaryLocationID=1) for n, name in enumerate(words["departments"])],
    )
    store.put(
        "Skills",
        [
            row("Skills", id=30 + n, name=name, isActive=True, categoryID=1, description="")
            for n, name in enumerate(words["skills"])
        ],
    )
    store.put("Surveys", [row("Surveys", id=1, name="Ticket survey", displayName="How did we do?", description="")])
    names = {2: "Datto RMM Alert", 3: "Standard", 4: "Datto Alert", 5: "RMA", 101: "Onboarding"}
    store.put(
        "TicketCategories",
        [
            row("TicketCategories", id=n, name=name, isActive=True, displayColorRgb=n, isGlobalDefault=n == 3)
            for n, name in names.items()
        ],
    )


def _resource(number: int, first: str, last: str, hired: str, **more: Any) -> dict[str, Any]:
    login = f"{first}.{last}".lower()
    return row(
        "Resources",
        id=number,
        firstName=first,
        lastName=last,
        userName=login,
        email=f"{login}@msp.example.com",
        emailTypeCode="PRIMARY",
        hireDate=hired,
        isActive=True,
        licenseType=1,
        locationID=1,
        resourceType="Employee",
        userType=1,
        payrollType=1,
        numberFormat="X,XXX.XX",
        dateFormat="MM/dd/yyyy",
        timeFormat="hh:mm a",
        **more,
    )


def _people(store: Store, rng: Random, words: dict[str, Any], *, tickets: int, now: int) -> None:
    hired = day_stamp(now - 1500 * DAY)
    people = [
        _resource(4, "Autotask", "Administrator", hired),
        _resource(5, "Api", "User", hired) | {"licenseType": 7},
    ]
    roles, queues, departments, desk, skills, all_roles = [], [], [], [], [], []
    for n in range(technicians(tickets)):
        number = FIRST_TECHNICIAN + n
        first = words["first_names"][n % len(words["first_names"])]
        last = words["last_names"][(n * 7 + 3) % len(words["last_names"])]
        role = 10 + (0 if rng.random() < 0.5 else rng.randrange(4))
        queue = int(words["queues"][n % len(words["queues"])])
        people.append(_resource(number, first, last, day_stamp(now - rng.randrange(200, 2500) * DAY)))
        people[-1] |= {
            "defaultServiceDeskRoleID": role,
            "isActive": n % 11 != 10 or n < 8,
            "title": words["roles"][role - 10],
        }
        common = {"id": 1000 + n, "resourceID": number, "roleID": role, "isActive": True}
        desk.append(row("ResourceServiceDeskRoles", **common, isDefault=True))
        departments.append(
            row("ResourceRoleDepartments", **common, departmentID=20, isDefault=True, isDepartmentLead=n == 0)
        )
        queues.append(row("ResourceRoleQueues", id=1000 + n, resourceID=number, queueID=queue))
        all_roles.append(row("ResourceRoles", **common, departmentID=20, queueID=queue))
        skills += [
            row(
                "ResourceSkills",
                id=2000 + 2 * n + k,
                resourceID=number,
                skillID=30 + (n + k) % 6,
                skillLevel=1 + (n + k) % 4,
            )
            for k in range(2)
        ]
        roles.append(role)
    store.put("Resources", people)
    store.put("ResourceServiceDeskRoles", desk)
    store.put("ResourceRoleDepartments", departments)
    store.put("ResourceRoleQueues", queues)
    store.put("ResourceRoles", all_roles)
    store.put("ResourceSkills", skills)


def _calendar(store: Store, words: dict[str, Any], *, now: int) -> None:
    store.put("HolidaySets", [row("HolidaySets", id=1, holidaySetName="Standard", holidaySetDescription="")])
    year = int(stamp(now)[:4])
    holidays = [(f"{y}-{day}T00:00:00Z", name) for y in range(year - 3, year + 2) for name, day in words["holidays"]]
    store.put(
        "Holidays",
        [
            row("Holidays", id=n, holidaySetID=1, holidayDate=date, holidayName=name)
            for n, (date, name) in enumerate(sorted(holidays), 1)
        ],
    )
    hours = {f"{day}BusinessHoursStartTime": "1900-01-01T08:00:00Z" for day in DAYS}
    hours |= {f"{day}BusinessHoursEndTime": "1900-01-01T18:00:00Z" for day in DAYS}
    store.put(
        "InternalLocationWithBusinessHours",
        [
            row(
                "InternalLocationWithBusinessHours",
                id=1,
                name="Head Office",
                isDefault=True,
                holidaySetID=1,
                timeZoneID=14,
                dateFormat="MM/dd/yyyy",
                timeFormat="hh:mm a",
                numberFormat="X,XXX.XX",
                firstDayOfWeek=1,
                noHoursOnHolidays=True,
                **hours,
            )
        ],
    )


def _codes(store: Store, words: dict[str, Any], *, now: int) -> None:
    work = [
        row(
            "BillingCodes",
            id=100 + n,
            name=name,
            isActive=True,
            useType=1,
            billingCodeType=kind,
            unitCost=0.0,
            unitPrice=0.0,
        )
        for n, (name, kind) in enumerate(words["work_types"])
    ]
    others = [
        row("BillingCodes", id=120, name="Internal Meeting", isActive=True, useType=2, unitCost=0.0, unitPrice=0.0),
        row("BillingCodes", id=121, name="Hardware", isActive=True, useType=4, unitCost=0.0, unitPrice=0.0),
        row("BillingCodes", id=122, name="Recurring Services", isActive=True, useType=5, unitCost=0.0, unitPrice=0.0),
        row("BillingCodes", id=123, name="Retired Work Type", isActive=False, useType=1, unitCost=0.0, unitPrice=0.0),
    ]
    store.put("BillingCodes", work + others)
    store.put(
        "Services",
        [
            row(
                "Services",
                id=200 + n,
                name=name,
                unitPrice=price,
                unitCost=round(price * 0.6, 2),
                periodType="m",
                isActive=True,
                billingCodeID=122,
                createDate=stamp(now - 900 * DAY),
                lastModifiedDate=stamp(now - 400 * DAY),
            )
            for n, (name, price) in enumerate(words["services"])
        ],
    )
    store.put(
        "Products",
        [
            row(
                "Products",
                id=300 + n,
                name=f"{maker} {model}",
                manufacturerName=maker,
                manufacturerProductName=model,
                isActive=True,
                isSerialized=True,
                productBillingCodeID=121,
                productCategory=1,
                unitCost=800.0,
                unitPrice=1000.0,
                sku=f"SKU-{n:04d}",
            )
            for n, (maker, model, _) in enumerate(words["models"])
        ],
    )
