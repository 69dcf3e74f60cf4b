"""Run a transformers decoder over a tree of tokens.  tokens, places -> hidden states, keys and values, logits.

Everything that depends on how transformers builds its models is here: masks of full and sliding attention, the
rows of the output embedding. Knows nothing of queries and options.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flowdial.decode.segments import Place, Segment, past
from flowdial.decode.tree import TokenTree
from flowdial.errors import ModelError

if TYPE_CHECKING:
    import torch

    from flowdial.decode.blocks import Line

#: Rows of logits over the whole vocabulary that are held at a time.
_ROWS = 64
_ATTENTION = frozenset({"full_attention", "sliding_attention"})


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass gave: hidden states, shape (tokens, width), and keys and values of the new tokens by layer."""

    hidden: torch.Tensor
    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]


class Backbone:
    """A causal model of transformers, with a LoRA adapter or without; not safe to share by threads.

    Raises ModelError for a model whose layers do not all attend to tokens.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.decoder = base.get_decoder()
        self._head = base.get_output_embeddings()
        learnt = getattr(self._head, "token_adapter", None)  # rows of its own, of an adapter that is not merged
        self._learnt = frozenset(token for some in learnt.token_indices.values() for token in some) if learnt else ()
        self._linear = learnt.base_layer if learnt else self._head
        self._config = base.config.get_text_config()
        self._kinds = frozenset(getattr(self._config, "layer_types", None) or ())
        if strange := self._kinds - _ATTENTION:
            raise ModelError(f"a model with layers of the type {min(strange)} cannot be scored as a tree")
        if base.config._attn_implementation == "sdpa":
            from flowdial.decode.attention import NAME

            base.set_attn_implementation(NAME)

    @property
    def context(self) -> int | None:
        """Tokens that the model reads at most, None where it does not say."""
        return getattr(self._config, "max_position_embeddings", None)

    def run(self, tree: TokenTree, roots: Sequence[Place | None]) -> Pass:
        """One pass over the tree; branch b hangs at `roots[b]`."""
        import torch

        from flowdial.decode.attention import in_blocks
        from flowdial.decode.blocks import Blocks
        from flowdial.decode.layers import pass_cache, written

        segments = past(roots)
        cache = pass_cache(segments, self._config.num_hidden_layers)
        positions = _positions(tree, roots)
        masks = self._masks(tree, roots, segments, positions)
        with in_blocks(Blocks.of(_lines(tree, roots, segments), self._model.device)):
            hidden = self._call(tree.tokens, torch.tensor(positions), cache, masks)
        return Pass(hidden, written(cache))

    def learn(self, forest: TokenTree) -> torch.Tensor:
        """Hidden states, shape (tokens, width), with gradients and without a cache, of trees that stand in a row."""
        import torch

        from flowdial.decode.attention import in_blocks
        from flowdial.decode.blocks import Blocks, cut

        roots = [None] * len(forest.paths)
        positions = list(forest.depths)
        with in_blocks(Blocks.of(cut(forest.parents), self._model.device)):
            return self._call(forest.tokens, torch.tensor(positions), None, self._masks(forest, roots, [], positions))

    def line(self, place: Place | None, room: int) -> Any:
        """A cache for `extend`: the text up to `place`, and room for so many tokens more."""
        from flowdial.decode.layers import growing_cache

        return growing_cache(past([place]), self._config.num_hidden_layers, room)

    def extend(self, cache: Any, tokens: Sequence[int]) -> torch.Tensor:
        """Hidden states, shape (tokens, width), of tokens that go on behind what `cache` holds."""
        import torch

        begin = cache.get_seq_length()
        return self._call(tokens, torch.arange(begin, begin + len(tokens)), cache, None)

    def _call(self, tokens: Sequence[int], positions: torch.Tensor, cache: Any, mask: Any) -> torch.Tensor:
        import torch

        device = self._model.device
        output = self.decoder(
            input_ids=torch.tensor([list(tokens)], device=device),
            position_ids=positions[None].to(device),
            attention_mask=mask,
            past_key_values=cache,
            use_cache=cache is not None,
        )
        hidden: torch.Tensor = output.last_hidden_state[0]
        return hidden

    # ---- logits ----
    def logits(self, hidden: torch.Tensor, rows: Sequence[int] | None = None) -> torch.Tensor:
        """Logits in float32, shape (hidden states, rows or vocabulary), of these rows of the output embedding."""
        import torch

        head = self._linear
        if rows is not None and type(head) is torch.nn.Linear and not any(row in self._learnt for row in rows):
            index = torch.tensor(rows, device=head.weight.device)
            bias = None if head.bias is None else head.bias[index]
            return self._scaled(torch.nn.functional.linear(hidden, head.weight[index], bias))
        logits = self._scaled(self._head(hidden))
        return logits if rows is None else logits[:, list(rows)]

    def _scaled(self, logits: torch.Tensor) -> torch.Tensor:
        """As the model's own forward ends: Gemma bounds its logits, Granite and Cohere scale them."""
        logits = logits.float()
        if factor := getattr(self._config, "logit_scale", None):
            logits = logits * factor
        if divisor := getattr(self._config, "logits_scaling", None):
            logits = logits / divisor
        if bound := getattr(self._config, "final_logit_softcapping", None):
            logits = (logits / bound).tanh() * bound
        return logits

    def log_probabilities(self, hidden: torch.Tensor, tokens: Sequence[Sequence[int]]) -> list[list[float]]:
        """Log-probabilities, among the whole vocabulary, of `tokens[i]` behind hidden state i."""
        found: list[list[float]] = []
        for begin in range(0, len(tokens), _ROWS):
            logits = self.logits(hidden[begin : begin + _ROWS])
            totals = logits.logsumexp(dim=-1)
            for row, wanted in enumerate(tokens[begin : begin + _ROWS]):
                found.append((logits[row, list(wanted)] - totals[row]).tolist())
        return found

    def shares(self, hidden: torch.Tensor, among: Sequence[Sequence[int]]) -> list[list[float]]:
        """Log-probabilities of the tokens `among[i]` behind hidden state i, which are 1 in sum.

        Only their rows of the output embedding are multiplied.
        """
        found: list[list[float]] = []
        for begin in range(0, len(among), _ROWS):
            part = among[begin : begin + _ROWS]
            rows = sorted({token for tokens in part for token in tokens})
            column = {token: at for at, token in enumerate(rows)}
            logits = self.logits(hidden[begin : begin + _ROWS], rows)
            for row, tokens in enumerate(part):
                found.append(logits[row, [column[token] for token in tokens]].log_softmax(dim=-1).tolist())
        return found

    # ---- masks ----
    def _masks(
        self, tree: TokenTree, roots: Sequence[Place | None], segments: Sequence[Segment], positions: list[int]
    ) -> Any:
        """Additive masks, shape (1, 1, tokens, past and tokens): 0 where a token may look, else the minimum."""
        import torch

        seen = _seen(tree, roots, segments)
        window = getattr(self._config, "sliding_window", None)
        if window is None or (self._kinds and "sliding_attention" not in self._kinds):
            return self._additive(seen)
        at = [segment.begin + depth for segment in segments for depth in segment.tree.depths] + positions
        near = torch.tensor(positions)[:, None] - torch.tensor(at)[None] < window
        if not self._kinds:
            return self._additive(seen & near)
        masks = {"full_attention": seen, "sliding_attention": seen & near}
        return {kind: self._additive(masks[kind]) for kind in self._kinds}

    def _additive(self, seen: torch.Tensor) -> torch.Tensor:
        import torch

        dtype = self._model.dtype
        mask = torch.zeros(seen.shape, dtype=dtype).masked_fill_(~seen, torch.finfo(dtype).min)
        return mask[None, None].to(self._model.device)


