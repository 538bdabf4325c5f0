"""The objects that an evaluation makes in jsii's process, deleted at its end.

Jsii keeps every object that it ever told Python about, and with one construct the whole tree of
its app: 0.5 MB a save. It has a call to delete them, which its Python runtime never makes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsii._kernel.types import ObjRef
from jsii._reference_map import _types as classes
from jsii._runtime import kernel
from jsii.errors import JSIIError
from jsii.python import _ClassProperty


class JsiiObjects:
    """Notes each object that jsii names from now on, in this process."""

    def __init__(self) -> None:
        self._seen: dict[str, ObjRef] = {}
        self._shared: set[str] = set()
        named = ObjRef.__init__

        def note(ref: ObjRef, /, *values: Any, **named_values: Any) -> None:
            named(ref, *values, **named_values)
            self._seen[ref.ref] = ref

        # Jsii has no way to be told of; a release without these names fails the worker's own tests.
        ObjRef.__init__ = note
        provider = kernel.provider
        provider.sget = self._of_a_class(provider.sget)

    def delete(self) -> None:
        """Delete the objects that belong to the evaluation alone."""
        for name, ref in list(self._seen.items()):
            if name not in self._shared and not name.endswith("@") and _is_own(name):
                try:
                    kernel.delete(ref)
                except (JSIIError, RuntimeError):
                    self._shared.add(name)  # jsii does not know it any more

    def _of_a_class(self, get: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Values of a class's own properties, such as ``Runtime.PYTHON_3_12``, stay for ever."""

        def get_and_share(request: Any) -> Any:
            before = set(self._seen)
            answer = get(request)
            self._shared |= self._seen.keys() - before
            return answer

        return get_and_share


def _is_own(name: str) -> bool:
    """Whether no other evaluation can meet the object of this reference again.

    An instance of a class with properties of its own may be one of their values, which jsii would
    go on naming by the deleted reference.
    """
    klass = classes.get(name.rsplit("@", 1)[0])
    return klass is None or not any(
        isinstance(value, _ClassProperty)
        for parent in klass.__mro__
        for value in vars(parent).values()
    )
