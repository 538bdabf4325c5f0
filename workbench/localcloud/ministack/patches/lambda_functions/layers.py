"""Layers: ministack knows none by its ARN, and publishes one without content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    Reply,
    invalid,
    refusing,
)

_CALLS = (
    "_publish_layer_version",
    "_list_layer_versions",
    "_get_layer_version",
    "_delete_layer_version",
    "_add_layer_version_permission",
    "_get_layer_version_policy",
    "_remove_layer_version_permission",
)
_MOST = 5


def install() -> None:
    """Look at what the calls name, and at what a function or a layer is made of."""
    from ministack.services import lambda_svc

    for name in _CALLS:
        setattr(lambda_svc, name, _by_name(getattr(lambda_svc, name)))
    lambda_svc._publish_layer_version = refusing(_with_content(lambda_svc._publish_layer_version))
    lambda_svc._create_function = refusing(_attaching(lambda_svc._create_function, 0))
    lambda_svc._update_config = refusing(_attaching(lambda_svc._update_config, 1))


def _by_name(call: Callable[..., Reply]) -> Callable[..., Reply]:
    def called(layer: str, *given: Any) -> Reply:
        from ministack.services import lambda_svc

        prefix = str(lambda_svc._layer_arn(""))
        if given and isinstance(given[0], int) and given[0] < 1:
            return invalid("Layer Version Cannot be less than 1").answer()
        return call(layer.removeprefix(prefix), *given)

    return called


def _with_content(publish: Callable[..., Reply]) -> Callable[..., Reply]:
    def publish_version(layer: str, data: Mapping[str, Any]) -> Reply:
        content = data.get("Content") or {}
        if not content.get("ZipFile") and not (content.get("S3Bucket") and content.get("S3Key")):
            raise invalid("Please provide a source for layer content.")
        return publish(layer, data)

    return publish_version


def _attaching(call: Callable[..., Reply], settings: int) -> Callable[..., Reply]:
    def call_with_layers(*given: Any) -> Reply:
        arns = [each for each in given[settings].get("Layers") or () if isinstance(each, str)]
        if len(arns) > _MOST:
            raise invalid(f"Cannot reference more than {_MOST} layers.")
        seen: dict[str, str] = {}
        for arn in arns:
            layer = arn.rpartition(":")[0]
            if layer in seen:
                raise invalid(
                    "Two different versions of the same layer are not allowed to be referenced in "
                    f"the same function. {seen[layer]} and {arn} are versions of the same layer."
                )
            seen[layer] = arn
        return call(*given)

    return call_with_layers
