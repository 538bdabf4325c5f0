"""A refusal is one line: who, what, the rule that would allow it, and where that rule belongs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.iam_refusals.lines import refusal_line
from workbench.iam_refusals.rules import Language
from workbench.model.refused_calls import RefusedCall, refused_call

BUCKET = "amplify-app-files-1"
ME = "us-east-1:3f0c"
TYPESCRIPT = {
    "auth/resource.ts": "export const auth = defineAuth({\n  access: (allow) => [],\n});\n",
    "data/resource.ts": (
        "const schema = a\n  .schema({\n});\nexport const data = defineData({ schema });\n"
    ),
    "storage/resource.ts": """import { defineStorage } from '@aws-amplify/backend';

// defineStorage({ name: 'no' })
export const files = defineStorage({
  name: 'files',
  access: (allow) => ({
    'pub/*': [allow.guest.to(['read'])],
  }),
});

export const other = defineStorage({ name: 'other' });
""",
    "functions/report/resource.ts": "export const report = defineFunction({\n});\n",
    "backend.ts": "\ndefineBackend({ auth, data });\n",
    "node_modules/x/resource.ts": "defineStorage({ name: 'files' })\n",
}
PYTHON = {
    "auth/resource.py": "auth = define_auth(\n    access=[],\n)\n",
    "storage/resource.py": (
        'files = define_storage(\n    "files",\n    access={},\n)\n\n'
        'other = define_storage(name="other")\n'
    ),
    "backend.py": "define_backend(auth=auth)\n",
}
OUTPUTS = {
    "storage": {
        "bucket_name": BUCKET,
        "buckets": [
            {"name": "other", "bucket_name": "amplify-app-other-1"},
            {
                "name": "files",
                "bucket_name": BUCKET,
                "paths": {
                    "pub/*": {"guest": ["get", "list"]},
                    "up/${cognito-identity.amazonaws.com:sub}/*": {"entityidentity": ["get"]},
                },
            },
        ],
    }
}


def call(kind: Any = "guest", action: str = "s3:PutObject", **more: Any) -> RefusedCall:
    given = {
        "at": 0.0,
        "caller": "",
        "identity": ME if kind in {"guest", "authenticated", "group"} else "",
        "role": "amplify-unauth",
        "resource": f"arn:aws:s3:::{BUCKET}/pub/x.txt",
        "kind": "identity-based policy",
        **more,
    }
    return RefusedCall(caller_kind=kind, action=action, **given)


@pytest.fixture(params=["typescript", "python"])
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


def told(tmp_path: Path, refused: RefusedCall, language: Language = "typescript") -> str:
    amplify = tmp_path / "amplify"
    for name, text in (TYPESCRIPT if language == "typescript" else PYTHON).items():
        (amplify / name).parent.mkdir(parents=True, exist_ok=True)
        (amplify / name).write_text(text)
    outputs = tmp_path / "amplify_outputs.json"
    outputs.write_text(json.dumps(OUTPUTS))
    return refusal_line(refused, tmp_path, amplify, outputs, language)


ROWS: list[tuple[RefusedCall, str]] = [
    (
        call(),
        "IAM refused a guest s3:PutObject on pub/x.txt in the storage files. Allowed by: "
        "allow.guest.to(['write']) for 'pub/*' → amplify/storage/resource.ts:6 (access)",
    ),
    (
        call("authenticated", "s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/up/{ME}/a"),
        f"IAM refused a signed-in user s3:GetObject on up/{ME}/a in the storage files. Allowed "
        "by: allow.entity('identity').to(['get']) for 'up/{entity_id}/*' → "
        "amplify/storage/resource.ts:6 (access)",
    ),
    (
        call("authenticated", "s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/mine/{ME}/a"),
        f"IAM refused a signed-in user s3:GetObject on mine/{ME}/a in the storage files. "
        "Allowed by: allow.entity('identity').to(['get']) for 'mine/{entity_id}/*' → "
        "amplify/storage/resource.ts:6 (access)",
    ),
    (
        call("group", "s3:DeleteObject", caller="Team"),
        "IAM refused a member of Team s3:DeleteObject on pub/x.txt in the storage files. "
        "Allowed by: allow.groups(['Team']).to(['delete']) for 'pub/*' → "
        "amplify/storage/resource.ts:6 (access)",
    ),
    (
        call(
            "function",
            "s3:ListBucket",
            caller="report",
            resource="arn:aws:s3:::amplify-app-other-1",
        ),
        "IAM refused the function report s3:ListBucket on the storage other. "
        "Allowed by: allow.resource(report).to(['list']) → "
        "amplify/storage/resource.ts:11 (storage)",
    ),
    (
        call(
            "function",
            "cognito-idp:ListUsers",
            caller="report",
            resource="arn:aws:cognito-idp:us-east-1:000000000000:userpool/p",
        ),
        "IAM refused the function report cognito-idp:ListUsers on userpool/p. Allowed by: "
        "allow.resource(report).to(['listUsers']) → amplify/auth/resource.ts:2 (access)",
    ),
    (
        call(
            "function",
            "dynamodb:Scan",
            caller="report",
            resource="arn:aws:dynamodb:us-east-1:000000000000:table/Todo-x-NONE",
        ),
        "IAM refused the function report dynamodb:Scan on table/Todo-x-NONE. Allowed by: a "
        "statement that allows dynamodb:Scan on "
        "arn:aws:dynamodb:us-east-1:000000000000:table/Todo-x-NONE, for the function's role → "
        "amplify/functions/report/resource.ts:1 (function)",
    ),
    (
        call(
            "guest",
            "appsync:GraphQL",
            resource="arn:aws:appsync:us-east-1:0:apis/a/types/Query/fields/listTodos",
        ),
        "IAM refused a guest appsync:GraphQL on apis/a/types/Query/fields/listTodos. Allowed by: "
        "allow.guest() on the model or operation of Query.listTodos → "
        "amplify/data/resource.ts:4 (schema)",
    ),
    (
        call("role", "sqs:SendMessage", caller="worker", role="worker", resource="*"),
        "IAM refused the role worker sqs:SendMessage. Allowed by: a statement that allows "
        "sqs:SendMessage, for the role worker → amplify/backend.ts:2 (backend)",
    ),
    (
        call(kind="guest", denied_by="DenyAll", action="lambda:InvokeFunction", resource="*"),
        "IAM refused a guest lambda:InvokeFunction: the policy DenyAll denies it.",
    ),
    (
        call(times=41, resources=3),
        "IAM refused a guest s3:PutObject on pub/x.txt in the storage files, 41 times more on "
        "3 resources. Allowed by: allow.guest.to(['write']) for 'pub/*' → "
        "amplify/storage/resource.ts:6 (access)",
    ),
]


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_a_refusal_says_who_what_and_which_rule(tmp_path: Path, row: int) -> None:
    refused, line = ROWS[row]
    assert told(tmp_path, refused) == line


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("session policy", "no session policy allows it."),
        ("permissions boundary", "no permissions boundary allows it."),
    ],
)
def test_other_policies_are_named(tmp_path: Path, kind: str, reason: str) -> None:
    refused = RefusedCall(
        **{**call().document(), "kind": kind, "action": "ssm:GetParameter", "resource": "*"}
    )
    assert told(tmp_path, refused) == f"IAM refused a guest ssm:GetParameter: {reason}"


def test_python_has_its_own_words(tmp_path: Path) -> None:
    assert told(tmp_path, call(), "python").endswith(
        "grant.guest(\"write\") for 'pub/*' → amplify/storage/resource.py:3 (access)"
    )
    owner = call("authenticated", "s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/up/{ME}/a")
    assert 'grant.owner("get") for ' in told(tmp_path, owner, "python")
    group = told(tmp_path, call("group", caller="Team"), "python")
    assert 'grant.groups(["Team"], "write")' in group
    function = told(tmp_path, call("function", caller="report"), "python")
    assert 'grant.function(report, "write")' in function


def test_what_a_caller_chose_is_cleaned(tmp_path: Path) -> None:
    key = "pub/\x1b[31mred\r\nIAM refused nobody" + "x" * 500
    line = told(tmp_path, call(resource=f"arn:aws:s3:::{BUCKET}/{key}"))
    assert "\x1b" not in line
    assert "\n" not in line
    assert len(line) < 700


def test_a_project_without_files_still_says_what(tmp_path: Path) -> None:
    line = refusal_line(
        call(), tmp_path, tmp_path / "amplify", tmp_path / "amplify_outputs.json", "typescript"
    )
    assert line.startswith("IAM refused a guest s3:PutObject on pub/x.txt")
    assert "→" not in line


def test_records_of_another_release_are_left_out() -> None:
    refused = call()
    assert refused_call({**refused.document(), "more": 1}) == refused
    assert refused_call({"at": 1.0}) is None
