"""What is computed, or imported, when it is first asked for, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class lazy(Generic[Owner, Value]):  # noqa: N801  # it is used as functools.cached_property is
    """A property that is computed once and kept.

    Unlike ``functools.cached_property`` of Python 3.11 it takes no lock. That lock is shared by all instances of a
    class, and a process that forks while another thread holds it leaves it locked in the child for ever. Two threads
    that ask at the same time may both compute the value; it is the same one.
    """

    def __init__(self, make: Callable[[Owner], Value]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[Owner, Value]: ...
    @overload
    def __get__(self, instance: Owner, owner: type) -> Value: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        value = self._make(instance)
        instance.__dict__[self._name] = value
        return value


def load(where: str) -> Any:
    """What stands in a module that is imported only now: ``"module:name"``, or ``"module:class.name"``.

    >>> load("math:floor")(1.5)
    1
    """
    module, _, names = where.partition(":")
    loaded: Any = import_module(module)
    for name in names.split("."):
        loaded = getattr(loaded, name)
    return loaded
