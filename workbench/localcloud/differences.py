"""What the local cloud does otherwise than AWS, service by service: a row for each difference.

docs/local-cloud.md is written from it (``python -m scripts.differences_page``), and each row is
shown by a test of its own name in tests/localcloud/test_differences.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what happens ``here``, and what on ``aws``; ``name`` is its test's too.

    ``why`` gives the reason, or where AWS says it.
    """

    service: str
    name: str
    here: str
    aws: str
    why: str = ""


EVERY: Final = "Every service"
POOLS: Final = "Cognito user pools"
IDENTITIES: Final = "Cognito identity pools"
IAM: Final = "IAM and STS"
APPSYNC: Final = "AppSync"
DYNAMODB: Final = "DynamoDB"
LAMBDA: Final = "Lambda"
S3: Final = "S3"
CLOUDFORMATION: Final = "CloudFormation"
API_GATEWAY: Final = "API Gateway"
QUEUES: Final = "SQS and SNS"
KMS: Final = "KMS"
SES: Final = "SES"
HOSTING: Final = "Amplify Hosting"
OTHERS: Final = "Other services"

SERVICES: Final = (
    EVERY, POOLS, IDENTITIES, IAM, APPSYNC, DYNAMODB, LAMBDA, S3, CLOUDFORMATION, API_GATEWAY,
    QUEUES, KMS, SES, HOSTING, OTHERS,
)  # fmt: skip

