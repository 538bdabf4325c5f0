"""ministack as an ASGI application, set up by environment before its first import.

ministack reads its settings into module constants when imported, so :func:`load` must run before
anything else touches the package.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import cast

from workbench.aws.local_keys import LocalKeys
from workbench.localcloud.asgi.types import App
from workbench.localcloud.ministack.bridge.issued_credentials import set_administrator

LOOPBACK = "127.0.0.1"


def settings(state_dir: Path, port: int, keys: LocalKeys) -> dict[str, str]:
    """The environment ministack runs with; ``keys`` are its administrator's.

    ``BIND_HOST``, ``IOT_MTLS_ENABLED`` and ``SFTP_ENABLED`` keep its listeners to the one loopback
    port. ``DOCKER_HOST`` names no socket: at start ministack removes every container labelled as
    its own, also those of another project's emulator.
    """
    return {
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": "us-east-1",
        "MINISTACK_ACCOUNT_ID": "000000000000",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{state_dir / 'no-docker.sock'}",
        "PERSIST_STATE": "0",
        "STATE_DIR": str(state_dir / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state_dir / "s3"),
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret,
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def load(state_dir: Path, port: int, keys: LocalKeys) -> App:
    """Import ministack with our settings and return its application."""
    os.environ.update(settings(state_dir, port, keys))
    set_administrator(keys)
    # It is imported where it is installed, for a tenth of the whole start, and has no socket here.
    sys.modules.setdefault("docker", cast(ModuleType, None))
    import ministack.app

    logging.getLogger("hypercorn.access").setLevel(logging.WARNING)
    return cast(App, ministack.app.app)
