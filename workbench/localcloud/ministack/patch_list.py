"""Every patch of ministack, in order of application.

A patch is a function ``install() -> None``; the first line of its module's docstring says which
behaviour of ministack it changes.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.localcloud.ministack.patches.apigateway import addresses
from workbench.localcloud.ministack.patches.appsync import (
    api_key_expiry,
    control,
    endpoints,
    evaluate,
    routes,
    schema_validation,
    storage,
    types,
)
from workbench.localcloud.ministack.patches.cloudformation import (
    custom_resource_failures,
    custom_resources,
    missing_stack_message,
    nested_stack_family,
    nested_stacks,
    stack_events,
    template_metadata,
    unserved_types,
)
from workbench.localcloud.ministack.patches.cognito import (
    attribute_changes,
    attributes,
    auth_flows,
    challenges,
    developer_identities,
    failed_attempts,
    first_factors,
    group_roles,
    identities,
    identity_constraints,
    identity_logins,
    identity_providers,
    invitations,
    listing,
    live_sign_ins,
    messages,
    mfa_preferences,
    missing_calls,
    new_users,
    passkeys,
    passwordless,
    pool_properties,
    recovery,
    role_mapping,
    second_factors,
    served_actions,
    srp_numbers,
    tokens,
    totp_setup,
    turns,
    user_index,
    verification,
)
from workbench.localcloud.ministack.patches.cognito.triggers import (
    calls,
    migration,
    sign_in,
    sign_up,
    token_generation,
)
from workbench.localcloud.ministack.patches.dynamodb import contains, long_reads, speed
from workbench.localcloud.ministack.patches.lambda_functions import (
    code,
    code_addresses,
    credentials,
    log_end,
    log_order,
    provider_invocations,
    runtime,
    states,
)
from workbench.localcloud.ministack.patches.s3 import (
    bucket_provisioning,
    cors_rules,
    post_forms,
    refused_deletions,
    staging_bucket,
)
from workbench.localcloud.ministack.patches.server import (
    invented_answers,
    service_models,
    steady_answers,
)
from workbench.localcloud.ministack.patches.sts import web_identities

PATCHES: tuple[Callable[[], None], ...] = (
    nested_stacks.install,
    nested_stack_family.install,
    stack_events.install,
    missing_stack_message.install,
    template_metadata.install,
    custom_resource_failures.install,
    custom_resources.install,
    provider_invocations.install,
    addresses.install,
    endpoints.install,
    routes.install,
    storage.install,
    control.install,
    types.install,
    evaluate.install,
    schema_validation.install,
    api_key_expiry.install,
    user_index.install,
    identity_providers.install,
    messages.install,
    invitations.install,
    new_users.install,
    verification.install,
    recovery.install,
    attribute_changes.install,
    attributes.install,
    served_actions.install,
    totp_setup.install,
    second_factors.install,
    first_factors.install,
    passwordless.install,
    challenges.install,
    passkeys.install,
    mfa_preferences.install,
    pool_properties.install,
    missing_calls.install,
    listing.install,
    sign_in.install,
    token_generation.install,
    migration.install,
    auth_flows.install,
    failed_attempts.install,
    live_sign_ins.install,
    tokens.install,
    group_roles.install,
    role_mapping.install,
    developer_identities.install,
    identity_logins.install,
    identities.install,
    identity_constraints.install,
    web_identities.install,
    runtime.install,
    credentials.install,
    code.install,
    code_addresses.install,
    states.install,
    log_end.install,
    bucket_provisioning.install,
    cors_rules.install,
    post_forms.install,
    refused_deletions.install,
    staging_bucket.install,
    unserved_types.install,
    contains.install,
    speed.install,
    long_reads.install,
    srp_numbers.install,
    sign_up.install,
    calls.install,
    turns.install,
    log_order.install,
    invented_answers.install,
    steady_answers.install,
    service_models.install,
)


def patch_name(patch: Callable[[], None]) -> str:
    """The patch's name: its service and module, as ``cognito.tokens``."""
    return ".".join(patch.__module__.split(".")[-2:])