DIFFERENCES: Final = (
    Difference(
        EVERY, "one_account",
        "There is one account, `000000000000`.",
        "An account is yours, and has a number of its own.",
    ),
    Difference(
        EVERY, "pages_of_this_machine",
        "Only pages of a loopback address are answered, and those that you name in the settings.",
        "A page of any site may call; the service's own CORS rules decide.",
        "A local cloud runs code as you: see [Security](security.md).",
    ),
    Difference(
        EVERY, "old_signatures",
        "Signature version 4 is checked as on AWS. Version 4A, and headers of version 2, are "
        "refused.",
        "S3's multi-Region access points take version 4A.",
    ),
    Difference(
        EVERY, "no_throttling",
        "Nothing is throttled, and no quota of requests counts.",
        "Requests over a quota are throttled.",
    ),
    Difference(
        EVERY, "addresses_of_this_machine",
        "Addresses in a stack's outputs (function URLs, APIs, queues, sign-in domains, web sites) "
        "are of this machine.",
        "They are AWS's own.",
        "AWS's would lead to nothing, or to a stranger's.",
    ),
    Difference(
        POOLS, "messages_stay_here",
        "Messages, and the codes in them, stay on this machine: see [Users](users.md#messages).",
        "They are sent by e-mail and SMS, some 50 e-mails a day without SES.",
    ),
    Difference(
        POOLS, "no_threat_protection",
        "Threat protection, risk configuration and log delivery are kept, and change nothing.",
        "Compromised passwords and risky sign-ins are blocked or challenged, and logged.",
    ),
    Difference(
        POOLS, "plain_pages",
        "Managed login branding and terms are kept; the sign-in pages have a look of their own.",
        "The pages are styled by them.",
    ),
    Difference(
        POOLS, "a_page_stands_in",
        "On the hosted sign-in a page of the local cloud stands in for Google and other providers. "
        "It believes the address that is typed.",
        "The provider's own page asks who it is.",
        "That needs a network, and an application that the provider knows.",
    ),
    Difference(
        POOLS, "codes_not_limited",
        "Codes may be asked for again and again.",
        "After some in an hour: `LimitExceededException`.",
    ),
    Difference(
        POOLS, "actions_not_served",
        "Replicas of a pool, limits of a plan, second secrets of a client and `GetClientToken` are "
        "refused, with the reason.",
        "They work.",
    ),
    Difference(
        POOLS, "restart_forgives",
        "Wrong passwords are counted while the local cloud runs: a restart forgives them.",
        "They are forgiven after some time alone.",
    ),
    Difference(
        IDENTITIES, "foreign_tokens",
        "Where an identity pool names Google, Facebook, Amazon, Apple or a SAML provider, its "
        "tokens' signatures are not checked.",
        "They are verified with the provider.",
        "That needs a network, and the provider's keys.",
    ),
    Difference(
        IAM, "own_key_may_all",
        "The local cloud's own key (of `amplify-tui local env`) may do everything, whatever a "
        "policy says.",
        "Policies decide for you, too.",
        "It is the developer's: there is no console to get out of one's own refusal.",
    ),
    Difference(
        IAM, "policies_at_once",
        "A changed policy counts for the next request.",
        "It counts within seconds.",
        "IAM is eventually consistent there.",
    ),
    Difference(
        APPSYNC, "capital_addresses",
        "The address of an API begins with `HTTP://`, in capitals. Subscriptions come at the same "
        "port.",
        "`https://….appsync-api.REGION.amazonaws.com/graphql`, and another host for subscriptions.",
        "The Amplify client turns `http://` into `wss://`, and leaves this form alone.",
    ),
    Difference(
        APPSYNC, "no_sql_and_search",
        "A data source of SQL (RDS) or OpenSearch is stored; each request to it fails, and says "
        "so.",
        "It is asked.",
    ),
    Difference(
        APPSYNC, "no_bedrock",
        "A request to a Bedrock model fails, and says that it needs AWS; so do calls of Bedrock "
        "itself.",
        "The model answers.",
    ),
    Difference(
        APPSYNC, "two_kinds_of_nothing",
        "In APPSYNC_JS `undefined` equals `null` (`===`) where one of both is written out "
        "(`ctx.args.x === null`); two variables, one undefined and one null, differ.",
        "They are equal too, as users report.",
    ),
    Difference(
        APPSYNC, "no_cache",
        "A cache is stored, and nothing is taken from it.",
        "Answers are kept for its time to live.",
    ),
    Difference(
        APPSYNC, "no_custom_domains",
        "Custom domain names are not known.",
        "An API has one if you want.",
    ),
    Difference(
        DYNAMODB, "no_capacity",
        "A table has no capacity: what is provisioned is stored, and never used up.",
        "What is over it is throttled (`ProvisionedThroughputExceededException`).",
    ),
    Difference(
        DYNAMODB, "indexes_at_once",
        "Every read is consistent, also from a global secondary index.",
        "An index follows its table in a moment; reads are eventually consistent unless asked "
        "otherwise.",
    ),
    Difference(
        LAMBDA, "your_node",
        "A function is a process of its runtime's Node or Python where PATH or a version manager "
        "has that version; else of your own Node, or of the Python that amplify-tui runs on.",
        "It is a container with exactly that runtime.",
    ),
    Difference(
        LAMBDA, "other_runtimes",
        "A function in Java, Ruby, .NET or another runtime fails, and says so.",
        "It runs.",
    ),
    Difference(
        LAMBDA, "memory_on_linux",
        "A function that takes more than its memory size is ended on Linux only.",
        "It is ended.",
        "Other systems tell a process's memory only through another process.",
    ),
    Difference(
        LAMBDA, "readable_files",
        "It reads all that you can read. It writes below `/tmp` alone, which is this machine's: "
        "elsewhere it gets `EACCES`. Without Landlock (before Linux 5.13, macOS) only its code "
        "cannot be written, and as root that too.",
        "It sees its own files alone, and a `/tmp` of its own. Elsewhere it gets `EROFS`.",
    ),
    Difference(
        LAMBDA, "folders_of_its_own",
        "Its code and its layers lie in folders of their own, which `LAMBDA_TASK_ROOT`, the search "
        "paths of modules, `PATH` and `LD_LIBRARY_PATH` name. Traces name `/var/task`.",
        "They are in `/var/task` and `/opt`.",
        "Two functions run on one machine at once.",
    ),
    Difference(
        LAMBDA, "no_foreign_layers",
        "A layer that is named by an ARN of AWS is left out, and named in the function's log.",
        "It is in `/opt`.",
        "Its content is on AWS alone.",
    ),
    Difference(
        LAMBDA, "no_images",
        "A function of a container image is stored, and fails when it is invoked.",
        "It runs.",
        "Containers need Docker.",
    ),
    Difference(
        LAMBDA, "one_batch_of_a_shard",
        "A function gets a shard's batches one after the other: `ParallelizationFactor` is kept, "
        "and changes nothing.",
        "Up to ten at once, those of one partition key in order.",
    ),
    Difference(
        LAMBDA, "tailed_before_the_first_run",
        "Live Tail takes the log group of a function that has not run yet, and gives every line.",
        "It refuses a group that is not there, and gives a sample of more than 500 lines a second.",
    ),
    Difference(
        S3, "objects_of_512_mb",
        "A request has at most 512 MB; larger objects are uploaded in parts.",
        "5 GB.",
        "It is held in memory while it is written.",
    ),
    Difference(
        S3, "no_select",
        "`SelectObjectContent` is refused.",
        "It works for who has used it before.",
    ),
    Difference(
        S3, "no_acceleration",
        "Transfer acceleration and lifecycle rules are stored, and do nothing.",
        "Transfers are faster; objects are removed by the rules.",
    ),
    Difference(
        CLOUDFORMATION, "unknown_types",
        "A template with a resource type that the local cloud does not know is refused, with the "
        "type's name.",
        "All public types are known.",
    ),
    Difference(
        CLOUDFORMATION, "recorded_types",
        "Maps, place indexes and other resources of Amazon Location, and Pinpoint's applications, "
        "are recorded with their names and ARNs, so that the rest deploys.",
        "They are made.",
    ),
    Difference(
        CLOUDFORMATION, "native_resources",
        "The CDK's bucket deployment, bucket cleaning and Amplify's table manager run natively "
        "instead of as Lambda functions.",
        "They are functions, which take seconds to start.",
        "Same inputs, same results, same failures, in milliseconds.",
    ),
    Difference(
        CLOUDFORMATION, "bootstrapped",
        "The CDK's bootstrap resources are there from the first second, in every region.",
        "The CDK's bootstrap command makes them, once for each account and region.",
    ),
    Difference(
        CLOUDFORMATION, "no_stack_sets",
        "There are no stack sets.",
        "There are.",
    ),
    Difference(
        API_GATEWAY, "local_stages",
        "A stage's address is `http://ID.execute-api.localhost:PORT`. Custom domains and usage "
        "plans are stored, and do nothing.",
        "`https://ID.execute-api.REGION.amazonaws.com`.",
    ),
    Difference(
        QUEUES, "no_sms",
        "An SMS, and a message to a subscribed e-mail address, are accepted and go nowhere.",
        "They are sent.",
    ),
    Difference(
        KMS, "keys_in_the_state",
        "A key's material is in the local cloud's state, on your disk.",
        "It never leaves the hardware.",
    ),
    Difference(
        SES, "verified_at_once",
        "An address is verified as soon as you ask for it, and mail goes nowhere.",
        "It is verified by a link in a mail.",
    ),
    Difference(
        HOSTING, "no_web_sites",
        "Jobs deploy backends. No web site is served, and a manual deployment of files is refused.",
        "Web sites are built and served.",
    ),
    Difference(
        HOSTING, "no_dns",
        "A domain stays `PENDING_VERIFICATION`: no DNS is asked.",
        "It is verified by its records, and gets a certificate.",
    ),
    Difference(
        OTHERS, "no_ai",
        "Bedrock, Rekognition, Translate, Transcribe, Polly, Comprehend, Pinpoint and Location are "
        "not there: calls fail.",
        "They answer.",
    ),
)  # fmt: skip


def section() -> str:
    """The page's part, a table for each service, as Markdown."""
    lines: list[str] = []
    for service in SERVICES:
        rows = [each for each in DIFFERENCES if each.service == service]
        lines += [f"### {service}", "", "| here | on AWS | why |", "|---|---|---|"]
        lines += [f"| {each.here} | {each.aws} | {each.why} |" for each in rows]
        lines.append("")
    return "\n".join(lines).strip() + "\n"
