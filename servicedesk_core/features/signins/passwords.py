"""Passwords: which may be chosen, and how they are kept and proved."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

P = ParamSpec("P")
T = TypeVar("T")

SHORTEST: Final = 12
_LONGEST: Final = 1_000
_FEWEST_DIFFERENT: Final = 5
_HASHING: Final = ThreadPoolExecutor(2, thread_name_prefix="passwords")
"""Each hash takes 19 MiB and a processor: others wait, and hold up nothing else meanwhile."""

_COMMON: Final = frozenset(
    (  # noqa: SIM905
        "abc abcdef abcdefghijkl admin administrator changeme company desk dragon football helpdesk iloveyou letmein "
        "letmeinletmein login master monkey password passwordpassword passwort qazwsx qazwsxedc qwe qweasd qweasdzxc "
        "qwer qwert qwerty qwertyqwerty qwertyuiop qwertz qwertzuiop secret service servicedesk summer sunshine "
        "superman technician test testing user welcome welcomewelcome winter zaqwsx zaqwsxcde"
    ).split()
)
"""What the commonest passwords are made of once their digits and signs are taken out."""


def normal(password: str) -> str:
    """Return a password so that it is the same however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def ensure_usable(password: str, name: str) -> None:
    """Make sure that a password may be chosen.

    Args:
        password: What somebody would choose.
        name: Their own name.

    Raises:
        SettingsError: It is too short, or among what everybody tries first.
    """
    chosen = normal(password)
    letters = "".join(one for one in chosen.casefold() if one.isalpha())
    if len(chosen) < SHORTEST:
        problem = f"It has {len(chosen)} characters, and {SHORTEST} are the fewest."
    elif len(chosen) > _LONGEST:
        problem = f"It has more than {_LONGEST} characters."
    elif len(set(chosen)) < _FEWEST_DIFFERENT or not letters or letters in _COMMON:
        problem = "It is one that everybody tries first."
    elif letters == "".join(one for one in name.casefold() if one.isalpha()):
        problem = "It is the name, and little else."
    else:
        return
    raise SettingsError(f"This password will not do. {problem}", hint="Take some words that nobody would guess.")


async def in_turn(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do what hashes, which takes some tenths of a second, as soon as less than two others do."""
    return await asyncio.get_running_loop().run_in_executor(_HASHING, partial(work, *args, **kwargs))


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return _hasher().hash(normal(password))


def proves(kept: str | None, password: str) -> bool:
    """Whether a password is the one of which a hash is kept.

    Args:
        kept: The hash; ``None`` = there is none, and finding that out takes as long.
        password: What was given.
    """
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415  # an extra

    nobodys, given = _nobodys(), normal(password)
    try:
        is_right = _hasher().verify(kept or nobodys, given[:_LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return is_right and kept is not None and len(given) <= _LONGEST


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than are used now."""
    return _hasher().check_needs_rehash(kept)


@cache
def _hasher() -> "PasswordHasher":
    try:
        from argon2 import PasswordHasher  # noqa: PLC0415  # an extra
    except ImportError as error:
        hint = "pip install 'servicedesk-core[console]'"
        raise SettingsError("Passwords need argon2, which is not installed.", hint=hint) from error
    # The least that OWASP's cheat sheet on storing passwords names for argon2id.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody's")
