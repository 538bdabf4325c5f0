"""The headers of a signed request, checked as the local cloud checks them."""

from __future__ import annotations

from time import time

from workbench.localcloud.appsync.authorization.http_request import HttpRequestFacts
from workbench.localcloud.appsync.authorization.signature import is_signed, read_signature
from workbench.outputs_file import ApiEndpoint
from workbench.playground.authorizing import Authorizer, IamCredentials, Tokens
from workbench.playground.run_as import As, RunAs

ENDPOINT = ApiEndpoint("it", "http://127.0.0.1:1/graphql", modes=("AWS_IAM",))


class OwnKeys:
    """The target's credentials, and no others."""

    asked = 0

    def users(self) -> tuple[str, ...]:
        return ()

    def user_tokens(self, name: str) -> Tokens:
        raise NotImplementedError

    def identity(self, tokens: Tokens | None) -> IamCredentials:
        raise NotImplementedError

    def own(self) -> IamCredentials:
        self.asked += 1
        return IamCredentials("AKIA1", "secret", "session", expires=time() + 3600)


async def test_the_headers_alone_prove_the_signature_as_a_subscription_sends_them() -> None:
    source = OwnKeys()
    authorizer = Authorizer(source)
    authorize = authorizer.for_caller(ENDPOINT, RunAs(As.ADMIN))
    for path, body in (("/graphql/connect", b"{}"), ("/graphql", b'{"query": "{ a }"}')):
        sent = {"host": "127.0.0.1:1", **await authorize(f"http://127.0.0.1:1{path}", body)}
        headers = {name.lower(): value for name, value in sent.items()}
        signed = read_signature(headers["authorization"])
        assert signed is not None
        assert set(signed.headers) <= set(headers)
        facts = HttpRequestFacts("POST", path, body, "127.0.0.1")
        assert is_signed(signed, "secret", headers, facts)
        assert not is_signed(signed, "another", headers, facts)
    assert source.asked == 1  # the keys are kept until they expire
    authorizer.forget()
    await authorize("http://127.0.0.1:1/graphql", b"{}")
    assert source.asked == 2
