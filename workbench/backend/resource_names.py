"""Names of the backend's parts, by Amplify's rule for them."""

from __future__ import annotations

import re

from workbench.backend.definitions.source_location import DefinitionError, Place

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_ -]*")


def check_resource_name(kind: str, name: str, place: Place) -> None:
    """Raise DefinitionError where Amplify would not take the name."""
    if not _NAME.fullmatch(name):
        raise DefinitionError(
            f"The {kind} {name!r} cannot have that name.",
            "Begin with a letter; then letters, digits, spaces, - and _.",
            place,
        )
