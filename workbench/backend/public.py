"""Every name that a user's ``amplify/`` imports from ``amplify_tui``.

Needs aws_cdk, nothing of the engine.

Definitions alone do not import aws_cdk, which takes seconds; ``define_backend`` does.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from workbench.backend.auth import define_auth, reference_auth
from workbench.backend.definitions.auth import (
    AppleProvider,
    EmailLogin,
    ExternalProviders,
    Invitation,
    Multifactor,
    OidcProvider,
    Passkeys,
    PasswordPolicy,
    PhoneLogin,
    SamlProvider,
    SesSender,
    SnsSender,
    SocialProvider,
    UserAttribute,
)
from workbench.backend.definitions.source_location import DefinitionError, DefinitionErrors
from workbench.backend.functions import define_function
from workbench.backend.grants import grant
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
from workbench.backend.secrets import secret
from workbench.backend.storage import define_storage

if TYPE_CHECKING:
    from workbench.backend.backend import Backend, define_backend
else:

    def __getattr__(name: str) -> object:
        if name in ("Backend", "define_backend"):
            return getattr(import_module("workbench.backend.backend"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "AppleProvider",
    "Backend",
    "CustomType",
    "Date",
    "DateTime",
    "DefinitionError",
    "DefinitionErrors",
    "Email",
    "EmailLogin",
    "ExternalProviders",
    "Id",
    "Invitation",
    "IpAddress",
    "Json",
    "LambdaAuthorizer",
    "Model",
    "Multifactor",
    "Oidc",
    "OidcProvider",
    "Passkeys",
    "PasswordPolicy",
    "Phone",
    "PhoneLogin",
    "SamlProvider",
    "SesSender",
    "SnsSender",
    "SocialProvider",
    "Time",
    "Timestamp",
    "Url",
    "UserAttribute",
    "allow",
    "belongs_to",
    "define_auth",
    "define_backend",
    "define_data",
    "define_function",
    "define_storage",
    "field",
    "function",
    "grant",
    "has_many",
    "has_one",
    "http",
    "index",
    "javascript",
    "mutation",
    "query",
    "reference_auth",
    "secret",
    "subscription",
]
