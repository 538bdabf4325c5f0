"""Measure Cognito's sign-ups and sign-ins on the local cloud; prints Markdown.

    python -m tests.bench.sign_ins [--users 100000] [--sign-ins 10000]

A sign-up runs three triggers (pre sign-up, custom message, post confirmation) on one Node.js
function that is warm. A sign-in by SRP is both requests with the client's arithmetic. Then many
users sign in, each once, in a large pool: the first thousand is compared with the last.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import re
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.processes import cpu_seconds, memory_mb
from tests.bench.users import LOG_NAME, get, running_cloud
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.users.outbound_messages import read_inbox
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin

PASSWORD = "Passw0rd!x"
HANDLER = """\
exports.handler = async (event) => {
  if (event.triggerSource === 'CustomMessage_SignUp') {
    event.response.emailMessage = `Hello, your code is ${event.request.codeParameter}`;
  }
  console.log('ran', event.triggerSource);
  return event;
};
"""
TRIGGERS = ("PreSignUp", "CustomMessage", "PostConfirmation")
SOURCES = ("PreSignUp_SignUp", "CustomMessage_SignUp", "PostConfirmation_ConfirmSignUp")
SRP = 30
PART = 1_000
MOST_SECONDS = 90.0
"""The many sign-ins stop here, and say how many they were."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A user pool with an app client that takes passwords and SRP."""

    id: str
    client_id: str


class Caller:
    """Cognito's public calls on one connection that stays open: no SDK is measured."""

    def __init__(self, target: LocalTarget) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(target.endpoint).netloc)

    def __call__(self, action: str, **given: Any) -> Mapping[str, Any]:
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AWSCognitoIdentityProviderService.{action}",
        }
        self._connection.request("POST", "/", json.dumps(given), headers)
        answer = self._connection.getresponse()
        found: Mapping[str, Any] = json.loads(answer.read())
        assert answer.status == 200, (action, found)
        return found


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sign_ins", description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--sign-ins", type=int, default=10_000)
    parser.add_argument("--sign-ups", type=int, default=40)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="amplify-tui-bench-") as folder,
        running_cloud(Path(folder)) as (target, pid),
    ):
        print("| what | |\n|---|---|")
        clients = Clients(target)
        _sign_ups(clients, target, asked.sign_ups)
        _srp(clients, pid)
        log = Path(folder) / LOG_NAME
        _many(clients, target, (pid, log), asked.users, asked.sign_ins)
    return 0


def _pool(clients: Clients, name: str, triggers: Mapping[str, str] | None = None) -> Pool:
    cognito: Any = clients.cognito_idp
    made = cognito.create_user_pool(
        PoolName=name,
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        LambdaConfig=dict(triggers or {}),
    )["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = cognito.create_user_pool_client(
        UserPoolId=made, ClientName="bench", ExplicitAuthFlows=flows
    )["UserPoolClient"]
    return Pool(made, client["ClientId"])


def _user(clients: Clients, pool: Pool, name: str) -> None:
    of: Any = {"UserPoolId": pool.id, "Username": name}
    attributes: Any = [
        {"Name": "email", "Value": name},
        {"Name": "email_verified", "Value": "true"},
    ]
    clients.cognito_idp.admin_create_user(**of, MessageAction="SUPPRESS", UserAttributes=attributes)
    clients.cognito_idp.admin_set_user_password(**of, Password=PASSWORD, Permanent=True)


def _sign_ups(clients: Clients, target: LocalTarget, count: int) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.js", HANDLER)
    function = clients.client("lambda").create_function(
        FunctionName="triggers",
        Runtime="nodejs20.x",
        Role="arn:aws:iam::000000000000:role/bench",
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]
    pool = _pool(clients, "sign-ups", dict.fromkeys(TRIGGERS, function))
    call = Caller(target)

    def once(number: int) -> float:
        name = f"new{number}@example.com"
        began = time.perf_counter()
        call("SignUp", ClientId=pool.client_id, Username=name, Password=PASSWORD)
        took = time.perf_counter() - began
        code = next(each.code for each in read_inbox(target, pool.id) if each.recipient == name)
        began = time.perf_counter()
        call("ConfirmSignUp", ClientId=pool.client_id, Username=name, ConfirmationCode=code)
        return took + time.perf_counter() - began

    for number in range(3):
        once(number)
    times = [once(3 + number) for number in range(count)]
    ran = _sources_in_logs(clients)
    missing = [each for each in SOURCES if ran.count(each) < count]
    _tell("sign-up with three triggers, with its confirmation", _milliseconds(times))
    if missing:
        print(f"| not run by it | {', '.join(missing)} |")


