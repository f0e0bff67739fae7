"""Silver: it is safe to run beside others."""

import ast
from collections.abc import Iterator

from servicedesk_core.grading.grades import Grade, Rule, Verdict, missing
from servicedesk_core.grading.subject import Source, Subject
from servicedesk_core.redaction import is_sensitive

PUBLIC = frozenset(
    f"servicedesk_core{room}" for room in ("", ".domain", ".hooks", ".http", ".testing", ".sandboxing", ".errors")
)
"""What a release keeps compatible; parts of the domain may be imported by their own names."""

HTTP_LIBRARIES = frozenset(
    {"httpx", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "pycurl", "httpcore"}
)
_BROAD = {"Exception", "BaseException"}


def access(subject: Subject) -> Verdict:
    """Look whether the way to access is described."""
    found = []
    for one in subject.connectors:
        said = one["capabilities"] or {}
        found += [f"{one['target']}: {name} is empty" for name in ("access", "approved_by") if not said.get(name)]
    return missing(*found)


def check(subject: Subject) -> Verdict:
    """Look for the harmless check."""
    return missing(*([] if "check_connection" in subject.hooks else ["check_connection is not implemented"]))


def public_api(subject: Subject) -> Verdict:
    """Look at what is imported from core."""
    found = [
        f"{source.name}:{line} imports {module}"
        for source in subject.sources
        for module, line in source.imports()
        if module.partition(".")[0] == "servicedesk_core"
        and module not in PUBLIC
        and not module.startswith(("servicedesk_core.domain.", "servicedesk_core.sandboxing."))
    ]
    return missing(*found)


def kit_only(subject: Subject) -> Verdict:
    """Look for HTTP libraries beside the kit."""
    found = [
        f"{source.name}:{line} imports {module}"
        for source in subject.connector_sources
        for module, line in source.imports()
        if module in HTTP_LIBRARIES or module.partition(".")[0] in HTTP_LIBRARIES
    ]
    return missing(*found)


def secrets(subject: Subject) -> Verdict:
    """Look whether secret settings hide themselves."""
    return missing(
        *(
            f"{field['name']} is no SecretStr"
            for one in subject.connectors
            for field in one["settings"]
            if is_sensitive(field["name"]) and not field["is_secret"]
        )
    )


def settings_described(subject: Subject) -> Verdict:
    """Look at the descriptions of settings."""
    return missing(
        *(
            f"{field['name']} has no description"
            for one in subject.connectors
            for field in one["settings"]
            if not field["description"]
        )
    )


def core_bounds(subject: Subject) -> Verdict:
    """Look at the required versions of core."""
    needed = [str(one).replace(" ", "") for one in subject.project.get("dependencies", [])]
    core = [one for one in needed if one.partition("[")[0].startswith("servicedesk-core")]
    if not core:
        return missing("pyproject.toml does not depend on servicedesk-core")
    return missing(*([] if "<" in core[0] and ">=" in core[0] else [f"{core[0]} has no lower or no upper bound"]))


def errors_pass(subject: Subject) -> Verdict:
    """Look for handlers that swallow every error."""
    return missing(*(finding for source in subject.connector_sources for finding in _swallowed(source)))


def _swallowed(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
            raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            if not raises:
                yield f"{source.name}:{node.lineno} catches everything and raises nothing"


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in _BROAD for name in names)


RULES = (
    Rule(
        id="access",
        grade=Grade.SILVER,
        what="It says how access is obtained and who must agree.",
        why="Operators ask before they install anything: servicedesk connections requirements.",
        mend='Fill Capabilities.access and approved_by; "the vendor, on request" is an answer.',
        look=access,
    ),
    Rule(
        id="check",
        grade=Grade.SILVER,
        what="A connection can be tested without harm.",
        why="Vendors hide what a user may not see; only a look tells an empty stream from a missing right.",
        mend="Implement check_connection: at most three requests a stream, and the missing right in the note.",
        look=check,
    ),
    Rule(
        id="public-api",
        grade=Grade.SILVER,
        what="It imports only what core keeps compatible.",
        why="Everything else may change in any release, and the plugin would break at somebody's desk.",
        mend=f"Import from {', '.join(sorted(PUBLIC))}; ask for what is missing there.",
        look=public_api,
    ),
    Rule(
        id="kit-only",
        grade=Grade.SILVER,
        what="All HTTP goes through the kit.",
        why="The kit refuses writes that nobody granted, keeps to the quota, and masks secrets.",
        mend="Use ctx.http; a library of the vendor's that brings its own HTTP goes through ctx.run_blocking, with an"
        " exemption that says so.",
        look=kit_only,
    ),
    Rule(
        id="secrets",
        grade=Grade.SILVER,
        what="Secrets hide themselves.",
        why="A plain text would end up in logs, errors and reprs.",
        mend="Make the setting a pydantic SecretStr.",
        look=secrets,
    ),
    Rule(
        id="settings-described",
        grade=Grade.SILVER,
        what="Every setting is described.",
        why="The descriptions are the questions of servicedesk init and the reference page.",
        mend="Give each Field a description.",
        look=settings_described,
    ),
    Rule(
        id="core-bounds",
        grade=Grade.SILVER,
        what="It names the versions of core that it was made for.",
        why="Hooks may change between minor versions before 1.0; pip then refuses instead of a desk failing.",
        mend='Depend on, for example, "servicedesk-core>=0.1,<0.2".',
        look=core_bounds,
    ),
    Rule(
        id="errors-pass",
        grade=Grade.SILVER,
        what="No error is swallowed.",
        why="Core decides by the error: whether to wait, to stop, to look for a lost write.",
        mend="Catch the errors that you mean, or raise one of servicedesk_core.errors from it.",
        look=errors_pass,
    ),
)
