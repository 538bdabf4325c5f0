"""What a function's process finds around it on the local cloud: its role's session, its log."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from workbench.function_process.environment import Surroundings
from workbench.localcloud.ministack.functions import log_store


def surroundings(config: Mapping[str, Any], log_stream: str) -> Surroundings:
    """Those of one process of the function."""
    from ministack.core import lambda_runtime

    _, region = lambda_runtime._account_region_from_function_config(config)
    return Surroundings(
        region=region,
        credentials=lambda_runtime.execution_credentials(config),
        log_group=log_store.group_of(config),
        log_stream=log_stream,
        endpoint=f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT', '4566')}",
    )
