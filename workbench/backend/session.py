"""Where a backend is synthesised to: what the synth worker sets before it evaluates user code.

Without a session ``define_backend`` takes CDK's own environment (``CDK_CONTEXT_JSON``,
``CDK_OUTDIR``), so that ``cdk synth`` or a plain ``python amplify/backend.py`` work too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.backend.definitions.source_location import DefinitionError

if TYPE_CHECKING:
    from workbench.backend.backend import Backend

LOCAL_KEY = "amplify-tui-local"
"""Context key: true where the target is the local cloud, whose functions run on this machine."""


@dataclass(slots=True)
class SynthSession:
    """One evaluation: CDK's context, the folder of the assembly, and the backend once defined.

    ``cache`` is the folder in which bundled functions are kept between evaluations.
    """

    context: Mapping[str, object]
    outdir: str
    cache: Path | None = None
    backend: Backend | None = field(default=None)

    def synthesize(self) -> str:
        """Write the assembly and return its folder.

        Raises DefinitionError where no backend was defined.
        """
        if self.backend is None:
            raise DefinitionError(
                "amplify/backend.py defines no backend.",
                "Call define_backend(auth=auth, data=data) in it.",
            )
        return self.backend.synthesize()


_current: SynthSession | None = None


def begin_session(session: SynthSession) -> SynthSession:
    """Make this the session of every ``define_backend`` until ``end_session``."""
    global _current  # noqa: PLW0603 - user code calls define_backend without arguments for it
    _current = session
    return session


def end_session() -> None:
    """Forget the session."""
    global _current  # noqa: PLW0603
    _current = None


def current_session() -> SynthSession:
    """The session that was begun, or one from CDK's environment."""
    if _current is not None:
        return _current
    context = json.loads(os.environ.get("CDK_CONTEXT_JSON") or "{}")
    return SynthSession(context, os.environ.get("CDK_OUTDIR") or "cdk.out")


def has_session() -> bool:
    """Whether a worker has begun a session, and will synthesise it."""
    return _current is not None
