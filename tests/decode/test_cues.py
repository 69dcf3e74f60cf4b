"""What the words alone say: yes or no, a question or an answer, and which option they share words with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdial.decode.cues import answer_side, option_cues, polarity, says_nothing, stay_cues

YES = [
    "yes", "Yes!", "YES please", "yeah, it works", "sure", "ok", "Okay then", "of course", "that is correct", "yep",
    "no problem", "not bad", "yes, but not today", "definitely", "y",
    "是", "是的", "对", "对的", "好的", "可以", "嗯", "当然", "没错", "没问题", "不错", "检查无误", "是的，不用换",
]  # fmt: skip
NO = [
    "no", "No.", "nope", "no thanks", "not yet", "I didn't", "it doesn’t", "I cannot", "never", "nothing happened",
    "neither of them", "nobody was there", "without success", "n", "N.",
    "否", "不是", "没有", "还没", "不可以", "未收到", "不行", "别换", "并非如此", "无",
]  # fmt: skip
NEITHER = [
    "", " ", "blue", "the kitchen", "I know him", "yesterday", "a notice", "another one", "nose", "nine", "N/A",
    "year", "I paid", "42", "😀", "蓝色", "厨房", "昨天付款", "三号", "?",
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "side"), [*((w, 1) for w in YES), *((w, -1) for w in NO), *((w, 0) for w in NEITHER)]
)
def test_words_take_the_side_that_a_person_hears(words: str, side: int) -> None:
    assert polarity(words) == side


@pytest.mark.parametrize("words", [*YES, *NO])
def test_case_and_surrounding_space_change_no_side(words: str) -> None:
    assert polarity(f"  {words.upper()}\n") == polarity(words)


@given(st.text())
def test_every_text_has_a_side_or_none(words: str) -> None:
    assert polarity(words) in (-1, 0, 1)
    assert answer_side("Is it paid?", words) in (0, polarity(words))


@pytest.mark.parametrize("words", ["yes", "no, it is broken", "是的", "没有", "不是"])
def test_a_yes_or_no_at_the_beginning_answers_whatever_is_asked(words: str) -> None:
    assert answer_side("Is the moon full?", words) == polarity(words) != 0


# ---- questions and requests ----
@pytest.mark.parametrize(
    "words",
    [
        "what time do you close", "is it open?", "can you help me", "why", "how much is it", "who are you?",
        "tell me a joke", "Please explain", "recommend a film", "help me",
        "你们几点关门", "今天天气怎么样", "收到了吗", "多少钱", "你是谁", "这是什么？", "有没有折扣", "能不能快点",
        "讲个笑话", "帮我订一张票", "给我推荐一本书", "请问", "告诉我密码",
    ],
)  # fmt: skip
def test_a_question_or_request_is_heard_as_one(words: str) -> None:
    assert stay_cues("Is it paid?", ["yes", "no"], words)[0] == 1.0


@pytest.mark.parametrize(
    "words",
    ["", "yes", "it is dark", "I can do that", "somewhat", "isn't paid", "the show is over",
     "是的", "没有", "收到了", "昨天付的", "红色的那个", "亮着呢，一直亮"],
)  # fmt: skip
def test_an_answer_is_not_heard_as_a_question(words: str) -> None:
    assert stay_cues("Is it paid?", ["yes", "no"], words)[0] == 0.0


@pytest.mark.parametrize(
    ("question", "names", "words", "share"),
    [
        ("Is the lamp on?", ["yes", "no"], "the lamp", 0.0),
        ("Is the lamp on?", ["yes", "no"], "buy shoes", 1.0),
        ("Is the lamp on?", ["red", "blue"], "blue shoes", 0.5),
        ("Is the lamp on?", ["yes", "no"], "", 1.0),
        ("灯亮着吗", ["是", "否"], "灯亮", 0.0),
        ("灯亮着吗", ["是", "否"], "买鞋", 1.0),
    ],
)
def test_words_are_foreign_as_far_as_neither_question_nor_options_have_them(
    question: str, names: list[str], words: str, share: float
) -> None:
    assert stay_cues(question, names, words)[1] == pytest.approx(share)


def test_words_without_a_side_say_so() -> None:
    assert stay_cues("q", ["a"], "blue")[2] == 1.0
    assert stay_cues("q", ["a"], "yes")[2] == 0.0


# ---- options ----
@pytest.mark.parametrize(
    ("names", "words", "said"),
    [
        (["yes", "no"], "Yes!", [1, 0]),
        (["red wine", "white wine"], "RED WINE.", [1, 0]),
        (["是", "否"], "是。", [1, 0]),
        (["原支付账户", "店铺余额"], "店铺余额！", [0, 1]),
        (["just one", "all of them"], "all of them", [0, 1]),
        (["yes", "no"], "yes and no", [0, 0]),
        (["yes", "no"], "", [0, 0]),
        (["!", "?"], "!", [0, 0]),
    ],
)
def test_an_options_very_name_is_recognised(names: list[str], words: str, said: list[int]) -> None:
    assert [cue.said for cue in option_cues("q?", names, words)] == said


@pytest.mark.parametrize(
    ("names", "words", "overlaps"),
    [
        (["red wine", "white wine"], "the white one", [-0.5, 0.5]),
        (["red wine", "white wine"], "wine", [0, 0]),
        (["red wine", "white wine"], "beer", [0, 0]),
        (["heating", "water leak"], "the heat is off, heating I mean", [1, -1]),
        (["质量问题", "发错货"], "质量不好", [1 / 3, -1 / 3]),
        (["only"], "only", [1]),
        (["the", "a"], "the", [0, 0]),
    ],
)
def test_overlap_counts_what_only_one_option_shares(names: list[str], words: str, overlaps: list[float]) -> None:
    assert [cue.overlap for cue in option_cues("q?", names, words)] == pytest.approx(overlaps)


@pytest.mark.parametrize(
    ("names", "words", "sides"),
    [
        (["yes", "no"], "yes", [1, -1]),
        (["yes", "no"], "no", [-1, 1]),
        (["no", "yes"], "no", [1, -1]),
        (["是", "否"], "没有", [-1, 1]),
        (["passed", "not passed"], "yes", [1, -1]),
        (["通过", "不通过"], "不", [-1, 1]),
        (["Y", "N"], "yes", [1, -1]),
        (["red", "blue"], "yes", [0, 0]),
        (["yes", "no"], "blue", [0, 0]),
    ],
)
def test_a_yes_or_no_speaks_for_the_option_of_its_side(names: list[str], words: str, sides: list[int]) -> None:
    assert [cue.polarity for cue in option_cues("q?", names, words)] == sides


@given(
    st.text(),
    st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=5, unique=True),
    st.text(st.characters(exclude_categories=())),
)
def test_every_feature_lies_between_minus_one_and_one(question: str, names: list[str], words: str) -> None:
    for cue in option_cues(question, names, words):
        assert all(-1 <= value <= 1 for value in cue.values())
    assert all(0 <= value <= 1 for value in stay_cues(question, names, words))


@pytest.mark.parametrize("words", ["ok", "Okay, thanks!", "好的", "嗯嗯", "好，谢谢"])
def test_a_mere_acknowledgement_chooses_nothing_among_named_alternatives(words: str) -> None:
    assert says_nothing(["me", "the other driver"], words)
    assert not says_nothing(["yes", "no"], words)
    assert not says_nothing(["带齐了", "没带齐"], words)
    assert says_nothing(["质量问题", "发错货", "不想要了"], words)  # one of them denies, none affirms


@pytest.mark.parametrize("words", ["yes", "No.", "nope, no", "right!", "是的。", "对的", "没错", "不是", "对，是的"])
def test_a_bare_yes_or_no_chooses_nothing_among_alternatives_that_take_no_side(words: str) -> None:
    """It does of two, where a yes may mean the one that the question names, and where an option takes its side."""
    assert says_nothing(["red", "green", "blue"], words)
    assert not says_nothing(["red", "green"], words)
    assert not says_nothing(["yes, both", "no, none", "one of them"], words)


def test_a_long_row_of_answers_is_read_in_time() -> None:
    """No text makes the pattern try more than its length."""
    assert says_nothing(["red", "green", "blue"], "不是" * 5000)
    assert not says_nothing(["red", "green", "blue"], "不是" * 5000 + "x")


def test_a_bare_answer_of_the_side_of_one_option_chooses_it() -> None:
    assert says_nothing(["质量问题", "发错货", "不想要了"], "是的")
    assert not says_nothing(["质量问题", "发错货", "不想要了"], "不")


@pytest.mark.parametrize("words", ["ok, me", "the other one", "好的，退到余额", ""])
def test_what_says_more_is_no_mere_acknowledgement(words: str) -> None:
    assert not says_nothing(["me", "the other driver"], words)
