"""English sentences: a question and its answer as propositions, steps as reports and announcements."""

from __future__ import annotations

import re
from random import Random

from flowdial.dataset.realise.contraries import contrary

_END = re.compile(r"[?.!\s]+$")
_YOU = {
    "are you": "I am",
    "were you": "I was",
    "have you": "I have",
    "do you": "I",
    "did you": "I did",
    "can you": "I can",
    "will you": "I will",
    "would you": "I would",
    "could you": "I could",
}
_NOT = {
    "am": "am not",
    "is": "is not",
    "are": "are not",
    "was": "was not",
    "were": "were not",
    "has": "has not",
    "have": "have not",
    "can": "cannot",
    "will": "will not",
    "would": "would not",
    "could": "could not",
    "did": "did not",
    "does": "does not",
    "do": "do not",
}
_BE = ("is", "are", "was", "were")
_ADVERB = re.compile(r"(?:still|already|also|ever|now|even|\w+ly)\b")
_BEHIND_NOUN = re.compile(r"(?:in|on|at|of|with|from|for|to|under|over|behind|who|that|left)\b")
_DENIED = re.compile(r"\b(?:not|cannot|no|never)\b")
_AUXILIARY = re.compile(r"^(is|are|was|were|has|have|can|will|would|could|does|do|did)\s+(.+)$", re.I)
#: Words that begin what is said of a subject and never end it.
_NO_NOUN = (
    "(?:more|less|at|over|under|in|on|still|already|for|from|to|with|above|below|within|not|no|very|longer|shorter|higher"
    r"|lower|older|younger|larger|smaller|heavier|lighter|faster|slower|earlier|later|greater|been|be|had|an?|the|\w+ing"
    r"|\w+ed|\w+ly|left|kept|set|made|sent|paid|lost|broken|torn|found|known|held|put|shut|cut)\b"
)
#: Nouns by their looks, and those that follow another: "power light", "customer id".
_NOUN = (
    r"(?:\w+(?:er|or|tion|sion|ment|ness|ity|ist|ance|age)|number|light|code|card|account|order|box|form|page|screen"
    "|file|room|line|date|time|name|phone|address|bill|fee|plan|battery|door|desk|table|machine|id|key|car|bank|fuse"
    "|cable|ticket|price|list|team|office|report|data|size|side|part|test|step|pipe|lamp|pump|valve|lock)s?"
)
_FIRST = (
    "(?:it|he|she|they|this|that|there|anyone|everyone|everything|anything|all(?: of)? (?:the|your) \\w+"
    "|(?:the|your|an?|any|this|that|its|their|our|my|all) (?:\\w+(?:ing|ed) )?\\w+|[A-Z]\\w+"
    "|(?!(?:two|three|both|some|more|less|at|either|no|not|you|we|I)\\b)\\w+)"
)
#: A subject of one noun or two, and what is said of it; behind a form of "be" with one word left the second is a noun.
_SUBJECT = re.compile(rf"^({_FIRST}(?:\s(?!{_NO_NOUN}){_NOUN}(?=\s))?)\s+(.+)$")
_SUBJECT_BE = re.compile(
    rf"^({_FIRST}(?:\s(?!{_NO_NOUN})(?:{_NOUN}(?=\s)|\w+(?=\s\w+$)(?!\s(?:now|yet|today|again|already)$)))?)\s+(.+)$"
)
#: Subjects that are many.
_MANY = re.compile(r"(?:[^su]s|teeth|feet|children|people|data)$")
#: A heading that is a statement without its verb: "payment overdue", "balance below 100 euros".
_HEADING = re.compile(
    r"^(?P<subject>(?!(?:any|no|still|already|same|first|how|who|what|which|when|where|why|want|\w+ed)\b)"
    r"[\w' -]+?)(?<! for)(?<! be)(?<! been)(?<! left)(?<! still)(?<! already)\s+(?P<not>not\s+)?"
    r"(?P<said>(?:\w+ed|(?!table|cable)\w+[ai]ble|valid|overdue|ready|complete|empty|full|open|closed|correct|present"
    r"|intact|broken|clean|safe|late|free|wet|dry|chosen|known|found|torn|vacant|identical)$"
    r"|(?:on|off|pending|in place|at hand|at home)$|(?:above|below|over|under|more than|less than|\w+er than)\s.+)",
    re.I,
)
#: The same with its verb ("loan is not in arrears", "insurer pays"), and what is asked for by "any".
_STATED = re.compile(
    r"^(?P<subject>\w[\w' -]*?)\s+(?P<verb>is|are|was|were|has|can|will)\s+(?P<not>not?\s+)?(?P<said>.+)$"
)
_ACTS = re.compile(
    r"^(?P<subject>\w+(?: \w+)?)\s+(?P<verb>pays|wants|reads|speaks|knows|expires|closes|opens|needs|accepts|agrees"
    r"|works|fits|arrives|starts|uses|owns|lives|allows|asks|matches|begins|contains|exceeds)\b(?P<said>.*)$"
)
_ANY = re.compile(r"^any\s+(?P<said>.+)$", re.I)
#: A noun with its place or time: "snow on the path".
_THERE = re.compile(
    r"^(?!(?:only|just|still|another|same|more|less|own|book|got|all|both|each|every|late|regular)\b"
    r"|\w+(?:ed|ing|er|ly|able|ible)\b)\w+(?: \w+)? (?:on|in|at|behind|under|between|around|during) .+$",
    re.I,
)
#: What has happened by itself.
_HAPPENED = re.compile("passed|failed|expired|arrived|started|ended|happened|improved|doubled|dropped|returned")
_NO_ONE = re.compile(r"^(?P<no>no|not|nobody|nothing)\s+(?P<said>.+)$", re.I)
_COMPARED = re.compile(r"^(?P<left>.+?)\s*(?P<sign>>=|<=|==|!=|>|<|=)\s*(?P<right>\S.*)$")
_SAID = {
    ">": ("is more than", "is not more than"),
    ">=": ("is at least", "is less than"),
    "<": ("is less than", "is not less than"),
    "<=": ("is at most", "is more than"),
    "=": ("equals", "does not equal"),
    "==": ("equals", "does not equal"),
    "!=": ("does not equal", "equals"),
}
#: Qualities of which there is more or less, as a statement's last word.
_GRADUAL = re.compile(
    r"(?P<not>not )?\b(?P<quality>satisfied|happy|clear|clean|dirty|urgent|severe|serious|safe|dangerous|stable"
    r"|comfortable|complicated|simple|easy|hard|difficult|expensive|cheap|busy|late|wet|dry|warm|cold|hot|loud|heavy|large"
    r"|big|small|high|low|strong|weak|important|familiar|reliable|painful|swollen|worn|blurry|accurate|steady|tired|hungry)$"
)
_YES = (
    "yes",
    "yes, it is",
    "yep",
    "yeah",
    "sure",
    "correct",
    "that's right",
    "indeed",
    "yes of course",
    "it does",
    "I think so",
    "affirmative",
)
_NO = (
    "no",
    "nope",
    "no, not at all",
    "not really",
    "I'm afraid not",
    "it isn't",
    "it doesn't",
    "not yet",
    "negative",
    "no, sorry",
)
_BEFORE = (
    "hi, ",
    "well, ",
    "um, ",
    "I checked and ",
    "actually, ",
    "as far as I can tell ",
    "so, ",
    "ok, ",
    "I just looked: ",
    "they say ",
    "the system says ",
)
_AFTER = (
    ", thanks",
    ", I think",
    ", go on",
    " as far as I know",
    ", what's next?",
    ", I'm sure",
    " right now",
    ", please continue",
)


