"""Settings of a local pool that are only kept, and actions that say why they are not served."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from botocore.session import Session
from cryptography import x509

from tests.localcloud.user_pools import Pool, refused
from workbench.localcloud.ministack.patches.cognito.stored_settings import NOT_SERVED

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def test_settings_are_told_as_they_were_given(stacks: Stacks) -> None:
    pool = Pool(stacks)
    cognito, of_pool = pool.cognito, {"UserPoolId": pool.id}
    risk = {"RiskExceptionConfiguration": {"BlockedIPRangeList": ["198.51.100.0/24"]}}
    cognito.set_risk_configuration(**of_pool, **risk)
    told = cognito.describe_risk_configuration(**of_pool)["RiskConfiguration"]
    assert told["RiskExceptionConfiguration"] == risk["RiskExceptionConfiguration"]
    logs = [{"LogLevel": "ERROR", "EventSource": "userNotification"}]
    cognito.set_log_delivery_configuration(**of_pool, LogConfigurations=logs)
    told = cognito.get_log_delivery_configuration(**of_pool)["LogDeliveryConfiguration"]
    assert told["LogConfigurations"] == logs
    certificate = cognito.get_signing_certificate(**of_pool)["Certificate"]
    assert certificate == cognito.get_signing_certificate(**of_pool)["Certificate"]
    assert x509.load_der_x509_certificate(base64.b64decode(certificate))


def test_terms_and_branding_belong_to_one_client(stacks: Stacks) -> None:
    pool = Pool(stacks)
    cognito, of_client = pool.cognito, {"UserPoolId": pool.id, "ClientId": pool.client}
    branding = cognito.create_managed_login_branding(**of_client, Settings={"a": 1})
    made = branding["ManagedLoginBranding"]
    assert refused(lambda: cognito.create_managed_login_branding(**of_client))[0] == (
        "ManagedLoginBrandingExistsException"
    )
    named = {"UserPoolId": pool.id, "ManagedLoginBrandingId": made["ManagedLoginBrandingId"]}
    cognito.update_managed_login_branding(**named, Settings={"b": 2})
    told = cognito.describe_managed_login_branding_by_client(**of_client)
    assert told["ManagedLoginBranding"]["Settings"] == {"b": 2}
    cognito.delete_managed_login_branding(**named)
    assert refused(lambda: cognito.describe_managed_login_branding(**named))[0] == (
        "ResourceNotFoundException"
    )
    asked = {
        **of_client,
        "TermsName": "terms-of-use",
        "TermsSource": "LINK",
        "Enforcement": "NONE",
        "Links": {"cognito:default": "https://example.com/terms"},
    }
    terms = cognito.create_terms(**asked)["Terms"]
    assert refused(lambda: cognito.create_terms(**asked))[0] == "TermsExistsException"
    assert cognito.list_terms(UserPoolId=pool.id)["Terms"][0]["TermsId"] == terms["TermsId"]
    cognito.delete_terms(UserPoolId=pool.id, TermsId=terms["TermsId"])
    assert cognito.list_terms(UserPoolId=pool.id)["Terms"] == []


def test_what_is_not_served_says_why(stacks: Stacks) -> None:
    assert set(NOT_SERVED) <= set(Session().get_service_model("cognito-idp").operation_names)
    pool = Pool(stacks)
    listed = pool.cognito.list_user_pool_replicas
    assert refused(lambda: listed(UserPoolId=pool.id)) == (
        "UnsupportedOperationException",
        "The local cloud has no ListUserPoolReplicas. A pool is in one region here.",
    )
