"""The CDK bootstrap resources that ``cdk`` and ``ampx`` look for before they deploy."""

from __future__ import annotations

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION
from workbench.localcloud.ministack.patches.cloudformation.ready_bootstrap import (
    BOOTSTRAP_VERSION,
    QUALIFIER,
    ROLES,
    VERSION_PARAMETER,
    make_ready,
)

__all__ = [
    "BOOTSTRAP_VERSION",
    "QUALIFIER",
    "ROLES",
    "STAGING_BUCKET",
    "VERSION_PARAMETER",
    "bootstrap",
]

STAGING_BUCKET = f"cdk-{QUALIFIER}-assets-{LOCAL_ACCOUNT}-{LOCAL_REGION}"


def bootstrap() -> bool:
    """Make them in the local cloud's own region; returns whether anything was made."""
    return make_ready()