def _bare(text: str) -> str:
    return _END.sub("", text.strip())


def _small(text: str) -> str:
    return text if re.match(r"I\b|[A-Z]{2}", text) else text[:1].lower() + text[1:]


def propositions(question: str) -> tuple[str, str]:
    """What the question asks as a statement, and its denial; nothing where it cannot be turned."""
    text = _bare(question)
    if found := _COMPARED.match(text):
        yes, no = _SAID[found["sign"]]
        return f"{found['left']} {yes} {found['right']}", f"{found['left']} {no} {found['right']}"
    lowered = text.lower()
    for asked, said in _YOU.items():
        if lowered.startswith(asked + " "):
            rest, swapped = _undenied(text[len(asked) + 1 :])
            first, _, verb = said.partition(" ")
            yes, no = f"{said} {rest}", f"{first} {_NOT[verb] if verb else 'do not'} {rest}"
            return (no, yes) if swapped else (yes, no)
    if found := _AUXILIARY.match(text):
        verb = found[1].lower()
        if not (parts := (_SUBJECT_BE if verb in _BE else _SUBJECT).match(found[2])):
            return "", ""
        if verb not in _BE and _BEHIND_NOUN.match(parts[2]):
            return "", ""  # "anyone in the flat": more of the subject than is known
        subject, (rest, swapped) = _mine(parts[1]), _undenied(parts[2])
        yes, no = f"{subject} {_does(verb, rest)}", f"{subject} {_NOT[verb]} {rest}"
        return (no, yes) if swapped else (yes, no)
    return _heading(text)


