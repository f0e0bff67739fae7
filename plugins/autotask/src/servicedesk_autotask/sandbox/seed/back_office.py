"""Work beside the tickets: projects, stock, purchases."""

from random import Random

from servicedesk_autotask.sandbox.seed.base import FIRST_TECHNICIAN, row
from servicedesk_autotask.sandbox.seed.moments import DAY, day_stamp, stamp
from servicedesk_autotask.sandbox.store import Store

_STEPS = ("Plan", "Install", "Hand over")
_EVERY = 15


def seed_back_office(store: Store, rng: Random, *, now: int) -> None:
    """Write a project and an order for some clients, and the stock."""
    clients = [company["id"] for company in store.select("Companies", '"id" > 0')]
    for n, company in enumerate(clients[::_EVERY]):
        _project(store, rng, n, company, now)
        _order(store, n, company, now)
        _opportunity(store, n, company, now)
    _stock(store, now)


def _project(store: Store, rng: Random, n: int, company: int, now: int) -> None:
    start = now - rng.randrange(10, 90) * DAY
    moved = stamp(now - rng.randrange(3600, 9 * DAY))
    common = {"projectID": 400 + n, "creatorResourceID": FIRST_TECHNICIAN, "lastActivityDateTime": moved}
    store.put(
        "Projects",
        [
            row(
                "Projects",
                id=400 + n,
                projectName=f"Renewal {company}",
                projectNumber=f"P{n:05d}",
                companyID=company,
                projectType=5,
                status=1,
                startDateTime=day_stamp(start),
                endDateTime=day_stamp(start + 120 * DAY),
                createDateTime=stamp(start),
                lastActivityDateTime=moved,
                projectLeadResourceID=FIRST_TECHNICIAN,
            )
        ],
    )
    store.put("Phases", [row("Phases", id=400 + n, title="Roll-out", createDate=stamp(start), **common)])
    store.put(
        "Tasks",
        [
            row(
                "Tasks",
                id=1200 + 3 * n + k,
                title=title,
                phaseID=400 + n,
                taskNumber=f"T{stamp(start)[:10].replace('-', '')}.8{3 * n + k:03d}",
                status=5 if k == 0 else 8 if k == 1 else 1,
                taskType=1,
                assignedResourceID=FIRST_TECHNICIAN + k,
                assignedResourceRoleID=10,
                estimatedHours=4.0 + 2 * k,
                remainingHours=0.0 if k == 0 else 3.0,
                createDateTime=stamp(start),
                completedDateTime=moved if k == 0 else None,
                startDateTime=stamp(start),
                endDateTime=stamp(start + 30 * DAY * (k + 1)),
                **common,
            )
            for k, title in enumerate(_STEPS)
        ],
    )

    helps = row("TaskSecondaryResources", id=1200 + n, taskID=1201 + 3 * n, resourceID=FIRST_TECHNICIAN, roleID=10)
    store.put("TaskSecondaryResources", [helps])


def _opportunity(store: Store, n: int, company: int, now: int) -> None:
    made = stamp(now - (n % 40 + 2) * DAY)
    lost = n % 3 == 1
    store.put(
        "Opportunities",
        [
            row(
                "Opportunities",
                id=700 + n,
                title=f"More seats {company}",
                companyID=company,
                ownerResourceID=FIRST_TECHNICIAN,
                creatorResourceID=FIRST_TECHNICIAN,
                amount=1200.0 + 100 * n,
                cost=300.0,
                probability=50,
                stage=2,
                status=2 if lost else 1,
                useQuoteTotals=False,
                startDate=made,
                createDate=made,
                lastActivity=made,
                lostDate=made if lost else None,
                projectedCloseDate=day_stamp(now + 30 * DAY),
            )
        ],
    )


def _order(store: Store, n: int, company: int, now: int) -> None:
    made = stamp(now - (n % 30 + 1) * DAY)
    store.put(
        "PurchaseOrders",
        [
            row(
                "PurchaseOrders",
                id=700 + n,
                vendorID=company,
                purchaseForCompanyID=company,
                status=1 + n % 4,
                createDateTime=made,
                creatorResourceID=FIRST_TECHNICIAN,
                purchaseOrderNumber=f"PO{700 + n}",
                shipToName="Example MSP",
                shipToAddress1="1 Example Street",
            )
        ],
    )
    line = row("PurchaseOrderItems", id=800 + n, orderID=700 + n, productID=300 + n % 10, quantity=2, unitCost=800.0)
    store.put("PurchaseOrderItems", [line | {"inventoryLocationID": 1}])


def _stock(store: Store, now: int) -> None:
    store.put("InventoryLocations", [row("InventoryLocations", id=1, locationName="Store room", isActive=True)])
    counts = {"onHandUnits": 4, "availableUnits": 3, "reservedUnits": 1, "pickedUnits": 0, "unitsOnOrder": 2}
    store.put(
        "InventoryProducts",
        [
            row(
                "InventoryProducts",
                id=500 + n,
                productID=300 + n,
                inventoryLocationID=1,
                quantityMinimum=1,
                quantityMaximum=10,
                createDateTime=stamp(now - 300 * DAY),
                **counts,
            )
            for n in range(10)
        ],
    )
