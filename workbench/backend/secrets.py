"""``secret``: a value that is kept in SSM, never in the code."""

from __future__ import annotations

import re

from workbench.backend.definitions.functions import Secret
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.schema.errors import calling_place

_NAME = re.compile(r"[a-zA-Z0-9_.-]+")


def secret(name: str) -> Secret:
    """Name a secret; its value is set in SSM, as with ``ampx sandbox secret set NAME``.

    Raises DefinitionError where SSM does not take the name.
    """
    if not _NAME.fullmatch(name):
        raise DefinitionError(
            f"The secret {name!r} cannot have that name.",
            "Use letters, digits, and the marks _ . -",
            calling_place(),
        )
    return Secret(name)
