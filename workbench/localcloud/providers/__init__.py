"""Native providers: what well-known custom resources do, without their Lambda functions.

Each module holds one provider: a function from a :class:`~.request.ProviderRequest` to a
:class:`~.request.ProviderAnswer`, with the answers, attributes, physical ids and failures of the
Lambda function it stands in for. They reach the local cloud's services through
:class:`~.services.ProviderServices` only; ``registry.py`` says which function each one may replace.
"""
