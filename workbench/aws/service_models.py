"""What botocore knows of AWS's services, read once by this process.

Each session reads it again, for 0.1 s of CPU before its first client: there is a session for each
target and for each role that a deployment takes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.session import Session


def share_models(session: Session) -> None:
    """Let a session's clients use the models that others have read."""
    from botocore.exceptions import ProfileNotFound

    try:
        folders = session.get_config_variable("data_path")
    except ProfileNotFound:
        return  # said where the profile is needed
    session.register_component("data_loader", _loader(folders))


@cache
def _loader(folders: str | None) -> Loader:
    from botocore.loaders import create_loader

    return create_loader(folders)
