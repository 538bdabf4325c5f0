"""A local cloud's own key in the forms that AWS libraries take."""

from __future__ import annotations

import httpx
from botocore.credentials import Credentials

from workbench.aws.target import LocalTarget


def own_keys(target: LocalTarget) -> Credentials:
    """For botocore's signers."""
    assert target.keys is not None
    return Credentials(target.keys.access_key, target.keys.secret)


def boto3_keys(target: LocalTarget) -> dict[str, str]:
    """For ``boto3.client``."""
    keys = own_keys(target)
    return {"aws_access_key_id": keys.access_key, "aws_secret_access_key": keys.secret_key}


def get_own(target: LocalTarget, path: str) -> httpx.Response:
    """GET an address of amplify-tui's own, which asks for the local cloud's own key."""
    assert target.keys is not None
    url = target.endpoint + path
    return httpx.get(url, headers=dict(target.keys.sign("GET", url)), trust_env=False)