def _undenied(rest: str) -> tuple[str, bool]:
    """What is said behind the verb without a "not", and whether there was one."""
    said = _mine(rest)
    return said.removeprefix("not "), said.startswith("not ")


def _does(verb: str, rest: str) -> str:
    """What a subject does, said without "do" or "does" where the verb comes first."""
    if verb not in ("do", "does") or _ADVERB.match(rest):
        return f"{verb} {rest}"
    if verb == "do":
        return rest
    first, space, behind = rest.partition(" ")
    if first == "have":
        return f"has{space}{behind}"
    if re.search("[^aeiou]y$", first):
        return f"{first[:-1]}ies{space}{behind}"
    return f"{first}{'es' if re.search('(?:s|sh|ch|x|z|o)$', first) else 's'}{space}{behind}"


def _mine(text: str) -> str:
    """What is said of "you" as the one who is asked says it."""
    return re.sub(r"\byou\b", "me", re.sub(r"\byour\b", "my", text))


def _heading(text: str) -> tuple[str, str]:
    """What a question in few words says ("payment overdue", "insurer pays") as a statement, and its denial."""
    if found := _ANY.match(text):
        return _there(found["said"])
    if found := _NO_ONE.match(text):
        some = {"no": "there is ", "not": "", "nobody": "somebody ", "nothing": "something "}[found["no"].lower()]
        none = f"there is no {found['said']}" if found["no"].lower() == "no" else _small(text)
        return _mine(none), _mine(f"{some}{found['said']}")
    if found := _ACTS.match(text):
        subject, verb = _small(found["subject"]), re.sub("(?<=tch)es$|s$", "", found["verb"])
        return f"{subject} {found['verb']}{found['said']}", f"{subject} does not {verb}{found['said']}"
    if found := _STATED.match(text) or _HEADING.match(text):
        subject = _small(found["subject"])
        verb = found.groupdict().get("verb") or _verb(subject, found["said"])
        yes, no = f"{subject} {verb} {found['said']}", f"{subject} {_NOT[verb]} {found['said']}"
        asked = _small(text) if "verb" in found.groupdict() else no
        return (asked, yes) if found["not"] else (yes, no)
    if _THERE.match(text):
        return _there(text)
    known = not re.match(r"(?:the|an?|your|his|her|their) ", text, re.I)
    return (_small(text), f"not {_small(text)}") if known else ("", "")


def _there(what: str) -> tuple[str, str]:
    said = _mine(_small(what))
    verb = "are" if re.match(r"(?:\w+ )?\w*[^su]s\b", said) else "is"
    return f"there {verb} {said}", f"there {verb} no {said}"


def _verb(subject: str, said: str) -> str:
    many = _MANY.search(subject)
    if _HAPPENED.fullmatch(said):
        return "have" if many else "has"
    return "are" if many else "is"


