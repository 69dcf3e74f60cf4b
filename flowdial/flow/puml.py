"""Write a Flow as PlantUML.  Flow -> canonical text.  The syntax tree does the writing: a graph has no nesting."""

from __future__ import annotations

from flowdial.errors import FlowError
from flowdial.flow.model import Flow
from flowdial.notation import render


def to_puml(flow: Flow) -> str:
    """Canonical PlantUML; reading it again gives an equal flow. Raises FlowError for a flow that was not read."""
    if flow.source is None:
        raise FlowError("this flow was not read from a diagram", hint="write it as PlantUML, then load it")
    return render(flow.source)
