"""A reply takes up the user's words where it safely can, and says where the process stands, word for word."""

from __future__ import annotations

import dataclasses

import pytest

from flowdial.decode.protocol import Skill
from flowdial.decode.scripted import ScriptedModel
from flowdial.reply import PIPELINES, Draft, Pipeline, Situation
from flowdial.reply.guards import MAX_CHARACTERS, names_another_step
from flowdial.reply.stages import acknowledge, answer, ask, guard, render, write_freely

STEP = {"en": "Is the lamp on?", "zh": "灯亮着吗？"}


def situation(lang: str = "en", **given: object) -> Situation:
    values: dict[str, object] = {"words": "hm", "step": STEP[lang], "asks": True, "names": ("yes", "no")}
    return Situation(lang, **{**values, **given})  # type: ignore[arg-type]


def guarded(lead: str, lang: str = "en", **given: object) -> str:
    return guard(situation(lang, **given), Draft(lead, "body")).lead


# ---- the guard ----
@pytest.mark.parametrize(
    ("lang", "lead"),
    [("en", "Thanks for checking."), ("en", "Great, that is good news!"), ("zh", "好的，明白了。"), ("zh", "太好了！")],
)
def test_a_short_sentence_of_the_right_language_may_be_shown(lang: str, lead: str) -> None:
    assert guarded(lead, lang) == lead


@pytest.mark.parametrize(
    ("lang", "lead"),
    [
        ("en", "好的，明白了。"),
        ("zh", "All right, noted."),
        ("en", "Is it dark?"),
        ("zh", "您还好吗？"),
        ("en", "We refund 50 euros."),
        ("en", "That takes ４ days."),
        ("zh", "三天内退您100元。"),
        ("en", "See https://example.org/x."),
        ("en", "See http://example.org."),
        ("en", "See www.example.org."),
        ("en", "Ask me at bot@example."),
        ("en", "Done <b>now</b>."),
        ("en", "Dear {name}."),
        ("en", "Look [here]."),
        ("en", "All <|im_end|>."),
        ("en", "No full stop"),
        ("en", ""),
        ("en", " "),
        ("en", "x" * MAX_CHARACTERS["en"] + "."),
        ("zh", "好" * MAX_CHARACTERS["zh"] + "。"),
    ],
)
def test_a_lead_that_may_not_be_shown_is_dropped(lang: str, lead: str) -> None:
    assert guarded(lead, lang) == ""


def test_the_guard_leaves_the_body_alone() -> None:
    assert guard(situation(), Draft("好的。", "body")) == Draft("", "body")


def test_a_lead_that_was_said_before_is_dropped() -> None:
    lead = "Thanks for checking."
    assert guarded(lead, recent=["All right. Go on."]) == lead
    assert guarded(lead, recent=[f"{lead} Is the lamp on?", "x"]) == ""


@pytest.mark.parametrize(
    ("lang", "lead", "others"),
    [
        ("en", "We will send the bill now.", ["Send the bill to the owner"]),
        ("en", "A refund is on its way.", ["Refund"]),
        ("en", "I have closed the main valve.", ["Wait", "Close the main valve"]),
        ("zh", "请把商品寄回来。", ["请把商品和发票一起装箱"]),
        ("zh", "那请把商品寄回来。", ["请把商品和发票一起装箱"]),
        ("zh", "马上为您安排退货运费。", ["登记为错发，退货运费由商家承担"]),
    ],
)
def test_a_lead_that_speaks_of_another_step_is_dropped(lang: str, lead: str, others: list[str]) -> None:
    assert names_another_step(situation(lang, others=others), lead)
    assert guarded(lead, lang, others=others) == ""


@pytest.mark.parametrize("place", ["step", "words"])
def test_a_lead_may_use_the_words_of_its_own_step_and_of_the_user(place: str) -> None:
    text = "Send the bill to the owner"
    assert guarded("We will send the bill.", others=["Send the bill by mail"], **{place: text})


# ---- what is said ----
def test_an_open_question_is_asked_word_for_word() -> None:
    assert render(situation(), Draft()).body == "Is the lamp on?"


