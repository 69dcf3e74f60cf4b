"""Tell a colour.  text -> is it one that PlantUML knows?  Colours mean nothing to the flow."""

from __future__ import annotations

import re

# The names of CSS (Color Module Level 4), and those that PlantUML adds.
_NAMES = frozenset(
    """
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
    cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray
    darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen
    darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue
    firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew
    hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
    lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
    lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue
    mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred
    midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid
    palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple
    rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue
    slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
    whitesmoke yellow yellowgreen
    application archimate_application archimate_business archimate_implementation archimate_motivation
    archimate_physical archimate_strategy archimate_technology automatic background business implementation motivation
    physical strategy technology transparent
    """.split()
)
_HEX = re.compile(r"[0-9a-f]|[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8}")
_PARTS = re.compile(r"[-/\\|?:]")


def is_color(text: str) -> bool:
    """Whether `text`, as `#red`, `red/blue` or `#12aa34`, names colours only."""
    parts = [part.lstrip("#").lower() for part in _PARTS.split(text.strip())]
    return all(part in _NAMES or bool(_HEX.fullmatch(part)) for part in parts if part)
