"""Turns what pydantic found into lines that a person can act on. Values never appear, except words from a list."""

from collections.abc import Iterable

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.redaction import is_sensitive


def problems_of(
    error: ValidationError, model: type[BaseModel], *, prefix: tuple[str, ...] = (), also: Iterable[str] = ()
) -> list[str]:
    """Return one line for each problem: the key path, what is wrong, what is allowed.

    Args:
        error: What validation found.
        model: The class that was validated against; its fields are proposed for unknown keys.
        prefix: Keys that lead to the validated table.
        also: Further keys that would have been allowed at the top of the table.
    """
    return [problem_line(detail, model, prefix, also) for detail in error.errors(include_url=False)]


def settings_error(where: str, problems: list[str], *, connection: str | None = None) -> SettingsError:
    """Return one error that tells all problems at once."""
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return SettingsError(
        f"{where} has {count}:\n" + "\n".join(f"  {line}" for line in problems),
        hint="Correct it and run the command again.",
        connection=connection,
    )


def key_path(*parts: object) -> str:
    """Return a dotted key path as TOML writes it."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        elif part != "":
            plain = str(part).replace("_", "").replace("-", "").isalnum()
            text += ("." if text else "") + (str(part) if plain else f'"{part}"')
    return text


def problem_line(
    detail: ErrorDetails, model: type[BaseModel], prefix: tuple[str, ...] = (), also: Iterable[str] = ()
) -> str:
    """Return the line of one problem; see :func:`problems_of`."""
    *parents, last = detail["loc"] or ("",)
    path = key_path(*prefix, *(part for part in detail["loc"] if part != "[key]"))
    # What follows the colon behind such a name would be masked as if it were the secret.
    said = path if is_sensitive(str(last)) else f"{path or 'the file'}:"
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        choices = [*_fields_at(model, parents), *(also if not parents else ())]
        return f"{path}: unknown setting.{did_you_mean(str(last), choices)}"
    if kind == "missing":
        return f"{said} is missing."
    if kind in {"literal_error", "enum"}:
        allowed = str(context.get("expected", "")).replace("'", '"')
        words = [word.strip('" ') for word in allowed.replace(" or ", ",").split(",")]
        return f"{path}: must be {allowed}.{did_you_mean(str(detail['input']), words)}"
    if last == "[key]":
        return f"{path}: names hold letters, digits, - and _ only, and start with a letter or digit."
    reason = detail["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("should")
    return f"{said} {'must' if detail['msg'].startswith('Input should') else ''}{reason}"


def _fields_at(model: type[BaseModel], parents: Iterable[object]) -> list[str]:
    current: object = model
    for part in parents:
        fields = getattr(current, "model_fields", {})
        inside = [fields[part].annotation] if part in fields else _arguments(current)
        current = inside[-1] if inside else None  # of a mapping its values, of a tuple its entries
        if type(None) in getattr(current, "__args__", ()):
            current = _arguments(current)[-1]
    return list(getattr(current, "model_fields", {}))


def _arguments(annotation: object) -> list[object]:
    return [one for one in getattr(annotation, "__args__", ()) if one is not ... and one is not type(None)]
