"""What people say around what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdial.session.manner import plain
from flowdial.session.prompt import decision, reply


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("嗯，鞋底蹭掉了一块。", "鞋底蹭掉了一块"),
        ("呃 那个，红的", "红的"),
        ("您好，我要退货！", "我要退货"),
        ("Well, it broke...", "it broke"),
        ("um the blue one", "the blue one"),
        ("Hi, good morning, I need help!!", "I need help"),
        ("er, no", "no"),
        ("IT IS BROKEN!", "it is broken"),
        ("你好，几点关门？", "几点关门？"),
    ],
)
def test_greetings_hesitation_and_stops_are_taken_off(words, found):
    """They mean nothing in an answer."""
    assert plain(words) == found


@pytest.mark.parametrize(
    "words",
    [
        "嗯",
        "hi",
        "Hello",
        "erm",
        "。。。",
        "well below the plough",
        "error 5",
        "那个红的",
        "uh huh",
        "USB C",
        "VIP",
        "",
    ],
)
def test_what_may_be_meant_stays(words):
    """A hesitation that is all there is, words that only begin like one, and names in capitals."""
    assert plain(words) == words


@given(st.text(alphabet="嗯呃，。！ um,.!红blue?？", max_size=30))
def test_plain_words_are_plain(words):
    """Taking off twice takes off no more, and never all that can be read."""
    once = plain(words)
    assert plain(once) == once
    assert words.endswith(once) or any(words[at:].startswith(once) for at in range(len(words)))
    assert any(map(str.isalnum, once)) == any(map(str.isalnum, words))


def test_an_adapter_reads_plain_words_and_a_model_without_one_reads_all():
    """What an adapter was trained on; the examples before a decision without one end as they do."""
    read = {
        layout: decision("zh", "完好？", ("是", "否"), "嗯，破了。", layout=layout).words
        for layout in ("verdict", "channel", "naming")
    }
    assert read == {"verdict": "破了", "channel": "嗯，破了。", "naming": "嗯，破了。"}
    assert reply("嗯，破了。", "结单") == reply("破了", "结单")
