"""Notes: who may read them, and what type they have."""

from servicedesk_autotask.meaning.vocabulary import SYSTEM_NOTE_TYPES, VISIBILITY_BY_ID, fold, meaning_of
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing.checking import Values
from servicedesk_autotask.writing.kinds import NOTE_LENGTHS
from servicedesk_autotask.writing.refusing import refused
from servicedesk_autotask.writing.wire import Body
from servicedesk_autotask.writing.words import Words
from servicedesk_core.domain import NoteVisibility
from servicedesk_core.hooks import Write, WriteCapability

TASK_NOTES = 3
"""The vendor's own type for what technicians write."""

_MEANT = {"staff": NoteVisibility.INTERNAL, "customer": NoteVisibility.PUBLIC}
"""By who shall see a note: what its ``publish`` must mean to everybody concerned."""


def new_note(write: Write, kind: WriteCapability, values: Values, words: Words, settings: AutotaskSettings) -> Body:
    """Return the fields of a new note.

    Raises:
        RejectedError: The tenant has no such visibility or type.
    """
    return {
        "title": note_title(values),
        "description": note_text(write, kind),
        "noteType": _type(values, words, settings),
        "publish": publish_of(kind, words),
    }


def note_text(write: Write, kind: WriteCapability) -> str:
    """Return the text of a note as it is sent."""
    return str(kind.marked(write)["body"]).replace("\x00", "")


def note_title(values: Values) -> str:
    """Return the title of a note; the vendor demands one, so the first line stands in."""
    title = values.get("title") or next((line.strip() for line in str(values["body"]).splitlines() if line.strip()), "")
    # Cut by UTF-16 units, and never through the middle of a character.
    cut = str(title).encode("utf-16-le", "surrogatepass")[: 2 * NOTE_LENGTHS["title"]]
    return cut.decode("utf-16-le", "ignore") or "Note"


def publish_of(kind: WriteCapability, words: Words) -> int:
    """Return who may read a note, after a look at whether the tenant and the operator mean the same by it.

    Raises:
        RejectedError: They do not; an internal note must never end up before a client.
    """
    value, meaning = int(kind.flags["publish"]), _MEANT[kind.visible_to]
    words.checked("TicketNotes", "publish", value, "visibility")
    label = words.lists.labels("TicketNotes", "publish").get(str(value), "")
    chosen = {fold(word): visibility for word, visibility in words.vocabulary.note_visibility.items()}
    meant = meaning_of(label, str(value), chosen, {}, VISIBILITY_BY_ID)
    if meant is not meaning:
        raise refused(
            f'your mapping says that "{label}" is {meant.value if meant else "unknown"}, and Autotask means '
            f"{meaning.value} notes by it.",
            "visibility",
            hint="Take the line out of [connections.NAME.mapping.note_visibility].",
        )
    return value


def _type(values: Values, words: Words, settings: AutotaskSettings) -> int:
    word = values.get("kind") or settings.note_type
    choices = words.lists.choices("TicketNotes", "noteType")
    if word is None:
        if choices and str(TASK_NOTES) not in choices:
            raise refused(
                "this tenant has no note type Task Notes.", "kind", hint="Choose one with note_type in the connection."
            )
        return TASK_NOTES
    value = words.value("TicketNotes", "noteType", word, "kind")
    if str(value) in SYSTEM_NOTE_TYPES:
        raise refused(f'"{word}" is a type that only Autotask itself gives.', "kind")
    return value
