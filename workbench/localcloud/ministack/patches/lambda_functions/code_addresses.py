"""Addresses of functions' and layers' code: ministack serves them to anyone; AWS presigns them."""

from __future__ import annotations

from collections.abc import Callable

from workbench.aws.signature_v4 import presign
from workbench.localcloud.ministack.bridge.issued_credentials import administrator

_SECONDS = 600


def install() -> None:
    """Sign what the two functions that name an address return."""
    from ministack.services import lambda_svc

    lambda_svc._presigned_code_url = _signed(lambda_svc._presigned_code_url)
    lambda_svc._layer_content_url = _signed(lambda_svc._layer_content_url)


def _signed(address: Callable[..., str]) -> Callable[..., str]:
    def signed(*of: object) -> str:
        keys = administrator()
        plain = address(*of).partition("?")[0]
        return presign(plain, keys.access_key, keys.secret, "lambda", _SECONDS)

    return signed
