"""The model introspection in amplify_outputs.json, made by the project's own Amplify packages."""

from __future__ import annotations

from pathlib import Path

from workbench.project.models import Project
from workbench.synth.synthesizer import Synthesizer


async def model_introspection(
    project: Project, node: Path, schema: str, synthesizer: Synthesizer | None = None
) -> dict[str, object]:
    """Turn a GraphQL model schema into the introspection that the Amplify client reads.

    ``generateModels`` of ``@aws-amplify/graphql-generator`` with the target ``introspection``, which
    is what ampx calls. A warm ``synthesizer`` does it in 10 ms; without one a worker is started for
    it. Raises RuntimeError with a plain message.
    """
    if synthesizer is not None:
        return await synthesizer.introspect(schema)
    alone = Synthesizer(project, node, lambda _event: None, rehearsals=0)
    try:
        return await alone.introspect(schema)
    finally:
        await alone.close()
