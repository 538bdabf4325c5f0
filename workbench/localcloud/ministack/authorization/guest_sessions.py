"""What guests of an identity pool may ask for at all, whatever their role allows.

In the enhanced flow Cognito adds two session policies to a guest's credentials: one in line, and
the managed ``AmazonCognitoUnAuthedIdentitiesSessionPolicy`` (v3).
Source: "IAM roles", section "Services that unauthenticated identities can access", Cognito
developer guide.
"""

from __future__ import annotations

from workbench.localcloud.iam.policies import Policies, statements_of

_NAME = "AmazonCognitoUnAuthedIdentitiesSessionPolicy"
_ACTIONS = [
    "appsync:*",
    "cloudwatch:*",
    "codewhisperer:GenerateRecommendations",
    "cognito-identity:*",
    "cognito-idp:*",
    "cognito-sync:*",
    "comprehend:*",
    "dynamodb:*",
    "execute-api:*",
    "firehose:*",
    "gamelift:*",
    "geo:*DevicePosition*",
    "geo:*Geofence",
    "geo:*Geofences",
    "geo:CalculateRoute*",
    "geo:GetMap*",
    "geo:GetPlace",
    "geo:SearchPlaceIndex*",
    "iot:*",
    "kinesis:*",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "lambda:*",
    "lex:*",
    "logs:*",
    "machinelearning:*",
    "mobileanalytics:*",
    "mobiletargeting:*",
    "personalize:*",
    "polly:*",
    "rekognition:*",
    "rum:PutRumEvents",
    "s3:*",
    "sagemaker:InvokeEndpoint",
    "scs:*",
    "ses:*",
    "sns:*",
    "sqs:*",
    "transcribe:*",
    "translate:*",
]

GUEST_SESSION = Policies(
    statements_of(
        _NAME,
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": list(_ACTIONS), "Resource": "*"},
        },
    )
)
