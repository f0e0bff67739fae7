"""Every kind of definition with its keys."""

from functools import cache

from servicedesk_core.cli.docs.settings import nested_models, section
from servicedesk_core.features import FEATURES, Feature, own

INTRODUCTION = """# Definitions

Every table that the files of a folder of definitions may hold. A time without a zone is the desk's; a day that stands
for an instant is its beginning there. `servicedesk definitions plan` checks the files and reports all problems at once;
an unknown key is an error, with the nearest known one. Without `effective_from` the first version of a definition holds
since ever, and a later one from when it is applied.
"""


@cache
def page(theirs: tuple[Feature, ...] = ()) -> str:
    """Return the page.

    Args:
        theirs: Features of others.
    """
    text = INTRODUCTION
    for kind in (kind for feature in (*map(own, FEATURES), *theirs) for kind in feature.kinds):
        model = kind.written or kind.model
        text += section(f"[{kind.name}.NAME]" if kind.many else f"[{kind.name}]", model, without="name" * kind.many)
        text += "".join(section(nested.__name__, nested, level=3) for nested in nested_models(model))
    return text
