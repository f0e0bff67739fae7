"""What nobody is billed for, for the alert channels: told once when a kind is found, and once when it is over."""

from collections import defaultdict

from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.leakage.model import Leak
from servicedesk_core.features.leakage.tables.kept import Kept, kept
from servicedesk_core.wording import counted


def new_leaks(watch: Watch) -> list[Condition]:
    """Return the kinds of which the last look found any that nobody accepted.

    No client is named, and no amount: who may see alerts may not always see money.
    """
    by_kind: defaultdict[Leak, list[Kept]] = defaultdict(list)
    for one in kept(watch.tx).values():
        if one.accepted_at is None:
            by_kind[one.kind].append(one)
    return [
        Condition(
            f"leakage:{kind.name.lower()}",
            "leakage",
            f"{kind.value.capitalize()}: {counted(len(several), 'leak')} that nobody accepted.",
            f'servicedesk leakage list --leak "{kind.value}", or leakage accept NAME --reason … for what shall stay',
        )
        for kind, several in by_kind.items()
    ]
