"""Import jobs of a local pool: a CSV file goes to the job's address and becomes users."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

from tests.localcloud.user_pools import PASSWORD, Pool, refused

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

ROLE = "arn:aws:iam::000000000000:role/import-logs"
HEADER = "cognito:username,name,email,email_verified,phone_number_verified,cognito:mfa_enabled"


def create(pool: Pool) -> dict[str, Any]:
    made: dict[str, Any] = pool.cognito.create_user_import_job(
        UserPoolId=pool.id, JobName="all", CloudWatchLogsRoleArn=ROLE
    )["UserImportJob"]
    return made


def run(pool: Pool, file: str) -> dict[str, Any]:
    """A job that has come to its end."""
    job = create(pool)
    assert httpx.put(job["PreSignedUrl"], content=file.encode()).status_code == 200
    named = {"UserPoolId": pool.id, "JobId": job["JobId"]}
    pool.cognito.start_user_import_job(**named)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found: dict[str, Any] = pool.cognito.describe_user_import_job(**named)["UserImportJob"]
        if found["Status"] not in ("Pending", "InProgress"):
            return found
        time.sleep(0.01)
    raise TimeoutError(found)


def test_a_file_becomes_users_who_set_a_password(stacks: Stacks) -> None:
    pool = Pool(
        stacks,
        AutoVerifiedAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
    )
    pool.create("bob")
    columns = pool.cognito.get_csv_header(UserPoolId=pool.id)["CSVHeader"]
    assert set(HEADER.split(",")) <= set(columns)
    assert columns[-2:] == ["cognito:mfa_enabled", "cognito:username"]
    rows = [
        HEADER,
        'Ann,"Ann, A.",ann@example.com,true,false,false',
        "BOB,Bob,bob@example.com,true,false,false",
        "eve,Eve,eve@example.com,false,false,false",
        "zoe,Zoe,nowhere,true,false,false",
        "too,few",
    ]
    job = run(pool, "\n".join(rows))
    assert job["CompletionMessage"] == "Import Job Completed Successfully."
    assert [job[f"{kind}Users"] for kind in ("Imported", "Skipped", "Failed")] == [1, 1, 3]
    assert (pool.user("ANN")["name"], pool.user("ann")["email_verified"]) == ("Ann, A.", "true")
    sign_in = pool.cognito.initiate_auth
    asked = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    assert refused(
        lambda: sign_in(ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked)
    ) == ("PasswordResetRequiredException", "Password reset required for the user")
    pool.forgot("ann")
    pool.cognito.confirm_forgot_password(
        ClientId=pool.client, Username="ann", Password=PASSWORD, ConfirmationCode=pool.code()
    )
    assert pool.sign_in("ann")["AccessToken"]
    lines = stacks.clients.client("logs").get_log_events(
        logGroupName=f"/aws/cognito/userpools/{pool.id}/all", logStreamName=job["JobId"]
    )["events"]
    assert [line["message"] for line in lines[:3]] == [
        "[SUCCEEDED] Line Number 2 - The import succeeded.",
        "[SKIPPED] Line Number 3 - The user already exists.",
        "[FAILED] Line Number 4 - The User Record does not set any of the auto verified "
        "attributes to true. (Example: email_verified to true).",
    ]


def test_another_pools_header_fails_the_job(stacks: Stacks) -> None:
    pool = Pool(stacks)
    job = run(pool, f"{HEADER},custom:team\n")
    assert (job["Status"], job["CompletionMessage"]) == (
        "Failed",
        "The header of the CSV file does not match the pool's: custom:team",
    )


def test_a_job_needs_its_file_and_starts_once(stacks: Stacks) -> None:
    pool = Pool(stacks)
    job = create(pool)
    assert job["Status"] == "Created"
    named = {"UserPoolId": pool.id, "JobId": job["JobId"]}
    cognito = pool.cognito
    assert refused(lambda: cognito.start_user_import_job(**named)) == (
        "PreconditionNotMetException",
        "No CSV file was uploaded to the job's PreSignedUrl.",
    )
    address, _, _ = job["PreSignedUrl"].partition("?")
    assert httpx.put(f"{address}?token=guessed", content=b"").status_code == 403
    assert refused(lambda: cognito.stop_user_import_job(**named))[0] == (
        "PreconditionNotMetException"
    )
    listed = cognito.list_user_import_jobs(UserPoolId=pool.id, MaxResults=10)["UserImportJobs"]
    assert [each["JobId"] for each in listed] == [job["JobId"]]
