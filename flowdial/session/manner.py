"""Take off what people say around what they mean.  user's words -> the words that decide.

A full stop, a greeting, a hesitation or capitals mean nothing in an answer, yet an adapter takes what it seldom saw for
a sign. Knows wording; knows no prompts.
"""

from __future__ import annotations

import re

#: Marks behind the words; a question mark stays, for who asks does not answer.
_END = re.compile(r"[\s。．.!！~～…]+$")
_HESITATION = r"(?:嗯+|呃+|u+[mh]+(?! ?huh)|e+r+m?|hmm+)[\s,，。.…、!！~]+"
_OPENING = (
    r"(?:额|诶|那个|这个嘛|您好|你好|嗨|哈喽|well|hi|hello|hey|good (?:morning|afternoon|evening))[,，。.…、!！~]+\s*"
)
_SHOUTED = re.compile(r"[A-Z]{2}\W+[A-Z]{2}")
_BEFORE = re.compile(f"(?:{_HESITATION}|{_OPENING})+", re.IGNORECASE)


def plain(words: str) -> str:
    """The words without hesitation and greetings before them and without a stop behind, never none where there were;
    several that are shouted (IT IS BROKEN) in small letters.
    """
    ended = _END.sub("", words) or words
    found = _BEFORE.match(ended)
    rest = ended[found.end() :] if found else ended
    kept = rest if any(each.isalnum() for each in rest) else ended
    return kept.lower() if kept.isupper() and _SHOUTED.search(kept) else kept
