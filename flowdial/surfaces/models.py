"""Open the model that the options of a command name.  options -> LanguageModel, with a progress bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdial.errors import ModelError

if TYPE_CHECKING:
    from flowdial.decode.causal import CausalModel
    from flowdial.decode.remote import RemoteModel


def open_here(*, model: str | None, adapter: str | None, **options: Any) -> CausalModel:
    """A model in this process; the embedded one has its adapter on, unless that is "none"."""
    from flowdial.decode.causal import CausalModel
    from flowdial.decode.loader import load, shipped_adapter
    from flowdial.session.prompt import VERSION
    from flowdial.surfaces.progress import progress

    worn = shipped_adapter(model) if adapter is None else None if adapter == "none" else adapter
    with progress() as report:
        return CausalModel(load(model, adapter=worn, wording=VERSION, progress=report, **options))


def connect(url: str, kind: str | None, *, model: str | None, **local: Any) -> RemoteModel:
    """The model behind a server; what says how a model is opened in this process does not go with it."""
    from flowdial.decode.remote import RemoteModel

    if unused := [f"`--{name}`" for name, value in local.items() if value not in (None, "auto")]:
        raise ModelError(f"with `--server` the server opens the model: {', '.join(unused)} cannot be used")
    return RemoteModel(url, model=model, kind=kind)
