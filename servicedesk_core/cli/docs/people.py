"""Every capability, the roles that have it, and what each call of a feature takes."""

from functools import cache

from servicedesk_core.capabilities import JOB_CAPABILITIES, ROLES, Capability
from servicedesk_core.cli.docs.docstring import table
from servicedesk_core.features import FEATURES, own


@cache
def page() -> str:
    """Return the page."""
    able = {one: [f"`{role}`" for role, may in ROLES.items() if one in may] for one in Capability}
    may = [(f"`{one}`", one.about, ", ".join(able[one])) for one in Capability]
    calls = [(f"`{offer.name}`", f"`{offer.needs}`") for name in FEATURES for offer in own(name).offers().values()]
    jobs = ", ".join(f"`{one}`" for one in Capability if one in JOB_CAPABILITIES)
    return (
        "# Capabilities and roles\n\n"
        "What somebody may do on a desk that has `[people.NAME]` tables. A person may what all their roles allow; "
        f"`system:jobs`, which does what is scheduled, may {jobs}.\n\n"
        + table(("capability", "allows to", "roles"), may)
        + "\n## What each call takes\n\nCommands and methods of Python are called so alike.\n\n"
        + table(("call", "takes"), calls)
    )