def _lines(tree: TokenTree, roots: Sequence[Place | None], segments: Sequence[Segment]) -> list[Line]:
    """The branches that hang below the same segment, with what they may see of the past and of one another."""
    begins: dict[int, range] = {}
    total = 0
    for segment in segments:
        begins[id(segment)] = range(total, total := total + len(segment.tree.tokens))
    members: dict[int, tuple[Place | None, dict[int, None]]] = {}
    for root, path in zip(roots, tree.paths, strict=True):
        members.setdefault(id(root.segment) if root else 0, (root, {}))[1].update(dict.fromkeys(path))
    found: list[Line] = []
    for root, nodes in members.values():
        above = [at for segment in (root.line() if root else ()) for at in begins[id(segment)]]
        found.append((list(nodes), above + [total + node for node in nodes]))
    return found


def _positions(tree: TokenTree, roots: Sequence[Place | None]) -> list[int]:
    positions = [0] * len(tree.tokens)
    for root, path in zip(roots, tree.paths, strict=True):
        begin = root.end if root else 0
        for node in path:
            positions[node] = begin + tree.depths[node]
    return positions


def _seen(tree: TokenTree, roots: Sequence[Place | None], segments: Sequence[Segment]) -> torch.Tensor:
    """Which tokens each token of the tree may look at, shape (tokens, past and tokens): its own line."""
    import torch

    offsets: dict[int, int] = {}
    total = 0
    for segment in segments:
        offsets[id(segment)] = total
        total += len(segment.tree.tokens)
    seen = torch.zeros((len(tree.tokens), total + len(tree.tokens)), dtype=torch.bool)
    done: set[int] = set()
    for root, path in zip(roots, tree.paths, strict=True):
        if path and path[0] not in done and root:
            for owner, nodes in root.seen().items():
                seen[path[0], torch.tensor(nodes) + offsets[owner]] = True
        for node in path:
            if node not in done:
                done.add(node)
                if tree.parents[node] >= 0:
                    seen[node] = seen[tree.parents[node]]
                seen[node, total + node] = True
    return seen
