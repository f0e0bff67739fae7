"""Notes: who may read them, what type they have, and the marker by which a lost one is found."""

from servicedesk_autotask.api.profile import INTERNAL, PUBLIC
from servicedesk_autotask.meaning.vocabulary import SYSTEM_NOTE_TYPES, VISIBILITY_BY_ID, fold, meaning_of
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing.checking import Values, check_length
from servicedesk_autotask.writing.kinds import NOTE_LENGTHS, WriteKind, carries_marker
from servicedesk_autotask.writing.refusing import refused
from servicedesk_autotask.writing.wire import Body
from servicedesk_autotask.writing.words import Words
from servicedesk_core.domain import NoteVisibility
from servicedesk_core.hooks import Write

TASK_NOTES = 3
"""The vendor's own type for what technicians write."""

WANTED = {
    "notes.create_internal": (INTERNAL, NoteVisibility.INTERNAL),
    "notes.create_public": (PUBLIC, NoteVisibility.PUBLIC),
}
"""By kind: the value of ``publish``, and what it must mean to everybody concerned."""


def marker(write_id: str) -> str:
    """Return the line that names the write at the end of a note."""
    return f"[ref:{write_id}]"


def new_note(write: Write, kind: WriteKind, values: Values, words: Words, settings: AutotaskSettings) -> Body:
    """Return the fields of a new note.

    Raises:
        RejectedError: The tenant has no such visibility or type, or the text is too long with its marker.
    """
    text = note_text(write, values, settings)
    check_length("body", text, NOTE_LENGTHS["body"])
    return {
        "title": note_title(values),
        "description": text,
        "noteType": _type(values, words, settings),
        "publish": publish_of(kind, words),
    }


def note_text(write: Write, values: Values, settings: AutotaskSettings) -> str:
    """Return the text of a note as it is sent."""
    text = str(values["body"]).replace("\x00", "")
    return f"{text}\n\n{marker(write.id)}" if carries_marker(write.kind, settings) else text


def note_title(values: Values) -> str:
    """Return the title of a note; the vendor demands one, so the first line stands in."""
    title = values.get("title") or next((line.strip() for line in str(values["body"]).splitlines() if line.strip()), "")
    # Cut by UTF-16 units, and never through the middle of a character.
    cut = str(title).encode("utf-16-le", "surrogatepass")[: 2 * NOTE_LENGTHS["title"]]
    return cut.decode("utf-16-le", "ignore") or "Note"


def publish_of(kind: WriteKind, words: Words) -> int:
    """Return who may read a note, after a look at whether the tenant and the operator mean the same by it.

    Raises:
        RejectedError: They do not; an internal note must never end up before a client.
    """
    value, meaning = WANTED[kind.kind]
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
