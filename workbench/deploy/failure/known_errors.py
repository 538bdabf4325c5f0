"""What well-known deployment errors mean and how to fix them, as a table.

The first pattern that matches wins, so the particular ones come before the general ones. Named
groups of a pattern can be used in the title and the fix.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.aws.permissions import PAGE, denial_in
from workbench.model.deployment import Offer
from workbench.printed_commands import amplify_tui, aws, cdk_bootstrap


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an error means, and what to do."""

    title: str
    fix: str
    offer: Offer = ""


@dataclass(frozen=True, slots=True)
class KnownError:
    """What an error looks like, and its explanation with the names of the pattern's groups."""

    pattern: re.Pattern[str]
    explanation: Explanation


def _known(pattern: str, title: str, fix: str, offer: Offer = "") -> KnownError:
    compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return KnownError(compiled, Explanation(title, fix, offer))


KNOWN_ERRORS: tuple[KnownError, ...] = (
    # --- what cannot be changed in place ---
    _known(
        r"Updates are not allowed for property[ -:]*(?P<property>[\w.]+)?",
        "This property cannot be changed once the resource exists",
        "Undo the change, or recreate the sandbox (its data is lost).",
        "recreate",
    ),
    _known(
        r"(?P<property>\w+) is set at \w+ and no API call changes it afterwards",
        "{property} cannot be changed once the resource exists",
        "Undo the change, or recreate the sandbox (its data is lost).",
        "recreate",
    ),
    _known(
        r"Invalid AttributeDataType input|Existing schema attributes cannot be modified or deleted"
        r"|schema attributes? cannot be (?:changed|modified|removed)",
        "A user pool's attributes cannot be changed once it exists",
        "Undo the change in amplify/auth, or recreate the sandbox (its users are lost).",
        "recreate",
    ),
    _known(
        r"cannot update a stack when a custom-named resource requires replacing",
        "A resource with a fixed name would have to be replaced",
        "Give the resource another name, or recreate the sandbox (its data is lost).",
        "recreate",
    ),
    _known(
        r"Stack (?:with id )?\[?arn:[\w:-]+:cloudformation:\S+ does not exist",
        "A nested stack was deleted outside of this sandbox",
        "CloudFormation cannot go on without it. Recreate the sandbox (its data is lost).",
        "recreate",
    ),
    _known(
        r"more than one GSI creation or deletion|Only 1 online index can be (?:created|deleted)",
        "DynamoDB changes one index of a table at a time",
        "Add or remove one index, deploy, then do the next one.",
    ),
    _known(
        r"Cannot update GSI's properties other than Provisioned Throughput",
        "A deployed index keeps its keys and its projection",
        "Give the index another name, or remove it, deploy, then add it again.",
    ),
    _known(
        r"is in (?P<state>\w*(?:FAILED|ROLLBACK_COMPLETE)) state and can ?not be updated",
        "The stack is in a state that CloudFormation cannot update",
        "Recreate the sandbox (its data is lost).",
        "recreate",
    ),
    _known(
        r"is in (?P<state>\w+_IN_PROGRESS) state and can ?not be updated",
        "Another deployment of this stack is still running",
        "Save again when it has finished.",
        "retry",
    ),
    # --- the data schema and its resolvers ---
    _known(
        r"Schema Creation Status is FAILED|Found \d+ problem\(s\) with the schema"
        r"|Failed to parse schema|schema document|GraphQLSchema.*(?:invalid|syntax)",
        "AppSync does not accept the GraphQL schema",
        "Check the models and custom types in amplify/data/resource.",
    ),
    _known(
        r"The code contains one or more errors",
        "A custom resolver's code has errors",
        "Check the handler's syntax: AppSync runs a subset of JavaScript (no async, no imports "
        "but @aws-appsync/utils).",
    ),
    # --- secrets ---
    _known(
        r"Failed to retrieve backend secret '?(?P<secret>[\w./-]+?)'? (?:for|of)\b"
        r".*ParameterNotFound",
        "The secret {secret} does not exist",
        "Set it with `{set_secret}`, then save again.",
    ),
    _known(
        r"ParameterNotFound|Unable to fetch parameters \[(?P<names>[^\]]*)\]",
        "A parameter or secret that the backend reads does not exist",
        "Set the secret with `{set_secret}`, then save again.",
    ),
    # --- functions ---
    _known(
        r"(?:Unzipped size must be smaller than|exceeds the maximum allowed size of) (?P<max>\d+)",
        "The function and its layers are too large for Lambda",
        "Keep the unzipped bundle under {max} bytes: import only what the handler uses.",
    ),
    _known(
        r"Uploaded file must be a non-empty zip",
        "The function's bundle is empty",
        "Delete .amplify/artifacts and save again.",
    ),
    _known(
        r"lambda:GetLayerVersion",
        "A Lambda layer cannot be read",
        "Check the layer's ARN, that its region is this one, and that it is shared with you.",
    ),
    _known(
        r"The runtime parameter of (?P<runtime>\S+) is no longer supported",
        "Lambda no longer supports the runtime {runtime}",
        "Set a newer `runtime` in defineFunction.",
    ),
    _known(
        r"cannot be assumed by Lambda|could not be assumed by",
        "A new role was not usable yet",
        "Save again in a moment: IAM needs some seconds to spread a new role.",
        "retry",
    ),
    _known(
        r"ReservedConcurrentExecutions|UnreservedConcurrentExecution",
        "The account has too little Lambda concurrency left",
        "Lower the reserved concurrency, or ask AWS to raise the quota.",
    ),
    # --- permissions and bootstrap ---
    _known(
        r"Role (?P<role>\S+) is invalid or cannot be assumed",
        "CloudFormation cannot use the role {role}",
        "Run `{bootstrap}` again, and allow sts:AssumeRole.",
    ),
    _known(
        r"environment been bootstrapped|account is bootstrapped|not (?:been )?bootstrapped"
        r"|bootstrap stack version|cdk-\w+-assets-\S+ does not exist",
        "This account and region are not set up for the CDK",
        "Run `{bootstrap}` once.",
    ),
    _known(
        r"\bAccess ?Denied\b",
        "A permission is missing",
        f"AWS does not say which one. {PAGE} lists what deploying and the panes need.",
    ),
    # --- names, limits, dependencies ---
    _known(
        r"Domain already (?:associated|exists)|domain prefix .*already",
        "The sign-in domain is taken",
        "Choose another domain prefix in amplify/auth.",
    ),
    _known(
        r"already exists(?! in stack)",
        "A resource with this name already exists",
        "Delete the other one, or give this one another name. After a failed delete, the "
        "leftover can be removed in the AWS console.",
    ),
    _known(
        r"Circular dependency between resources: \[(?P<resources>[^\]]*)\]",
        "Resources depend on each other in a circle",
        "Move the function to the stack that uses it: set `resourceGroupName: 'auth'` (or "
        "'data') in its defineFunction.",
    ),
    _known(
        r"Export (?P<export>\S+) cannot be (?:deleted|updated) as it is in use by (?P<stack>\S+)",
        "Another stack uses an output that would be removed",
        "Remove its use in {stack} first.",
    ),
    _known(
        r"Number of resources.{0,20}(?:greater than|exceeds)|may not exceed \d+ bytes in size"
        r"|greater than maximum allowed, \d+",
        "A stack's template is too large for CloudFormation",
        "Spread the models or resources over more nested stacks (`stackMappings`).",
    ),
    _known(
        r"Limit ?Exceeded|ServiceQuotaExceeded|maximum number of|quota (?:has been )?exceeded"
        r"|Cannot exceed quota|TooManyBuckets",
        "An AWS limit is reached",
        "Delete what is no longer needed, or ask AWS to raise the quota.",
    ),
    _known(
        r"Rate exceeded|Throttling|TooManyRequests",
        "AWS asked to slow down",
        "Save again in a moment.",
        "retry",
    ),
    _known(
        r"(?:bucket you tried to delete is not empty|BucketNotEmpty)",
        "A bucket still holds objects",
        "Empty the bucket, then try again.",
        "retry",
    ),
    _known(
        r"TerminationProtection is enabled",
        "The stack is protected from deletion",
        "Switch the stack's termination protection off in the CloudFormation console.",
    ),
    _known(
        r"cannot be deleted while in status (?P<state>\w+)",
        "The stack cannot be deleted while a deployment is running",
        "Wait until the deployment has finished, then delete again.",
        "retry",
    ),
    _known(
        r"did not receive a response from your Custom Resource|Custom Resource failed to stabilize",
        "A custom resource's function did not answer",
        "Look at the log of its function; it has to answer CloudFormation in every case.",
    ),
    _known(
        r"Email address (?:is )?not verified|identity .* is not verified",
        "Amazon SES has not verified the sender",
        "Verify the address or domain in SES, in this region.",
    ),
    # --- templates ---
    _known(
        r"(?:Unresolved (?:resource )?dependencies \[|references undefined resource )"
        r"(?P<names>[\w:, ]+)",
        "The template refers to resources that it does not have",
        "Check CDK overrides (`addPropertyOverride`) that name {names}.",
    ),
    _known(
        r"Template (?:format|validation) error|Template error:|Properties validation failed"
        r"|extraneous key",
        "CloudFormation does not accept the template",
        "Check the CDK code and overrides that make this resource.",
    ),
    _known(
        r"(?:Unsupported|Unrecognized|unknown) resource types?|not (?:yet )?supported by MiniStack",
        "The local cloud does not know this resource type",
        "Deploy this backend to AWS, or leave the resource out locally.",
    ),
    # --- credentials that appear inside a stack's events ---
    _known(
        r"security token included in the request is (?:expired|invalid)|ExpiredToken",
        "The AWS session has expired",
        "Get new credentials (`{login}`), then save again.",
        "login",
    ),
)


def explain(reason: str) -> Explanation | None:
    """Explain a reason, with the names in it filled in; None if unknown."""
    denial = denial_in(reason)
    if denial is not None and denial.action != "lambda:GetLayerVersion":
        return Explanation(denial.what, denial.next_step)
    for known in KNOWN_ERRORS:
        match = known.pattern.search(reason)
        if match:
            groups = {name: value or "it" for name, value in match.groupdict().items()}
            groups |= _commands(groups)
            found = known.explanation
            return Explanation(
                found.title.format_map(groups), found.fix.format_map(groups), found.offer
            )
    return None


def _commands(groups: Mapping[str, str]) -> dict[str, str]:
    """The commands that fixes name, for this session's target."""
    return {
        "set_secret": amplify_tui("secret", "set", groups.get("secret", "NAME")),
        "bootstrap": cdk_bootstrap(),
        "login": aws("sso", "login"),
    }
