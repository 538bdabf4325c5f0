"""A pool whose triggers are all one function, which writes down each event and answers as told."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_clouds import SharedCloud
from workbench.users.outbound_messages import Message, read_inbox

PASSWORD = "Correct-horse-1"
EMAIL = "ann@example.com"

CODE = """
import json, os, pathlib, time

FOLDER = pathlib.Path(os.environ["FOLDER"])

def handler(event, context):
    before = (FOLDER / "events").read_text().count(event["triggerSource"])
    with open(FOLDER / "events", "a") as file:
        file.write(json.dumps(event) + "\\n")
    behaviours = FOLDER / "behaviours.json"
    told = json.loads(behaviours.read_text()) if behaviours.exists() else {}
    behaviour = told.get(event["triggerSource"], {})
    if "first_takes" in behaviour and not before:
        time.sleep(behaviour["first_takes"])
    if "raise" in behaviour:
        raise ValueError(behaviour["raise"])
    if "answer" in behaviour:
        return behaviour["answer"]
    event["response"].update(behaviour.get("response", {}))
    asked = event["request"].get("session", [])
    for name in behaviour.get("by_session", [])[len(asked) - 1 :][:1]:
        event["response"]["challengeName"] = name
    return event
"""


class TriggeredPool:
    """A user pool and its function; ``behave`` says what the function does for a source."""

    def __init__(self, cloud: SharedCloud, folder: Path) -> None:
        self._cloud = cloud
        self._folder = folder
        self.cognito: Any = cloud.clients.cognito_idp
        self.function = make_function(cloud, "triggers", CODE, {"FOLDER": str(folder)})
        self.id = ""
        self.client = ""

    def make(self, *triggers: str, flows: tuple[str, ...] = (), **settings: Any) -> None:
        """Make the pool anew, with these triggers and a client that allows ``flows``."""
        config: dict[str, Any] = dict.fromkeys(triggers, self.function)
        config.update(settings.pop("LambdaConfig", {}))
        client = settings.pop("client", {})
        self.id = self.cognito.create_user_pool(
            PoolName="users", LambdaConfig=config, AutoVerifiedAttributes=["email"], **settings
        )["UserPool"]["Id"]
        allowed = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH", *flows)
        self.client = self.cognito.create_user_pool_client(
            UserPoolId=self.id,
            ClientName="web",
            ExplicitAuthFlows=[f"ALLOW_{flow}" for flow in allowed],
            **client,
        )["UserPoolClient"]["ClientId"]
        self.forget()

    def behave(self, source: str = "", **behaviour: Any) -> None:
        """``raise``, ``answer`` or ``response`` of a trigger source; without one, all are plain."""
        file = self._folder / "behaviours.json"
        told = json.loads(file.read_text()) if source and file.exists() else {}
        file.write_text(json.dumps({**told, source: behaviour}))

    def forget(self) -> None:
        """Start over with the events and the behaviours."""
        (self._folder / "events").write_text("")
        self.behave()

    def events(self, source: str = "") -> list[dict[str, Any]]:
        """The events that the function got, of one source or all."""
        found = [json.loads(line) for line in (self._folder / "events").read_text().splitlines()]
        return [each for each in found if source in ("", each["triggerSource"])]

    @property
    def sources(self) -> list[str]:
        """The sources of all events, in order."""
        return [each["triggerSource"] for each in self.events()]

    def inbox(self) -> tuple[Message, ...]:
        """The pool's messages, newest first."""
        return read_inbox(self._cloud.target, self.id)

    def sign_up(self, name: str = EMAIL, **more: Any) -> dict[str, Any]:
        """A sign-up with an e-mail address, which is the name if that is one."""
        email = name if "@" in name else f"{name}@example.com"
        found: dict[str, Any] = self.cognito.sign_up(
            ClientId=self.client,
            Username=name,
            Password=PASSWORD,
            UserAttributes=[{"Name": "email", "Value": email}],
            **more,
        )
        return found

    def made_user(self, name: str = "", **attributes: str) -> str:
        """A user of an administrator, with a permanent password and a verified address."""
        name = name or f"user-{uuid.uuid4().hex[:8]}"
        given = {"email": f"{name}@example.com", "email_verified": "true", **attributes}
        self.cognito.admin_create_user(
            UserPoolId=self.id,
            Username=name,
            UserAttributes=[{"Name": key, "Value": value} for key, value in given.items()],
            MessageAction="SUPPRESS",
        )
        self.cognito.admin_set_user_password(
            UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True
        )
        return name

    def sign_in(self, name: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
        """USER_PASSWORD_AUTH."""
        found: dict[str, Any] = self.cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
            **more,
        )
        return found

    def status(self, name: str) -> str:
        """A user's state; "" if there is no such user."""
        try:
            found = self.cognito.admin_get_user(UserPoolId=self.id, Username=name)
        except self.cognito.exceptions.UserNotFoundException:
            return ""
        return str(found["UserStatus"])


@pytest.fixture(scope="module")
def pool(
    shared_cloud: SharedCloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TriggeredPool]:
    """The function once for a module; a test makes the pool that it needs."""
    yield TriggeredPool(shared_cloud, tmp_path_factory.mktemp("triggers"))
    shared_cloud.empty()


def make_function(
    cloud: SharedCloud, name: str, code: str, environment: Mapping[str, str], **more: Any
) -> str:
    """A function of one file; its ARN."""
    packed = io.BytesIO()
    file_name = "index.py" if more.get("Runtime", "python").startswith("python") else "index.mjs"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(file_name, code)
    made = cloud.clients.lambda_.create_function(
        **{
            "FunctionName": name,
            "Runtime": "python3.11",
            "Role": "arn:aws:iam::000000000000:role/triggers",
            "Handler": "index.handler",
            "Timeout": 20,
            "Code": {"ZipFile": packed.getvalue()},
            "Environment": {"Variables": dict(environment)},
            **more,
        }
    )
    return str(made["FunctionArn"])


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    """The code and the message of a refusal."""
    found = error.value.response["Error"]
    return found["Code"], found["Message"]
