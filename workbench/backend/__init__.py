"""Backends in Python: what a user's ``amplify/`` imports. Needs aws_cdk, nothing of the engine."""

from workbench.backend.definitions.place import DefinitionError, DefinitionErrors
from workbench.backend.schema.classes import CustomType, Model
from workbench.backend.schema.define import LambdaAuthorizer, Oidc, define_data
from workbench.backend.schema.fields import belongs_to, field, has_many, has_one, index
from workbench.backend.schema.operations import (
    function,
    http,
    javascript,
    mutation,
    query,
    subscription,
)
from workbench.backend.schema.rules import allow
from workbench.backend.schema.scalars import (
    Date,
    DateTime,
    Email,
    Id,
    IpAddress,
    Json,
    Phone,
    Time,
    Timestamp,
    Url,
)

__all__ = [
    "CustomType",
    "Date",
    "DateTime",
    "DefinitionError",
    "DefinitionErrors",
    "Email",
    "Id",
    "IpAddress",
    "Json",
    "LambdaAuthorizer",
    "Model",
    "Oidc",
    "Phone",
    "Time",
    "Timestamp",
    "Url",
    "allow",
    "belongs_to",
    "define_data",
    "field",
    "function",
    "has_many",
    "has_one",
    "http",
    "index",
    "javascript",
    "mutation",
    "query",
    "subscription",
]
