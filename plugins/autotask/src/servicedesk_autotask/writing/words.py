"""From what something means to the tenant's own value for it. What is not certain is refused, never guessed."""

from collections.abc import Iterable, Mapping

from servicedesk_autotask.meaning.lists import TenantLists
from servicedesk_autotask.meaning.tickets import TicketWords
from servicedesk_autotask.meaning.vocabulary import KIND_BY_ID, fold
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing.refusing import refused
from servicedesk_core.domain import Priority, StatusCategory, TicketKind
from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import VocabularyMapping

COMPLETE = 5
"""The vendor's own last status, whatever the tenant calls it."""


class UnknownWordError(RejectedError):
    """A list of the tenant does not have this word; reading the list again may help.

    Args:
        message: What is wrong.
        name: The domain field.
        word: The word, if the list lacks one.
        offered: The words that can be chosen; empty = the list is not known.
        hint: What to do.
    """

    def __init__(
        self, message: str, name: str, *, hint: str, word: str | None = None, offered: Iterable[str] = ()
    ) -> None:
        super().__init__(message, field_errors=(name,), hint=hint)
        self.word = word
        self.offered = tuple(offered)


class Words:
    """The tenant's lists, read backwards.

    Args:
        lists: The tenant's lists.
        vocabulary: The operator's mapping.
        settings: Hold the operator's choice where a meaning has several words.
    """

    def __init__(self, lists: TenantLists, vocabulary: VocabularyMapping, settings: AutotaskSettings) -> None:
        self.lists = lists
        self.vocabulary = vocabulary
        self._words = TicketWords(lists, vocabulary)
        self._settings = settings

    def value(self, entity: str, field: str, word: str, name: str) -> int:
        """Return the value of a word of a list field.

        Args:
            entity: The vendor's entity.
            field: The vendor's field.
            word: The tenant's word.
            name: The domain field, for messages.

        Raises:
            UnknownWordError: There is no such word, or it can no longer be chosen.
        """
        choices = self.lists.choices(entity, field)
        found = [value for value, label in choices.items() if fold(label) == fold(word)]
        if len(found) == 1:
            return int(found[0])
        if found:
            raise refused(f'Autotask has {len(found)} values called "{word}" for {name}.', name, hint="Rename one.")
        raise UnknownWordError(
            f'Not sent: Autotask has no value "{word}" for {name}, or no longer offers it.',
            name,
            hint=f"It offers: {_listed(choices.values())}.",
            word=word,
            offered=choices.values(),
        )

    def checked(self, entity: str, field: str, value: int, name: str) -> int:
        """Return a value of a list field if it can be chosen.

        Raises:
            UnknownWordError: It cannot.
        """
        choices = self.lists.choices(entity, field)
        if choices and str(value) not in choices:
            raise UnknownWordError(
                f"Not sent: Autotask has no value {value} for {name}, or no longer offers it.",
                name,
                hint=f"It offers: {_listed(f'{number} ({label})' for number, label in choices.items())}.",
                offered=choices.values(),
            )
        return value

    def status(self, meaning: StatusCategory) -> int:
        """Return the status that means this: of several the one that is called so.

        The vendor's own last status ends a ticket where no other does.

        Raises:
            RejectedError: No status means it, or several do and none was chosen.
        """
        meant = {value: known for value, known in self._words.status.items() if known[1] is meaning}
        if COMPLETE in meant or (not meant and meaning is StatusCategory.CLOSED):
            meant = {COMPLETE: self._words.status[COMPLETE]} if COMPLETE in self._words.status else {}
        return self._one("status", meaning.value, meant, self._settings.status_for.get(meaning))

    def priority(self, meaning: Priority) -> int:
        """Return the priority that means this; raises like :meth:`status`."""
        meant = {value: known for value, known in self._words.priority.items() if known[1] is meaning}
        return self._one("priority", meaning.value, meant, self._settings.priority_for.get(meaning))

    def kind(self, meaning: TicketKind) -> int:
        """Return the ticket type that means this; the vendor's own five are the same everywhere.

        Raises:
            RejectedError: None does.
        """
        for value, known in KIND_BY_ID.items():
            if known is meaning:
                return self.checked("Tickets", "ticketType", int(value), "kind")
        raise refused(f'Autotask has no ticket type for "{meaning.value}".', "kind")

    def _one(self, field: str, meaning: str, meant: Mapping[object, tuple[str, object]], chosen: str | None) -> int:
        if chosen is not None:
            return self.value("Tickets", field, chosen, field)
        choices = self.lists.choices("Tickets", field)
        found = {value: word for value, (word, _) in meant.items() if isinstance(value, int) and str(value) in choices}
        same = [value for value, word in found.items() if word.casefold().replace(" ", "_") == meaning]
        if len(found) == 1 or len(same) == 1:
            return next(iter(same or found))
        setting = f'{field}_for = {{ {meaning} = "…" }}'
        if found:
            raise refused(
                f'{len(found)} statuses or priorities of this tenant mean "{meaning}": {_listed(found.values())}.',
                field,
                hint=f"Name one of them, or choose one for good with {setting} in the connection's configuration.",
            )
        raise UnknownWordError(
            f'Not sent: no {field} of this tenant means "{meaning}".',
            field,
            hint=f"Say which one does in [connections.NAME.mapping.{field}], or with {setting}.",
            offered=choices.values(),
        )


def _listed(words: Iterable[str]) -> str:
    known = sorted(set(words))
    return ", ".join(known[:12]) + (" …" if len(known) > 12 else "") if known else "nothing"  # noqa: PLR2004
