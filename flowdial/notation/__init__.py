"""Read PlantUML.  text -> blocks -> prepared lines -> Lark tree -> typed AST, or a diagnostic with its place.

Knows what is written; knows no graph and no model. Public: `parse`, `parse_all`, `read_source`, `read_stream`,
`render`, `format_text`, `ast`.
"""

from flowdial.notation import ast
from flowdial.notation.format import format_text
from flowdial.notation.parser import parse, parse_all
from flowdial.notation.render import render
from flowdial.notation.source import read_source, read_stream

__all__ = ["ast", "format_text", "parse", "parse_all", "read_source", "read_stream", "render"]
