"""Runs a request object on its data source: the step between a request and a response handler."""

from __future__ import annotations

from typing import Any

from workbench.localcloud.appsync.data_sources import (
    aws_lambda,
    dynamodb,
    event_bridge,
    http_endpoint,
)
from workbench.localcloud.appsync.data_sources.lambda_batches import LambdaBatches
from workbench.localcloud.appsync.data_sources.request_objects import request_object
from workbench.localcloud.appsync.data_sources.services import Services
from workbench.localcloud.appsync.data_sources.sync_settings import SyncSettings
from workbench.localcloud.appsync.evaluation import Context, FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource

_ABSENT = {
    "RELATIONAL_DATABASE": "Aurora Serverless (RDS Data API)",
    "AMAZON_OPENSEARCH_SERVICE": "OpenSearch",
    "AMAZON_ELASTICSEARCH": "Elasticsearch",
}


async def invoke(
    source: DataSource,
    request: Any,
    services: Services,
    context: Context,
    *,
    sync: SyncSettings | None = None,
    batches: LambdaBatches | None = None,
    max_batch_size: int = 0,
) -> Any:
    """What the request gives, as plain JSON: ``ctx.result`` of the response handler.

    ``sync`` is the resolver's or function's ``syncConfig``; ``batches`` joins ``BatchInvoke`` of
    one request's fields into one invocation (``max_batch_size`` as the resolver or function has
    it). Raises FieldError where the source fails: its ``data`` is ``ctx.result`` then; and
    TemplateError for a malformed request.
    """
    if source.region:
        services = services.at(source.account, source.region)
    try:
        match source.type:
            case "AMAZON_DYNAMODB":
                return await dynamodb.invoke(source, request, services, context, sync)
            case "NONE":
                return request_object(request).get("payload")
            case "AWS_LAMBDA":
                if batches is not None:
                    return await batches.invoke(source, request, context, max_batch_size)
                return await aws_lambda.invoke(source, request, services)
            case "HTTP":
                return await http_endpoint.invoke(source, request, services)
            case "AMAZON_EVENTBRIDGE":
                return await event_bridge.invoke(source, request, services)
            case "AMAZON_BEDROCK_RUNTIME":
                raise http_endpoint.bedrock_unavailable()
        product = _ABSENT.get(source.type)
        if product is None:
            raise FieldError(
                f"Data source {source.name} has the unknown type {source.type}.", "DataSource"
            )
        raise FieldError(
            f"{product} is not available on the local cloud (data source {source.name}).",
            "NotAvailableLocally",
        )
    except RecursionError:
        raise TemplateError("The request is nested too deeply.") from None