def answers(question: str, name: str, side: int, other: str = "") -> list[str]:
    """See `Realiser.answers`."""
    label = _small(_bare(name))
    if side == 0:
        return [
            label,
            f"{label} please",
            f"it's {label}",
            f"I'd say {label}",
            f"{label}, I think",
            f"the {label} one",
            f"I choose {label}",
            f"go with {label}",
            f"let's do {label}",
            f"my answer is {label}",
            f"that would be {label}",
            f"{label} for me",
            f"probably {label}",
            f"{label} then",
            f"I want {label}",
            f"it is {label} in this case",
            *(_not(_small(_bare(other))) if other else ()),
        ]
    affirmed, denying = propositions(question)
    statement, short = (affirmed, _YES) if side > 0 else (denying, _NO)
    if not statement:
        return [*short, label]
    if side < 0 and _DENIED.search(affirmed) and not _DENIED.search(denying):
        return [statement, f"{statement} actually", f"I'd say {statement}", f"I confirm that {statement}"]
    opposite = contrary(affirmed, "en") if side < 0 else None
    return [
        *([opposite, f"{opposite}, I'm afraid", f"{opposite} actually", f"no, {opposite}"] if opposite else ()),
        statement,
        *_by_degree(statement),
        f"{short[0]}, {statement}",
        f"{label}, {statement}",
        f"I confirm that {statement}",
        f"{statement} for sure",
        *short,
        label,
    ]


def _by_degree(statement: str) -> list[str]:
    """The same with how much: "very clear", "not clear at all"."""
    if not (found := _GRADUAL.search(statement)):
        return []
    before, quality = statement[: found.start()], found["quality"]
    if found["not"]:
        return [f"{statement} at all", f"{before}not very {quality}", f"{before}not really {quality}"]
    return [f"{before}{much} {quality}" for much in ("very", "really", "extremely", "quite", "rather")]


def _not(other: str) -> list[str]:
    """One option where the words are the other one's."""
    found = [f"not {other}", f"anything but {other}", f"definitely not {other}", f"{other}? no"]
    return found + ([opposite] if (opposite := contrary(other, "en")) else [])


def reports(step: str) -> list[str]:
    """See `Realiser.reports`."""
    done = _small(re.sub(r"^(?:please|kindly)\s+", "", _bare(step), flags=re.I))
    return [
        f"done: {done}",
        f"{done} is done",
        f"I finished this: {done}",
        f"ok, {done}, finished",
        f"that's done, {done}",
        "done",
        "finished",
        "ok, next",
        "all set",
        "I did that",
        "ready, what's next?",
        "that part is complete",
    ]


def announcements(step: str, kind: str) -> list[str]:
    """See `Realiser.announcements`."""
    text = _bare(step)
    if kind == "end":
        return [
            "That is all, thank you for your help.",
            "We are done here. Thank you and goodbye.",
            "Everything is complete, thank you.",
        ]
    if kind == "decision":
        return [f"{text}?", f"Thank you. {text}?", f"All right, {_small(text)}?"]
    verb = _small(re.sub(r"^please\s+", "", text, flags=re.I))
    return [f"All right, {verb}.", f"Thank you. The next step: {verb}.", f"Good, now {verb}.", f"Please {verb}."]


def openings(title: str) -> list[str]:
    """See `Realiser.openings`."""
    topic = _small(title) or "this"
    return [
        f"hi, I need help with {topic}",
        f"hello, it's about {topic}",
        f"can we start with {topic}?",
        f"{topic}, please",
    ]


def corrections(wrong: str, right: str) -> list[str]:
    """See `Realiser.corrections`."""
    return [
        f"{wrong}, no wait, {right}",
        f"sorry, not {wrong}, {right}",
        f"{wrong}... I mean {right}",
        f"hold on, it should be {right} instead of {wrong}",
    ]


def questions(question: str) -> list[str]:
    """See `Realiser.questions`."""
    return [
        "what do you mean?",
        "I don't understand the question",
        f'what does "{_bare(question)}" mean?',
        "what is the difference?",
        "let me think",
        "why do you ask?",
        "one moment, I'll ask somebody",
    ]


def backs() -> list[str]:
    """See `Realiser.backs`."""
    return [
        "wait, go back a step",
        "I answered that wrongly, one step back please",
        "can we go back?",
        "undo my last answer",
    ]


def colour(sentence: str, draw: Random) -> str:
    """See `Realiser.colour`."""
    if draw.random() < 0.25:
        sentence = draw.choice(_BEFORE) + sentence
    if draw.random() < 0.2 and sentence[-1] not in ".?!":
        sentence += draw.choice(_AFTER)
    if draw.random() < 0.3:
        sentence = sentence[:1].upper() + sentence[1:] + ("" if sentence[-1] in ".?!" else draw.choice((".", ".", "!")))
    return sentence
