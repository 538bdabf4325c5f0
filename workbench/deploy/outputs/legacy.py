"""The outputs in the formats of Amplify's first generation, for client libraries that need them.

``legacy_outputs`` is the flat object of ``amplifyconfiguration.json`` (web), ``mobile_outputs``
what the native libraries read. Both are made from outputs of schema 1.5, as ampx makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_AGENT = "amplify-tui"
_MFA = {"NONE": "OFF", "OPTIONAL": "OPTIONAL", "REQUIRED": "ON"}
_PROVIDERS = {"SIGN_IN_WITH_APPLE": "APPLE", "LOGIN_WITH_AMAZON": "AMAZON"}
_REQUIREMENTS = {
    "require_numbers": "REQUIRES_NUMBERS",
    "require_lowercase": "REQUIRES_LOWERCASE",
    "require_uppercase": "REQUIRES_UPPERCASE",
    "require_symbols": "REQUIRES_SYMBOLS",
}
_CHANNELS = {
    "IN_APP_MESSAGING": "InAppMessaging",
    "FCM": "Push",
    "APNS": "Push",
    "EMAIL": "EMAIL",
    "SMS": "SMS",
}
_Object = dict[str, Any]


def legacy_outputs(outputs: Mapping[str, Any]) -> _Object:
    """The web format: flat ``aws_…`` keys."""
    legacy: _Object = {}
    for section in ("auth", "data", "storage"):
        region = outputs.get(section, {}).get("aws_region")
        if region:
            legacy["aws_project_region"] = region
            break
    if outputs.get("auth"):
        legacy.update(_auth(outputs["auth"]))
    if outputs.get("data"):
        legacy.update(_data(outputs["data"]))
    if outputs.get("storage"):
        legacy["aws_user_files_s3_bucket"] = outputs["storage"].get("bucket_name")
        legacy["aws_user_files_s3_bucket_region"] = outputs["storage"].get("aws_region")
    legacy.update(_analytics(outputs.get("analytics", {}).get("amazon_pinpoint")))
    legacy.update(_geo(outputs.get("geo")))
    legacy.update(_notifications(outputs.get("notifications") or {}))
    if outputs.get("custom"):
        legacy["custom"] = outputs["custom"]
    return _without_none(legacy)


def mobile_outputs(legacy: Mapping[str, Any]) -> _Object:
    """The format of the native libraries, from the web format: one plugin for each category."""
    mobile: _Object = {"UserAgent": f"{_AGENT}/0", "Version": "1.0"}
    cognito = _cognito_plugin(legacy)
    if cognito:
        mobile["auth"] = {"plugins": {"awsCognitoAuthPlugin": cognito}}
    if legacy.get("aws_appsync_graphqlEndpoint"):
        mobile["api"] = {
            "plugins": {
                "awsAPIPlugin": {
                    "data": {
                        "endpointType": "GraphQL",
                        "endpoint": legacy["aws_appsync_graphqlEndpoint"],
                        "region": legacy.get("aws_appsync_region"),
                        "authorizationType": legacy.get("aws_appsync_authenticationType"),
                        "apiKey": legacy.get("aws_appsync_apiKey"),
                    }
                }
            }
        }
        if cognito:
            cognito["AppSync"] = _appsync_of_auth(legacy)
    mobile.update(_mobile_rest(legacy))
    return _without_none(mobile)


def _auth(auth: Mapping[str, Any]) -> _Object:
    legacy: _Object = {
        "aws_user_pools_id": auth.get("user_pool_id"),
        "aws_cognito_region": auth.get("aws_region"),
        "aws_user_pools_web_client_id": auth.get("user_pool_client_id"),
        "aws_cognito_identity_pool_id": auth.get("identity_pool_id"),
    }
    if auth.get("unauthenticated_identities_enabled"):
        legacy["allowUnauthenticatedIdentities"] = "true"
    if "mfa_methods" in auth:
        legacy["aws_cognito_mfa_types"] = auth["mfa_methods"]
    if auth.get("mfa_configuration") in _MFA:
        legacy["aws_cognito_mfa_configuration"] = _MFA[auth["mfa_configuration"]]
    for ours, theirs in (
        ("standard_required_attributes", "aws_cognito_signup_attributes"),
        ("username_attributes", "aws_cognito_username_attributes"),
        ("user_verification_types", "aws_cognito_verification_mechanisms"),
    ):
        if auth.get(ours) is not None:
            legacy[theirs] = [str(attribute).upper() for attribute in auth[ours]]
    policy = auth.get("password_policy")
    if policy:
        legacy["aws_cognito_password_protection_settings"] = {
            **({"passwordPolicyMinLength": policy["min_length"]} if policy["min_length"] else {}),
            "passwordPolicyCharacters": [
                name for key, name in _REQUIREMENTS.items() if policy.get(key)
            ],
        }
    oauth = auth.get("oauth")
    if oauth:
        legacy["oauth"] = {
            "domain": oauth.get("domain"),
            "scope": oauth.get("scopes"),
            "redirectSignIn": ",".join(oauth["redirect_sign_in_uri"]),
            "redirectSignOut": ",".join(oauth["redirect_sign_out_uri"]),
            "responseType": oauth.get("response_type"),
        }
        legacy["aws_cognito_social_providers"] = [
            _PROVIDERS.get(provider, provider) for provider in oauth["identity_providers"]
        ]
    return legacy


def _data(data: Mapping[str, Any]) -> _Object:
    legacy: _Object = {
        "aws_appsync_authenticationType": data.get("default_authorization_type"),
        "aws_appsync_region": data.get("aws_region"),
        "aws_appsync_graphqlEndpoint": data.get("url"),
        "modelIntrospection": data.get("model_introspection"),
    }
    if data.get("api_key"):
        legacy["aws_appsync_apiKey"] = data["api_key"]
    if data.get("authorization_types"):
        more = ",".join(data["authorization_types"])
        legacy["aws_appsync_additionalAuthenticationTypes"] = more
    return legacy


def _analytics(pinpoint: Mapping[str, Any] | None) -> _Object:
    if not pinpoint:
        return {}
    app, region = pinpoint.get("app_id"), pinpoint.get("aws_region")
    return {
        "Analytics": {"Pinpoint": {"appId": app, "region": region}},
        "aws_mobile_analytics_app_id": app,
        "aws_mobile_analytics_app_region": region,
    }


def _geo(geo: Mapping[str, Any] | None) -> _Object:
    if not geo:
        return {}
    service: _Object = {"region": geo.get("aws_region")}
    if geo.get("maps"):
        items = geo["maps"].get("items", {})
        service["maps"] = {
            "default": geo["maps"].get("default"),
            "items": {
                name: {"style": item["style"]} for name, item in items.items() if item.get("style")
            },
        }
    if geo.get("search_indices"):
        service["search_indices"] = geo["search_indices"]
    if geo.get("geofence_collections"):
        service["geofenceCollections"] = geo["geofence_collections"]
    return {"geo": {"amazon_location_service": service}}


def _notifications(notifications: Mapping[str, Any]) -> _Object:
    app = notifications.get("amazon_pinpoint_app_id")
    region, channels = notifications.get("aws_region"), notifications.get("channels")
    if not (app and region and channels):
        return {}
    pinpoint = {"AWSPinpoint": {"appId": app, "region": region}}
    return {"Notifications": {_CHANNELS[name]: pinpoint for name in channels if name in _CHANNELS}}


def _cognito_plugin(legacy: Mapping[str, Any]) -> _Object:
    if not legacy.get("aws_user_pools_id"):
        return {}
    region = legacy.get("aws_cognito_region")
    policy = legacy.get("aws_cognito_password_protection_settings", {})
    settings: _Object = {
        "authenticationFlowType": "USER_SRP_AUTH",
        "mfaConfiguration": legacy.get("aws_cognito_mfa_configuration"),
        "mfaTypes": legacy.get("aws_cognito_mfa_types"),
        "passwordProtectionSettings": {
            "passwordPolicyMinLength": policy.get("passwordPolicyMinLength"),
            "passwordPolicyCharacters": policy.get("passwordPolicyCharacters", []),
        },
        "signupAttributes": legacy.get("aws_cognito_signup_attributes", []),
        "usernameAttributes": legacy.get("aws_cognito_username_attributes", []),
        "verificationMechanisms": legacy.get("aws_cognito_verification_mechanisms", []),
        "socialProviders": legacy.get("aws_cognito_social_providers", []),
    }
    client = legacy.get("aws_user_pools_web_client_id")
    oauth = legacy.get("oauth")
    if oauth:
        settings["OAuth"] = {
            "WebDomain": oauth.get("domain"),
            "Scopes": oauth.get("scope"),
            "SignInRedirectURI": oauth.get("redirectSignIn"),
            "SignOutRedirectURI": oauth.get("redirectSignOut"),
            "AppClientId": client,
        }
    pool = {"PoolId": legacy["aws_user_pools_id"], "AppClientId": client, "Region": region}
    identities = {"PoolId": legacy.get("aws_cognito_identity_pool_id"), "Region": region}
    return {
        "UserAgent": f"{_AGENT}/0",
        "Version": "1.0",
        "CognitoUserPool": {"Default": pool},
        "CredentialsProvider": {"CognitoIdentity": {"Default": identities}},
        "Auth": {"Default": settings},
    }


def _appsync_of_auth(legacy: Mapping[str, Any]) -> _Object:
    def entry(mode: str | None) -> _Object:
        return {
            "ApiUrl": legacy["aws_appsync_graphqlEndpoint"],
            "Region": legacy.get("aws_appsync_region"),
            "AuthMode": mode,
            "ApiKey": legacy.get("aws_appsync_apiKey"),
            "ClientDatabasePrefix": f"data_{mode}" if mode else None,
        }

    more = legacy.get("aws_appsync_additionalAuthenticationTypes", "")
    return {
        "Default": entry(legacy.get("aws_appsync_authenticationType")),
        **{f"data_{mode}": entry(mode) for mode in more.split(",") if mode},
    }


def _mobile_rest(legacy: Mapping[str, Any]) -> _Object:
    rest: _Object = {}
    geo = legacy.get("geo", {}).get("amazon_location_service")
    if geo:
        names = {"region": "region", "maps": "maps", "search_indices": "searchIndices"}
        plugin = {theirs: geo[ours] for ours, theirs in names.items() if geo.get(ours)}
        rest["geo"] = {"plugins": {"awsLocationGeoPlugin": plugin}}
    if legacy.get("Analytics"):
        pinpoint = legacy["Analytics"]["Pinpoint"]
        rest["analytics"] = {
            "plugins": {
                "awsPinpointAnalyticsPlugin": {
                    "pinpointAnalytics": pinpoint,
                    "pinpointTargeting": {"region": pinpoint.get("region")},
                }
            }
        }
    if legacy.get("Notifications"):
        rest["notifications"] = {
            "plugins": {
                f"awsPinpoint{name}NotificationsPlugin": (channel["AWSPinpoint"])
                for name, channel in _in_mobile_names(legacy["Notifications"]).items()
            }
        }
    if legacy.get("aws_user_files_s3_bucket"):
        rest["storage"] = {
            "plugins": {
                "awsS3StoragePlugin": {
                    "bucket": legacy["aws_user_files_s3_bucket"],
                    "region": legacy.get("aws_user_files_s3_bucket_region"),
                }
            }
        }
    return rest


def _in_mobile_names(channels: Mapping[str, Any]) -> _Object:
    names = {"InAppMessaging": "InAppMessaging", "Push": "Push", "EMAIL": "Email", "SMS": "Sms"}
    return {names[name]: channel for name, channel in channels.items()}


def _without_none(value: _Object) -> _Object:
    return {
        key: _without_none(item) if isinstance(item, dict) else item
        for key, item in value.items()
        if item is not None
    }
