"""What a new ticket may refer to, read back from the stored desk."""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from servicedesk_autotask.sandbox.entities import read_data
from servicedesk_autotask.sandbox.store import Store

HARDWARE = 100
"""Sub-issue type of a device that is broken."""
_HARDWARE_WEIGHT = 3
"""So much more often than any other sub-issue a device is broken: about one ticket in eight."""


@dataclass(frozen=True)
class Technician:
    """Somebody who works on tickets."""

    id: int
    role: int
    queue: int


class World:
    """People, clients and things of the desk.

    Args:
        store: Rows of the desk.
    """

    def __init__(self, store: Store) -> None:
        self.words = read_data("words.json")
        active = {row["id"] for row in store.select("Resources") if row["isActive"]}
        queues = {row["resourceID"]: row["queueID"] for row in store.select("ResourceRoleQueues")}
        self.technicians = [
            Technician(row["resourceID"], row["roleID"], queues[row["resourceID"]])
            for row in store.select("ResourceServiceDeskRoles")
            if row["resourceID"] in active and row["resourceID"] in queues
        ]
        contacts: dict[int, list[int]] = {}
        for number, company in store.db.execute(
            "SELECT id, companyID FROM Contacts WHERE json_extract(body, '$.isActive') = 1 ORDER BY id"
        ):
            contacts.setdefault(company, []).append(number)
        self.companies = sorted(contacts)
        self.contacts = contacts
        self.assets: dict[int, list[tuple[int, str]]] = {}
        for number, company, label in store.db.execute(
            "SELECT id, companyID, json_extract(body, '$.referenceTitle') FROM ConfigurationItems ORDER BY id"
        ):
            self.assets.setdefault(company, []).append((number, label))
        self.contracts = {row["companyID"]: row for row in store.select("Contracts")}
        # A few clients make most of the work.
        self._weights = list(accumulate(1 / (3 + n) ** 0.7 for n in range(len(self.companies))))
        self._issues = [
            (int(sub) // 10, int(sub), titles)
            for sub, titles in self.words["titles"].items()
            for _ in range(_HARDWARE_WEIGHT if int(sub) == HARDWARE else 1)
        ]

    def company(self, rng: Random) -> int:
        """A client, the large ones more often."""
        return rng.choices(self.companies, cum_weights=self._weights)[0]

    def workplaces(self, company: int) -> list[tuple[int, str]]:
        """The client's computers that people sit at, else all its devices."""
        assets = self.assets.get(company, [])
        return [asset for asset in assets if asset[1].startswith("WS-")] or assets

    def issue(self, rng: Random) -> tuple[int, int, str]:
        """Issue type, sub-issue type and title."""
        issue, sub, titles = self._issues[int(rng.random() * len(self._issues))]
        return issue, sub, titles[int(rng.random() * len(titles))]
