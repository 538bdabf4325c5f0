"""What the CDK refuses, at the line of the definition that asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jsii.errors import JSIIError

from workbench.backend.definitions.source_location import DefinitionError, Place


@contextmanager
def refused_at(place: Place) -> Iterator[None]:
    """Raise what the CDK refuses in the block as a DefinitionError with this place."""
    try:
        yield
    except (JSIIError, RuntimeError) as error:
        # The CDK appends its own stack and the construct's path.
        text = str(error).partition("\n")[0].strip()
        if not text:
            raise
        raise DefinitionError(text, "The CDK does not take this definition.", place) from error
