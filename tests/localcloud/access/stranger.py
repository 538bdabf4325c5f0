"""What another user of the machine tries: standard library only, run by that user's Python.

``stranger.py PORT`` prints one JSON object: what was tried → the status that came, or the error.
"""

import base64
import http.client
import io
import json
import socket
import sys
import time
import zipfile

PORT = int(sys.argv[1])
OLD = (
    "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/ssm/aws4_request, "
    "SignedHeaders=host, Signature=00"
)


def call(
    method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> int | str:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def by_target(target: str, members: dict[str, object]) -> int | str:
    headers = {
        "X-Amz-Target": target,
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": OLD,
    }
    return call("POST", "/", json.dumps(members).encode(), headers)


def function() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as code:
        code.writestr("i.py", "import subprocess\ndef h(e, c): return subprocess.getoutput('id')\n")
    members = {
        "FunctionName": "stranger",
        "Runtime": "python3.11",
        "Handler": "i.h",
        "Role": "arn:aws:iam::000000000000:role/x",
        "Code": {"ZipFile": base64.b64encode(packed.getvalue()).decode()},
    }
    return json.dumps(members).encode()


def websocket() -> int:
    key = base64.b64encode(b"0123456789abcdef").decode()
    handshake = (
        "GET /v1/apis/x/graphql/realtime HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", PORT), timeout=20) as connection:
        connection.sendall(handshake.encode())
        return int(connection.recv(100).split()[1])


def send_and_close() -> str:
    """A peer that has closed looks like root's in the kernel's books."""
    body = json.dumps({"Name": "/stranger", "Value": "was here", "Type": "String"}).encode()
    request = (
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSSM.PutParameter\r\n"
        f"Content-Type: application/x-amz-json-1.1\r\nAuthorization: {OLD}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    for hard in (False, True) * 20:
        connection = socket.create_connection(("127.0.0.1", PORT), timeout=20)
        connection.sendall(request)
        if hard:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    time.sleep(0.5)
    return "sent"


found = {
    "health": call("GET", "/_amplify_tui/health"),
    "ssm": by_target(
        "AmazonSSM.GetParameters", {"Names": ["/owner/secret"], "WithDecryption": True}
    ),
    "list users": by_target("AWSCognitoIdentityProviderService.ListUserPools", {"MaxResults": 9}),
    "sign in": by_target("AWSCognitoIdentityProviderService.InitiateAuth", {}),
    "identity": by_target("AWSCognitoIdentityService.GetId", {}),
    "create function": call("POST", "/2015-03-31/functions", function()),
    "invoke": call("POST", "/2015-03-31/functions/stranger/invocations", b"{}"),
    "tokens": call(
        "POST", "/_amplify_tui/cognito/tokens", b"{}", {"Content-Type": "application/json"}
    ),
    "inbox": call("GET", "/_amplify_tui/cognito/inbox?userPoolId=x"),
    "graphql": call("POST", "/v1/apis/x/graphql", b"{}", {"x-api-key": "da2-x"}),
    "buckets": call("GET", "/"),
    "oidc": call("GET", "/us-east-1_x/.well-known/jwks.json"),
    "function url": call("GET", "/_aws/lambda-url/" + "a" * 32 + "/"),
    "http/2": call("PRI", "*"),
    "websocket": websocket(),
    "send and close": send_and_close(),
}
print(json.dumps(found))
