"""Whether a role's trust policy lets in somebody whom an identity provider vouches for.

Such a caller has no policies of its own: the role's trust alone decides, by the provider and by
what its token says.
Source: "AWS JSON policy elements: Principal", federated principals, IAM user guide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.localcloud.iam.policies import Principals, statements_of
from workbench.localcloud.iam.requests import Context


def trusts_provider(
    document: str | Mapping[str, Any] | None,
    provider: str,
    actions: Sequence[str],
    context: Context,
) -> bool:
    """Whether a provider's user may do all of the actions with a role; ``context`` has the keys."""
    about = [
        each
        for each in statements_of("trust policy", document)
        if each.principals is not None and _names(each.principals, provider)
    ]
    for action in actions:
        fitting = [
            each
            for each in about
            if each.is_about(action.lower()) and each.applies("", context.get)
        ]
        if not fitting or not all(each.allows for each in fitting):
            return False
    return True


def _names(principals: Principals, provider: str) -> bool:
    named = provider in principals.federated or "*" in principals.aws
    return named is not principals.others