def _sources_in_logs(clients: Clients) -> list[str]:
    logs: Any = clients.logs
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/triggers")
    text = " ".join(each["message"] for page in pages for each in page["events"])
    return re.findall(r"ran (\w+)", text)


def _srp(clients: Clients, pid: int) -> None:
    pool = _pool(clients, "srp")
    _user(clients, pool, "ann@example.com")
    sign_in = _srp_sign_in(clients, pool, "ann@example.com")
    sign_in()
    server, client = cpu_seconds([pid]), time.process_time()
    times = [_timed(sign_in) for _ in range(SRP)]
    server, client = cpu_seconds([pid]) - server, time.process_time() - client
    _tell("sign-in by SRP", _milliseconds(times))
    told = f"{server / SRP * 1e3:.1f} ms here, {client / SRP * 1e3:.1f} ms in the client"
    _tell("CPU of one", told)


def _srp_sign_in(clients: Clients, pool: Pool, name: str) -> Callable[[], None]:
    client = AppClient(pool.id, pool.client_id)

    def once() -> None:
        done = begin(clients.cognito_idp, client, name, Flow.SRP, PASSWORD)
        assert isinstance(done, UserTokens)

    return once


def _many(
    clients: Clients, target: LocalTarget, server: tuple[int, Path], users: int, count: int
) -> None:
    pid, log = server
    pool = _pool(clients, "many")
    _user(clients, pool, "first@example.com")
    get(target.endpoint, f"/_bench/fill?pool={pool.id}&count={users - 1}")
    srp = _srp_sign_in(clients, pool, "user000007@example.com")
    srp()
    _saved(target)
    before, saves = memory_mb([pid]), _slow_saves(log)
    call = Caller(target)
    began = time.perf_counter()
    times: list[float] = []
    used: list[float] = []
    """Seconds of CPU of the server, its saves included, before each part and after the last."""
    for number in range(count):
        if number % PART == 0:
            used.append(cpu_seconds([pid]))
        name = f"user{number * users // count % (users - 1):06}@example.com"
        asked = {"USERNAME": name, "PASSWORD": PASSWORD}
        before_call = time.perf_counter()
        call(
            "InitiateAuth",
            ClientId=pool.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters=asked,
        )
        times.append(time.perf_counter() - before_call)
        if time.perf_counter() - began > MOST_SECONDS:
            _tell(f"stopped after {MOST_SECONDS:.0f} s", f"{len(times):,} of {count:,}")
            break
    used.append(cpu_seconds([pid]))
    part = min(PART, len(times) // 2)
    first, last = times[:part], times[-part:]
    _tell(f"first {part:,} of {len(times):,} sign-ins, {users:,} users", _milliseconds(first))
    _tell(f"last {part:,}", _milliseconds(last))
    _tell("last by first, medians", f"{statistics.median(last) / statistics.median(first):.2f}")
    _tell("last by first, means", f"{statistics.mean(last) / statistics.mean(first):.2f}")
    if len(times) >= 2 * PART:
        whole = len(times) // PART
        parts = [(later - earlier) / PART * 1e3 for earlier, later in pairwise(used)][:whole]
        told = f"{parts[0]:.1f} ms and {parts[-1]:.1f} ms"
        _tell("CPU of one, with its share of the saves: first part, last part", told)
    _tell("sign-in by SRP then", _milliseconds([_timed(srp) for _ in range(10)]))
    _tell("others wait at most while that is saved", f"{_saved(target) * 1e3:.0f} ms")
    grown = memory_mb([pid]) - before
    _tell("memory of them", f"{grown:.0f} MB, {grown * 1024 / len(times):.1f} kB each")
    slow = _slow_saves(log)[len(saves) :]
    _tell(
        "saves of more than 0.5 s meanwhile", f"{len(slow)}, at most {max(slow, default=0):.1f} s"
    )


def _saved(target: LocalTarget) -> float:
    """Wait until all is saved; returns how long another request waited at most."""
    ends, longest = time.perf_counter() + 8, 0.0
    while time.perf_counter() < ends:
        longest = max(longest, get(target.endpoint, "/_amplify_tui/health"))
        time.sleep(0.01)
    return longest


def _slow_saves(log: Path) -> list[float]:
    return [float(took) for took in re.findall(r"a save took ([\d.]+) s", log.read_text())]


def _timed(step: Callable[[], None]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def _milliseconds(times: list[float]) -> str:
    ordered = sorted(times)
    slow = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    mean = statistics.mean(times) * 1e3
    return (
        f"{statistics.median(times) * 1e3:.1f} ms (mean {mean:.1f}, 99 of 100 within "
        f"{slow * 1e3:.1f})"
    )


def _tell(what: str, value: str) -> None:
    print(f"| {what} | {value} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
