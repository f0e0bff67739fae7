"""Registers plugins in pluggy, and refuses what pluggy would accept in silence."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pluggy

from servicedesk_core.errors import PluginLoadError
from servicedesk_core.hooks.markers import PROJECT
from servicedesk_core.hooks.table import FAMILIES, HOOKS, Form, Hook, form_of

_INSTEAD = {
    Form.COROUTINE: '"async def"',
    Form.STREAM: 'an async generator ("async def" with "yield")',
    Form.PLAIN: 'a plain "def" that does not wait',
}


@dataclass(frozen=True, slots=True)
class Implementation:
    """A hook as one plugin implements it.

    Attributes:
        plugin: Name under which the plugin is registered.
        hook: What it implements.
        function: The bound method.
        arguments: The arguments that it wants, in its own order.
    """

    plugin: str
    hook: Hook
    function: Callable[..., Any]
    arguments: tuple[str, ...]

    def __call__(self, **values: Any) -> Any:
        """Call it with the arguments that it declares."""
        return self.function(*[values[name] for name in self.arguments])


@dataclass(frozen=True, slots=True)
class Registered:
    """A plugin that passed.

    Attributes:
        name: Connection name, or extension name.
        plugin: The instance.
        hooks: What it implements.
    """

    name: str
    plugin: object
    hooks: dict[str, Implementation] = field(default_factory=dict)


class Registry:
    """The plugins of one desk."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        for family in FAMILIES:
            self._manager.add_hookspecs(family)

    def register(self, name: str, plugin: object, *, connection: str | None = None) -> Registered:
        """Check a plugin and take it in.

        Args:
            name: Connection name; for an extension its own name.
            plugin: The instance.
            connection: Named in errors.

        Raises:
            PluginLoadError: It breaks a rule of the hooks; names class, method and what to write instead.
        """
        check_hooks(plugin, connection=connection)
        try:
            self._manager.register(plugin, name=name)
        except (pluggy.PluginValidationError, ValueError) as error:
            if self._manager.get_plugin(name) is plugin:
                self._manager.unregister(plugin)
            raise PluginLoadError(f"{_title(plugin)} cannot be registered: {error}", connection=connection) from error
        hooks = {
            caller.name: Implementation(name, HOOKS[caller.name], implementation.function, implementation.argnames)
            for caller in self._manager.get_hookcallers(plugin) or []
            if caller.name in HOOKS
            for implementation in caller.get_hookimpls()
            if implementation.plugin is plugin
        }
        return Registered(name, plugin, hooks)

    def unregister(self, name: str) -> None:
        """Forget a plugin; it hears no announcements any more."""
        if self._manager.has_plugin(name):
            self._manager.unregister(name=name)

    def hearers(self, hook: str) -> list[Implementation]:
        """Return everybody who implements an announcement, in order of registration."""
        found = getattr(self._manager.hook, hook).get_hookimpls()
        return [Implementation(one.plugin_name, HOOKS[hook], one.function, one.argnames) for one in found]


def capabilities_of(plugin: object) -> frozenset[str]:
    """Return the names of the hooks that a plugin, or its class, implements; inherited specs do not count."""
    return frozenset(hook.name for _, _, options, hook in _marked(plugin) if options is not None and hook is not None)


def check_hooks(plugin: object, *, connection: str | None = None) -> None:
    """Refuse a plugin, or a class, that breaks a rule of the hooks.

    Args:
        plugin: The instance or class.
        connection: Named in the error.

    Raises:
        PluginLoadError: All broken rules at once.
    """
    problems = [problem for found in _marked(plugin) for problem in _problems(*found)]
    problems += [
        f'"{name}" is set on the instance and hides the hook. Write it as a method with @hookimpl.'
        for name in vars(plugin) or {}
        if name in HOOKS and not isinstance(plugin, type) and not inspect.ismodule(plugin)
    ]
    if problems:
        title = _title(plugin)
        raise PluginLoadError(
            "\n".join(f"{title}: {problem}" for problem in problems),
            hint="This is for the plugin's author to correct.",
            connection=connection,
        )


_Found = tuple[str, Any, dict[str, Any] | None, Hook | None]


def _marked(plugin: object) -> Iterator[_Found]:
    """Yield what is marked as a hook, or has the name of one: name, function, options of the mark, the hook meant."""
    owner = plugin if isinstance(plugin, type) or inspect.ismodule(plugin) else type(plugin)
    for name in dir(owner):
        # Read statically: a property of the plugin must not run here.
        function = inspect.getattr_static(owner, name)
        function = function.__func__ if isinstance(function, staticmethod | classmethod) else function
        options: dict[str, Any] | None = getattr(function, f"{PROJECT}_impl", None) if callable(function) else None
        hook = HOOKS.get((options or {}).get("specname") or name)
        if options is not None or (hook is not None and function is not hook.function):
            yield name, function, options, hook


def _problems(name: str, function: Any, options: dict[str, Any] | None, hook: Hook | None) -> Iterator[str]:
    if options is None:
        yield (
            f'"{name}" has the name of a hook but no @hookimpl, so nobody would call it. '
            "Add @hookimpl, or give the method another name."
        )
        return
    if hook is None:
        if not options.get("optionalhook"):
            near = get_close_matches(options.get("specname") or name, HOOKS, n=1)
            yield f'"{name}" is marked @hookimpl, but there is no such hook.' + (
                f' Did you mean "{near[0]}"?' if near else " Remove @hookimpl."
            )
        return
    for order in ("tryfirst", "trylast", "wrapper", "hookwrapper"):
        if options.get(order) and (not hook.is_broadcast or "wrapper" in order):
            yield f'"{name}" is marked @hookimpl({order}=True), which would be ignored here. Write plain @hookimpl.'
    if form_of(function) is not hook.form:
        yield f'"{name}" must be {_INSTEAD[hook.form]}. Write: {hook.signature}.'
    yield from _argument_problems(name, function, hook)


def _argument_problems(name: str, function: Any, hook: Hook) -> Iterator[str]:
    parameters = list(inspect.signature(function).parameters.values())
    for parameter in parameters[1:] if parameters and parameters[0].name in {"self", "cls"} else parameters:
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.KEYWORD_ONLY}:
            yield f'"{name}" takes {parameter}, which would never be filled. Write: {hook.signature}.'
        elif parameter.name not in hook.arguments:
            yield f'"{name}" has no argument "{parameter.name}". Write: {hook.signature}.'
        elif parameter.default is not parameter.empty:
            yield f'"{name}" gives "{parameter.name}" a default, so it would never be filled. Write: {hook.signature}.'


def _title(plugin: object) -> str:
    owner: Any = plugin if isinstance(plugin, type) or inspect.ismodule(plugin) else type(plugin)
    return owner.__name__ if inspect.ismodule(owner) else f"{owner.__module__}.{owner.__qualname__}"
