"""Other ways to choose an option with the same model.  Case -> index of the option, or None.

Each constrains transformers' `generate` behind FlowDial's own short prompt, in the layout that names the option; the
paper's way writes freely behind the whole chart. `compile` is what a new decision costs before the first token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch

from deciding.cases import Case
from flowdial.decode.loader import LoadedModel
from flowdial.decode.processor import options_processor
from flowdial.session import prompt


class Peer(Protocol):
    """One way to choose."""

    name: str
    spared: bool

    def compile(self, case: Case) -> Any: ...
    def choose(self, case: Case, compiled: Any) -> int | None: ...


def short_prompt(case: Case) -> tuple[str, list[str]]:
    """The prompt up to where the name stands, and the names as they continue it."""
    asked = prompt.decision(case.lang, case.question, case.options, case.words, layout="naming")
    return "".join((*asked.prefix, asked.endings[0][0])), [end[-1].rstrip("\n") for end in asked.endings[:-1]]


def _plain(_module: Any, given: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
    """The last hidden state with plain strides."""
    hidden = given[0]
    return (hidden.reshape(-1, hidden.shape[-1])[None],)


class _Generating:
    """Calls `generate`, greedy, and says which option was written.

    On some processors PyTorch takes longer over the logits of the prompt's last token, which `generate` cuts out of
    the others, than over the rest of the prompt; where `spared`, a hook takes that away.
    """

    spared = False

    def __init__(self, loaded: LoadedModel) -> None:
        self.model: Any = loaded.model
        self.tokenizer: Any = loaded.tokenizer
        self.head: Any = loaded.model.get_output_embeddings()

    def written(self, text: str, limit: int, processors: Sequence[Any] = (), **more: Any) -> str:
        ids = self.tokenizer(text, return_tensors="pt", split_special_tokens=True)
        hook = self.head.register_forward_pre_hook(_plain) if self.spared else None
        with torch.inference_mode():
            out = self.model.generate(
                **ids, do_sample=False, max_new_tokens=limit, logits_processor=list(processors), **more
            )
        if hook:
            hook.remove()
        return str(self.tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True))

    def choose(self, case: Case, compiled: Any) -> int | None:
        text, names = short_prompt(case)
        found = self.written(text, 64, [self.processor(compiled)])
        return names.index(found) if found in names else None

    def processor(self, compiled: Any) -> Any:
        return compiled


class FlowDialProcessor(_Generating):
    """FlowDial's own LogitsProcessor in `generate`: what the constraint costs without the tree."""

    name = "FlowDial's LogitsProcessor"

    def compile(self, case: Case) -> Any:
        text, names = short_prompt(case)
        return options_processor(names, self.tokenizer, text)


class Outlines(_Generating):
    name = "Outlines"

    def __init__(self, loaded: LoadedModel) -> None:
        super().__init__(loaded)
        import outlines

        self._wrapped = outlines.from_transformers(self.model, self.tokenizer)

    def compile(self, case: Case) -> Any:
        from outlines.backends import get_regex_logits_processor

        return get_regex_logits_processor("outlines_core", self._wrapped, _regex(short_prompt(case)[1]))

    def processor(self, compiled: Any) -> Any:
        compiled.reset()
        return compiled


class XGrammar(_Generating):
    name = "XGrammar"

    def __init__(self, loaded: LoadedModel) -> None:
        super().__init__(loaded)
        import xgrammar

        size = self.model.config.vocab_size
        self._info = xgrammar.TokenizerInfo.from_huggingface(self.tokenizer, vocab_size=size)

    def compile(self, case: Case) -> Any:
        import xgrammar

        compiler = xgrammar.GrammarCompiler(self._info, cache_enabled=False)
        return compiler.compile_regex(_regex(short_prompt(case)[1]))

    def processor(self, compiled: Any) -> Any:
        from xgrammar.contrib.hf import LogitsProcessor

        return LogitsProcessor(compiled)


class LLGuidance(_Generating):
    name = "llguidance"

    def __init__(self, loaded: LoadedModel) -> None:
        super().__init__(loaded)
        import llguidance.hf

        self._tokenizer = llguidance.hf.from_tokenizer(self.tokenizer, n_vocab=self.model.config.vocab_size)

    def compile(self, case: Case) -> Any:
        import llguidance

        grammar = llguidance.LLMatcher.grammar_from_regex(_regex(short_prompt(case)[1]))
        return llguidance.LLMatcher(self._tokenizer, grammar)

    def processor(self, compiled: Any) -> Any:
        import llguidance.torch as masks

        compiled.reset()
        mask = masks.allocate_token_bitmask(1, self.model.config.vocab_size)
        begun = False

        def apply(ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            nonlocal begun
            if begun:
                compiled.consume_token(int(ids[0, -1]))
            begun = True
            masks.fill_next_token_bitmask(compiled, mask, 0)
            masks.apply_token_bitmask_inplace(scores, mask)
            return scores

        return apply


class PaperWay(_Generating):
    """The whole chart in the prompt, free writing up to the end of the line (PFDial, arXiv 2503.06706)."""

    name = "whole chart, unconstrained `generate`"

    def compile(self, _case: Case) -> Any:
        return None

    def choose(self, case: Case, _compiled: Any) -> int | None:
        text = f"{case.chart}\n\nCurrent state: {case.question}\nUser input: {case.words}\nNext state:"
        found = self.written(text, 32, stop_strings=["\n"], tokenizer=self.tokenizer).strip()
        named = [at for at, target in enumerate(case.targets) if found and found in (target, case.options[at])]
        return named[0] if len(named) == 1 else None


def _regex(names: Sequence[str]) -> str:
    return "(" + "|".join(re.escape(name).replace("\\ ", " ") for name in names) + ")"


PEERS: tuple[Callable[[LoadedModel], Peer], ...] = (Outlines, XGrammar, LLGuidance, FlowDialProcessor, PaperWay)
