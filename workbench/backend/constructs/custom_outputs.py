"""``add_output``: parts of ``amplify_outputs.json`` put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.backend.definitions.source_location import DefinitionError, Place


def merged(present: Mapping[str, Any], part: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Both together: objects deeply, lists one after the other.

    Raises DefinitionError where both have a plain value for one key.
    """
    found = dict(present)
    for key, value in part.items():
        was = found.get(key)
        if isinstance(was, Mapping) and isinstance(value, Mapping):
            found[key] = merged(was, value, place)
        elif isinstance(was, list) and isinstance(value, list):
            found[key] = [*was, *value]
        elif was is None or was == value:
            found[key] = value
        else:
            raise DefinitionError(
                f"add_output sets {key} twice: to {was!r}, then to {value!r}.",
                "Set it once.",
                place,
            )
    return found
