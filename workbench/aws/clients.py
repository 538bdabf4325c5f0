"""The one place that builds AWS clients, for an account or for the local cloud.

botocore alone is used, without boto3's resource layer: importing it costs 0.2 s, creating the nine
clients another 0.45 s (most of it reading service models), so it happens once, behind the synth.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from workbench.aws.local_keys import LocalKeys
from workbench.aws.partitions import url_suffix
from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION, AwsTarget, LocalTarget, Target
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.credentials import Credentials
    from botocore.session import Session
    from mypy_boto3_appsync.client import AppSyncClient
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cognito_idp.client import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_ssm.client import SSMClient
    from mypy_boto3_sts.client import STSClient

    from workbench.aws.profile_settings import ProfileSettings
    from workbench.aws.renewable_credentials import RenewableCredentials

DEPLOYMENT_SERVICES = ("cloudformation", "s3", "lambda", "appsync", "sts", "ssm")
_ANSWER_SECONDS = 60
_LAMBDA_SECONDS = 910
"""A function that is invoked may run for 15 minutes; asked again, it would run twice."""
_NO_KEY = "no-key-yet"
"""Signs for a local cloud that has never run; it would be refused."""


@dataclass(frozen=True, slots=True)
class ActingRole:
    """A role, and the clients whose credentials may assume it."""

    arn: str
    external_id: str
    base: Clients


class Clients:
    """All AWS clients for one target; each is built once, on first use, from any thread.

    ``codes`` are MFA codes by the device's serial, for a sign-in; without them the credentials are
    the target's shared ones. See ``acting_as`` for ``acting``.
    """

    def __init__(
        self,
        target: Target,
        *,
        codes: Mapping[str, str] | None = None,
        acting: ActingRole | None = None,
    ) -> None:
        self.target = target
        self._codes = codes
        self._acting_role = acting
        self._lock = threading.RLock()
        self._clients: dict[str, Any] = {}
        self._acting: dict[tuple[str, str], Clients] = {}
        self._session: Session | None = None
        self._account: str | None = None

    @property
    def is_local(self) -> bool:
        """True on the local cloud."""
        return isinstance(self.target, LocalTarget)

    @property
    def profile(self) -> str | None:
        """The target's profile; None on the local cloud, and for the default credentials."""
        return self.target.profile if isinstance(self.target, AwsTarget) else None

    @property
    def region(self) -> str:
        """The target's region; raises UserProblem where none is configured."""
        if isinstance(self.target, LocalTarget):
            return self.target.region or LOCAL_REGION
        region = self.target.region or os.environ.get("AWS_REGION") or self._configured_region()
        if region:
            return region
        raise UserProblem(
            f"No AWS region is set for {self.target.label}.",
            "Set AWS_REGION, add `region = …` to the profile in ~/.aws/config, or choose another "
            "target.",
            offer="target",
        )

    @property
    def account(self) -> str:
        """The account id; asks STS once on AWS, if the target does not say it."""
        if isinstance(self.target, LocalTarget):
            return LOCAL_ACCOUNT
        if self.target.account:
            return self.target.account
        if self._account is None:
            self._account = self.sts.get_caller_identity()["Account"]
        return self._account

    @property
    def partition(self) -> str:
        """The region's partition: aws, aws-cn, aws-us-gov."""
        return self._open_session().get_partition_for_region(self.region)

    @property
    def url_suffix(self) -> str:
        """The DNS suffix that templates know as AWS::URLSuffix."""
        return url_suffix(self.partition)

    def warm(self, services: tuple[str, ...] = DEPLOYMENT_SERVICES) -> None:
        """Build the clients that a deployment needs, so that the first one does not wait."""
        for service in services:
            self.client(service)

    def client(self, service: str) -> Any:
        """The client of any service by its botocore name."""
        found = self._clients.get(service)
        if found is not None:
            return found
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._build(service)
            return self._clients[service]

    def impatient(self, service: str, attempts: int = 3) -> Any:
        """A client that gives up after two retries, in seconds, for the first question of a start.

        The others retry for half a minute: a deployment must outlive a break of the network.
        """
        session = self._open_session()
        if self.is_local:
            return self.client(service)
        config = _aws_config(attempts=attempts)
        return session.create_client(service, region_name=self.region, config=config)

    def once(self, service: str) -> Any:
        """A client that asks once, and waits as long as a function may run.

        The others ask again where no answer came: a function would run twice.
        """
        key = f"{service} once"
        with self._lock:
            if key not in self._clients:
                local = isinstance(self.target, LocalTarget)
                config = _local_config() if local else _aws_config()
                once = config.merge(_once())
                endpoint = self.target.endpoint if isinstance(self.target, LocalTarget) else None
                self._clients[key] = self._open_session().create_client(
                    service, region_name=self.region, endpoint_url=endpoint, config=once
                )
            return self._clients[key]

    def acting_as(self, role: str, external_id: str = "") -> Clients:
        """These clients under another role (the same ones on the local cloud); cached.

        Where the caller may not assume it, their own credentials are used, as the CDK command line
        does.
        """
        if self.is_local:
            return self
        key = (role, external_id)
        with self._lock:
            if key not in self._acting:
                acting = ActingRole(role, external_id, self)
                self._acting[key] = Clients(self.target, acting=acting)
            return self._acting[key]

    @property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation."""
        return cast("CloudFormationClient", self.client("cloudformation"))

    @property
    def s3(self) -> S3Client:
        """S3."""
        return cast("S3Client", self.client("s3"))

    @property
    def ssm(self) -> SSMClient:
        """Systems Manager's parameter store."""
        return cast("SSMClient", self.client("ssm"))

    @property
    def sts(self) -> STSClient:
        """Security Token Service."""
        return cast("STSClient", self.client("sts"))

    @property
    def lambda_(self) -> LambdaClient:
        """Lambda."""
        return cast("LambdaClient", self.client("lambda"))

    @property
    def appsync(self) -> AppSyncClient:
        """AppSync's control plane."""
        return cast("AppSyncClient", self.client("appsync"))

    @property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        return cast("DynamoDBClient", self.client("dynamodb"))

    @property
    def cognito_idp(self) -> CognitoIdentityProviderClient:
        """Cognito user pools."""
        return cast("CognitoIdentityProviderClient", self.client("cognito-idp"))

    @property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return cast("CloudWatchLogsClient", self.client("logs"))

    @property
    def session(self) -> Session:
        """botocore's session, with the target's settings."""
        return self._open_session()

    @property
    def profile_settings(self) -> ProfileSettings:
        """What the AWS configuration says of the target's profile."""
        from workbench.aws.profile_settings import profile_settings

        return profile_settings(self._open_session())

    @property
    def own_credentials(self) -> Credentials:
        """What requests are signed with; on AWS the profile's credentials, loaded on first use."""
        return cast("Credentials", self._open_session().get_credentials())

    def signing_keys(self) -> tuple[str, str, str]:
        """Access key, secret key and session token (or empty) to sign requests of one's own with.

        Raises UserProblem where there are none.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        from workbench.aws.credential_problems import credential_problem

        try:
            frozen = self.own_credentials.get_frozen_credentials()
        except (BotoCoreError, ClientError) as error:
            problem = credential_problem(error, self.profile)
            if problem is None:
                raise
            raise problem from error
        return str(frozen.access_key), str(frozen.secret_key), frozen.token or ""

    def _build(self, service: str) -> Any:
        session = self._open_session()
        if isinstance(self.target, LocalTarget):
            return session.create_client(
                service,
                region_name=self.region,
                endpoint_url=self.target.endpoint,
                config=_local_config(),
            )
        seconds = _LAMBDA_SECONDS if service == "lambda" else _ANSWER_SECONDS
        config = _aws_config(read_timeout=seconds)
        return session.create_client(service, region_name=self.region, config=config)

    def _open_session(self) -> Session:
        with self._lock:
            if self._session is None:
                self._session = self._new_session()
            return self._session

    def _new_session(self) -> Session:
        if isinstance(self.target, LocalTarget):
            return _open_local(self.target)
        from workbench.aws.credential_chain import open_credentials
        from workbench.aws.role_credentials import role_credentials

        target = self.target
        session = _open(target)
        if self._acting_role is not None:
            return with_credentials(session, role_credentials(self._acting_role))
        opened = partial(open_credentials, partial(_open, target), self._codes)
        found = opened() if self._codes is not None else target.shared.get(target.profile, opened)
        return with_credentials(session, found)

    @property
    def ca_bundle(self) -> str:
        """The file of certificates that AWS's requests trust instead of the usual ones, or empty.

        Found as botocore does: AWS_CA_BUNDLE, the profile's ``ca_bundle``, REQUESTS_CA_BUNDLE.
        """
        if self.is_local:
            return ""
        configured = self._open_session().get_config_variable("ca_bundle")
        return str(configured or os.environ.get("REQUESTS_CA_BUNDLE") or "")

    def _configured_region(self) -> str | None:
        return cast("str | None", self._open_session().get_config_variable("region"))


def _open(target: AwsTarget) -> Session:
    from botocore.session import Session

    from workbench.aws.foreign_answers import recognise_foreign_answers
    from workbench.aws.service_models import share_models

    session = Session(profile=target.profile)
    share_models(session)
    recognise_foreign_answers(session)
    # botocore reads AWS_DEFAULT_REGION alone; its own clients, such as the one that assumes a
    # profile's role, must be where ours are.
    if region := target.region or os.environ.get("AWS_REGION"):
        session.set_config_variable("region", region)
    return session


def _open_local(target: LocalTarget) -> Session:
    from botocore.configprovider import ConstantProvider
    from botocore.session import Session

    from workbench.aws.service_models import share_models

    # The user's profile and config files mean nothing to the local cloud, and a profile that
    # AWS_PROFILE names but no file has would stop every client.
    session = Session()
    store = session.get_component("config_store")
    store.set_config_provider("profile", ConstantProvider(None))
    store.set_config_provider("config_file", ConstantProvider(os.devnull))
    store.set_config_provider("credentials_file", ConstantProvider(os.devnull))
    share_models(session)
    keys = target.keys or LocalKeys(_NO_KEY, _NO_KEY)
    session.set_credentials(keys.access_key, keys.secret)
    return session


def with_credentials(session: Session, credentials: RenewableCredentials) -> Session:
    """The session with these credentials, renewed where AWS refuses them."""
    from workbench.aws.renewable_credentials import renew_where_refused

    # botocore has no public way to give a session refreshable credentials; its own documentation
    # sets this attribute.
    cast("Any", session)._credentials = credentials
    renew_where_refused(session, credentials)
    return session


def _once() -> Config:
    from botocore.config import Config

    return Config(
        read_timeout=_LAMBDA_SECONDS, retries={"total_max_attempts": 1, "mode": "standard"}
    )


def _local_config() -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=2,
        read_timeout=60,
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=32,
        proxies={},
        tcp_keepalive=True,
        s3={"addressing_style": "path"},
        inject_host_prefix=False,  # no address is before the loopback's
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        user_agent_extra="amplify-tui",
    )


def _aws_config(attempts: int = 8, read_timeout: int = _ANSWER_SECONDS) -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=10,
        read_timeout=read_timeout,
        retries={"total_max_attempts": attempts, "mode": "adaptive"},
        max_pool_connections=32,
        tcp_keepalive=True,
        user_agent_extra="amplify-tui",
    )