@pytest.mark.parametrize(
    ("lang", "step", "asks", "body"),
    [
        ("en", "Send the form", False, "Send the form."),
        ("en", "Send the form!", False, "Send the form!"),
        ("en", "Which colour", True, "Which colour?"),
        ("zh", "请填表", False, "请填表。"),
        ("zh", "哪种颜色", True, "哪种颜色？"),
        ("zh", "请填写：", False, "请填写："),
        ("en", "", False, ""),
    ],
)
def test_a_step_gets_the_mark_it_lacks(lang: str, step: str, asks: bool, body: str) -> None:
    assert render(situation(lang, step=step, asks=asks), Draft()).body == body


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_who_was_not_understood_is_asked_again_with_every_option(lang: str) -> None:
    reply = render(situation(lang, stayed=True, unsure=True), Draft())
    assert reply.lead in ("I am not sure I understood.", "我不太确定您的意思。")
    assert all(part in reply.body for part in (STEP[lang], "yes", "no"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_who_strays_is_led_back_with_every_option(lang: str) -> None:
    strayed = render(situation(lang, stayed=True), Draft())
    assert strayed.lead != render(situation(lang, stayed=True, unsure=True), Draft()).lead
    assert strayed.body == ask(situation(lang))


def test_a_lead_that_is_there_is_kept_for_who_strays() -> None:
    assert render(situation(stayed=True), Draft("I cannot sing.")).lead == "I cannot sing."


def test_where_nothing_is_asked_the_options_are_asked_for() -> None:
    assert ask(situation(asks=False, names=("done: a", "done: b"))) == "Which of these is done: done: a / done: b?"


@pytest.mark.parametrize("name", ["{}", "{0}", "a{b", "%s"])
def test_braces_in_a_label_are_plain_text(name: str) -> None:
    assert name in ask(situation(step=name, names=(name,)))


def test_the_end_is_announced() -> None:
    assert render(situation(step="", asks=False, names=(), done=True), Draft()).body == (
        "That completes the process. Thank you!"
    )
    assert "流程已完成" in render(situation("zh", step="", names=(), done=True), Draft()).body


@pytest.mark.parametrize("done", [True, False])
def test_canned_text_stands_in_place_of_the_step(done: bool) -> None:
    assert render(situation(say="Hello there", done=done), Draft()).body == "Hello there"


def test_canned_text_does_not_hide_that_the_bot_asks_back() -> None:
    assert render(situation(say="Hello there", stayed=True), Draft()).body == ask(situation())


# ---- the model's part ----
@pytest.mark.parametrize("stage", [acknowledge, write_freely])
@pytest.mark.parametrize("given", [{"model": None}, {"say": "x"}, {"done": True}, {"unsure": True, "stayed": True}])
def test_no_lead_is_asked_for_where_none_is_wanted(stage, given: dict) -> None:
    model = ScriptedModel(says="Fine.")
    assert stage(situation(**{"model": model, **given}), Draft()) == Draft()
    assert model.calls == 0


def test_the_sentence_that_the_words_make_likely_is_chosen() -> None:
    model = ScriptedModel({"hm\nAssistant: I am sorry": 3.0, "Great": 2.0})
    assert acknowledge(situation(model=model), Draft()).lead == "I am sorry to hear that."
    assert model.calls == 1


def test_a_sentence_that_is_likely_anyway_is_no_answer() -> None:
    """It gains nothing by the user's words."""
    model = ScriptedModel({"I am sorry": 9.0, "hm\nAssistant: Great": 1.0})
    assert acknowledge(situation(model=model), Draft()).lead == "Great, that is good news."


def test_one_sentence_is_written_and_no_more() -> None:
    model = ScriptedModel(says=" Sure thing. And then we go on")
    assert write_freely(situation(model=model), Draft()).lead == "Sure thing."


# ---- answers ----
def answered(says: str, lang: str = "en", **given: object) -> str:
    """What a model that was trained to answer makes of a step."""
    model = ScriptedModel(says=says, skill=Skill(replies=True))
    return answer(situation(lang, model=model, **given), Draft()).body


@pytest.mark.parametrize(
    ("lang", "given", "says"),
    [
        ("en", {}, "Thanks. Could you tell me whether the lamp is on?"),
        ("en", {"step": "What colour is the lamp?"}, "All right, what is the lamp's colour?"),
        ("en", {"step": "Restart the router", "asks": False}, "Thank you. Please restart the router now."),
        ("en", {"step": "Pay 20 euros", "asks": False}, "Please pay the 20 euros."),
        ("zh", {}, "好的，请问灯亮着吗？"),
        ("zh", {"step": "责任方", "asks": True}, "明白了，请问责任方是哪一方？"),
        ("zh", {"step": "客服审核申请", "asks": False}, "好的，客服将审核您的申请。"),
        ("en", {"step": "Do not touch it", "asks": False}, "No problem. Please don't touch it."),
        ("en", {"step": "No lamp?"}, "No lamp, is that right?"),
        ("zh", {}, "没问题，请问灯亮着吗？"),
        ("zh", {"step": "不予退款", "asks": False}, "抱歉，这次不予退款。"),
        ("zh", {"step": "灯亮了没有"}, "好的，灯亮了吗？"),
        ("zh", {"step": "时间是否不超过七天"}, "请问时间不超过七天吗？"),
        ("zh", {"step": "重启APP", "asks": False}, "好的，请重启APP。"),
    ],
)
def test_an_answer_that_keeps_to_the_step_is_the_reply(lang: str, given: dict, says: str) -> None:
    assert answered(says, lang, **given) == says


@pytest.mark.parametrize(
    ("lang", "given", "says"),
    [
        ("en", {}, "The lamp is on."),
        ("en", {}, "Is the lamp on"),
        ("en", {}, "How is the weather?"),
        ("en", {"words": "is it raining?"}, "No. Is the lamp on?"),
        (
            "en",
            {"words": "can I go now?", "step": "Restart the router", "asks": False},
            "Yes, please restart the router.",
        ),
        ("zh", {"words": "外面下雨吗"}, "没有。请问灯亮着吗？"),
        ("zh", {"words": "我能走了吗"}, "可以，请问灯亮着吗？"),
        ("en", {}, "Is the lamp on? See https://x.y."),
        ("en", {"step": "What colour is the lamp?"}, "Is the lamp a specific colour?"),
        ("en", {"step": "Where is the lamp?"}, "What is the lamp?"),
        ("en", {"step": "How long is the lamp on?"}, "How is the lamp on?"),
        ("en", {"step": "Pay 20 euros", "asks": False}, "Please pay the 30 euros."),
        (
            "en",
            {"step": "Restart the router", "asks": False, "others": ("Call a technician",)},
            "Please restart the router or call a technician.",
        ),
        ("zh", {}, "Is the lamp on?"),
        ("zh", {"step": "您的手机是什么型号？"}, "请问您的手机型号对吗？"),
        ("zh", {"step": "一共几件？"}, "请问一共是这些件吗？"),
        ("zh", {"step": "客服审核申请", "asks": False}, "好的，祝您生活愉快。"),
        (
            "zh",
            {"step": "请拍一张能看清故障部位的照片发过来", "asks": False},
            "好的，请拍一张能ident能故障部位的照片发过来。",
        ),
        ("en", {"step": "Do not touch it", "asks": False}, "Please touch it."),
        ("en", {"step": "Refund the customer", "asks": False}, "We cannot refund the customer."),
        ("en", {"step": "Pay 20 euros", "asks": False}, "Please pay the euros."),
        ("zh", {"step": "不予退款", "asks": False}, "好的，为您退款。"),
        ("zh", {"step": "时间是否不超过七天"}, "请问时间至七天吗？"),
        ("zh", {"step": "签收到现在超过七天了吗？"}, "请问签收至七天了吗？"),
        ("en", {"step": "Unscrew the cable and screw it back on tightly", "asks": False}, "Please unscrew the cable."),
    ],
)
def test_an_answer_that_leaves_the_step_is_dropped(lang: str, given: dict, says: str) -> None:
    assert answered(says, lang, **given) == ""


# ---- pipelines ----
@pytest.mark.parametrize(("name", "calls"), [("guided", 1), ("free", 1), ("plain", 0)])
def test_every_pipeline_says_the_step_and_calls_the_model_as_often_as_it_must(name: str, calls: int) -> None:
    model = ScriptedModel(says="Thank you.")
    draft = PIPELINES[name].run(situation(model=model))
    assert draft.body == "Is the lamp on?"
    assert model.calls == calls
    assert bool(draft.lead) == (name != "plain")


@pytest.mark.parametrize("says", ["", "好的。", "What?", "Pay 100.", "no end", "\n\n", "See https://x.y."])
def test_free_words_that_may_not_be_shown_leave_the_step_alone(says: str) -> None:
    draft = PIPELINES["free"].run(situation(model=ScriptedModel(says=says)))
    assert draft == Draft("", "Is the lamp on?")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("stayed", [True, False])
def test_the_sentences_to_choose_from_pass_the_guard(lang: str, stayed: bool) -> None:
    draft = Pipeline(PIPELINES["guided"].lead, ()).run(situation(lang, stayed=stayed, model=ScriptedModel()))
    assert draft.lead


def test_a_stage_of_ones_own_is_a_function() -> None:
    loud = Pipeline((lambda given, draft: draft.with_lead(given.words.upper()),), PIPELINES["plain"].body)
    assert loud.run(situation()).text("en") == "HM Is the lamp on?"


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "given", [{}, {"stayed": True}, {"stayed": True, "unsure": True}, {"say": "x"}, {"done": True}], ids=str
)
def test_the_pieces_that_a_listener_hears_are_the_reply(name: str, lang: str, given: dict) -> None:
    heard: list[str] = []
    says = {"en": "Thank you.", "zh": "谢谢您。"}[lang]
    draft = PIPELINES[name].run(situation(lang, model=ScriptedModel(says=says), **given), heard.append)
    assert "".join(heard) == draft.text(lang)
    assert all(heard)


def test_what_takes_up_the_words_is_heard_before_the_step_is_written() -> None:
    heard: list[str] = []
    lead, body = (
        (lambda _s, draft: draft.with_lead("Fine.")),
        (lambda _s, draft: draft.with_body(f"heard {len(heard)}")),
    )
    assert Pipeline((lead,), (body,)).run(situation(), heard.append).body == "heard 1"
    assert heard == ["Fine.", " heard 1"]


@pytest.mark.parametrize(("lang", "text"), [("en", "a b"), ("zh", "ab")])
def test_lead_and_body_are_joined_as_the_language_does(lang: str, text: str) -> None:
    assert Draft("a", "b").text(lang) == text
    assert Draft("", "b").text(lang) == "b"
    assert Draft("a").text(lang) == "a"


def test_a_draft_is_never_changed() -> None:
    draft = Draft("a", "b")
    assert draft.with_lead("c") == Draft("c", "b")
    assert draft.with_body("c") == Draft("a", "c")
    assert draft == Draft("a", "b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        draft.lead = "x"  # type: ignore[misc]
