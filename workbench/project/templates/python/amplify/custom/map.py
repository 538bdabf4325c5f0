"""Anything of the AWS CDK fits in: here a map of Amazon Location, in a stack of its own."""

from aws_cdk import aws_location

from amplify_tui import Backend


def add_map(backend: Backend) -> None:
    """Add the map, and tell client apps about it in amplify_outputs.json."""
    stack = backend.create_stack("maps")
    chat_map = aws_location.CfnMap(
        stack,
        "ChatMap",
        map_name=f"chat-map-{stack.node.addr[-8:]}",
        configuration=aws_location.CfnMap.MapConfigurationProperty(style="VectorEsriNavigation"),
    )
    backend.add_output(
        {
            "geo": {
                "aws_region": stack.region,
                "maps": {
                    "items": {chat_map.map_name: {"style": "VectorEsriNavigation"}},
                    "default": chat_map.map_name,
                },
            }
        }
    )
