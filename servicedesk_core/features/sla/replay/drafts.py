"""Drafts of policies and calendars: read from files beside what the store holds, and applied to nothing."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any, cast

from servicedesk_core.business_time import Calendar
from servicedesk_core.definitions.key import Key
from servicedesk_core.definitions.reading import Definitions
from servicedesk_core.definitions.writing import text_of
from servicedesk_core.errors import DefinitionsError
from servicedesk_core.faces.definition import DefinitionKind
from servicedesk_core.features.definitions import CALENDARS, Holding, in_one_region
from servicedesk_core.features.sla.clocks.evaluating import Evaluator
from servicedesk_core.features.sla.clocks.policies import PolicySet
from servicedesk_core.features.sla.definitions import POLICIES

_IN_THE_STORE = "the store"


class Draft:
    """What could be promised, as if it had been since ever.

    Args:
        files: Texts in TOML by the name of the file.
        kinds: What may stand there; what is neither policy nor calendar is read, and changes nothing.
        calendars: What was ever said of calendars, oldest first, for those that the files do not have.
        policies: The policies that hold, for files that have none.
        zone: Where times are that name no zone.

    Raises:
        DefinitionsError: Something in the files is wrong, or there are no policies.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        kinds: Iterable[DefinitionKind[Any]],
        *,
        calendars: Iterable[Holding[Calendar]],
        policies: PolicySet | None,
        zone: tzinfo,
    ) -> None:
        reading = Definitions(kinds, zone)
        for name, text in files.items():
            reading.take(name, text)
        others = [one for one in calendars if Key(CALENDARS.name, one.name) not in reading.found]
        own = [cast("Calendar", one) for key, one in reading.found.items() if key.kind == CALENDARS.name]
        if others:  # so that policies may name them
            newest = {Key(CALENDARS.name, one.name): one.value for one in others if one.value is not None}
            reading.take(_IN_THE_STORE, text_of(newest, zone))
        reading.check()
        last = {one.name: one.value for one in others}
        there = {key: one for key, one in reading.found.items() if last.get(key.name, one) is not None}
        for finding in in_one_region(there):
            reading.tell(Key(finding.kind, finding.name), finding.path, finding.text)
        reading.refuse()
        drawn = cast("PolicySet | None", reading.found.get(Key(POLICIES.name))) or policies
        if drawn is None:
            raise DefinitionsError(
                f"{', '.join(files)}: no policies.", hint="Write [sla] into the file; servicedesk docs definitions."
            )
        since_ever = {"effective_from": None}
        self.policies = drawn.model_copy(update=since_ever | {"reapply": False})
        kept = [one.value for one in others if one.value is not None]
        removed = [(one.name, one.since) for one in others if one.value is None and one.since is not None]
        drawn_up = [one.model_copy(update=since_ever) for one in own]
        self.evaluator = Evaluator([self.policies], [*drawn_up, *kept], removed=removed)


def texts_at(path: Path) -> dict[str, str]:
    """Return the texts of a file, or of the files in a folder, by name.

    Raises:
        DefinitionsError: There is no such file, or it cannot be read.
    """
    found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    try:
        texts = {one.name: one.read_text(encoding="utf-8-sig") for one in found}
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise DefinitionsError(
            f"{path} cannot be read: {reason}.", hint="Name a file such as draft.toml, or a folder of such files."
        ) from error
    if not texts:
        raise DefinitionsError(f"{path} has no file that ends in .toml.", hint="Name a file such as draft.toml.")
    return texts
