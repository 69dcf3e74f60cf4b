"""The command line.  argv -> commands.  Heavy parts are imported by the command that needs them.

Exit codes: 0 done, 1 a fault of FlowDial, 2 bad input (said with place and hint), 130 interrupted.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from flowdial.errors import FlowDialError

FORMATS = ("json", "jsonl", "dot", "mermaid", "graphml", "scxml", "svg", "png", "puml")
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _version() -> str:
    try:
        return importlib.metadata.version("flowdial")
    except importlib.metadata.PackageNotFoundError:
        return "0 (not installed)"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="flowdial")
def cli() -> None:
    """Turn a process drawn in PlantUML into a dialogue that cannot leave the process.

    \b
    Examples:
      flowdial chat flows/en/router_support.puml
      flowdial graph flows/zh/refund.puml --format svg -o refund.svg
    """


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "-f", "format_", type=click.Choice(FORMATS), default="json", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write here instead of to standard output.")
@click.option("--diagram", type=click.IntRange(min=1), help="Which diagram of a file that holds several.")
@click.option("--recover", is_flag=True, help="Mend what people really write wrong, and say what was mended.")
def graph(files: tuple[Path, ...], format_: str, output: Path | None, diagram: int | None, recover: bool) -> None:
    """Print or draw the graph that FILES mean: PlantUML activity and state diagrams, also within Markdown.

    `jsonl` prints one object a diagram and goes on after a file that is refused (its object has `error`, and
    the exit code is 2 at the end). The other formats take one diagram.

    \b
    Examples:
      flowdial graph flows/zh/refund.puml --format mermaid
      flowdial graph --format jsonl flows/*/*.puml > flows.jsonl
      flowdial graph flows/en/router_support.puml -f png -o router.png
    """
    from flowdial.surfaces import graphs

    sys.exit(graphs.run(files, format_, output, diagram, recover))


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", is_flag=True, help="Change nothing; the exit code is 1 where a file is not laid out.")
@click.option("--diff", is_flag=True, help="Change nothing; print what would change.")
def fmt(files: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Lay out FILES in one way; comments, colours and wording stay. `-` reads standard input.

    A diagram whose statements come from macros is left as it is.

    \b
    Examples:
      flowdial fmt flows/*/*.puml
      flowdial fmt --check flows/zh/refund.puml
    """
    from flowdial.surfaces import layout

    sys.exit(layout.run(files, check=check, diff=diff))


def _model_options(function: _Function) -> _Function:
    for option in reversed(
        (
            click.option(
                "--model",
                metavar="MODEL",
                help="Cache name, Hugging Face folder, hub id or GGUF file; its name there with --server.",
            ),
            click.option(
                "--adapter",
                metavar="FOLDER",
                help="LoRA adapter for the model, or none.  [default: the one that ships with the embedded model]",
            ),
            click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps."),
            click.option(
                "--dtype",
                type=click.Choice(["auto", "float32", "bfloat16", "float16"]),
                default="auto",
                show_default=True,
            ),
            click.option("--quantize", type=click.Choice(["4bit", "8bit"]), help="By bitsandbytes."),
        )
    ):
        function = option(function)
    return function


@cli.command()
@click.argument("flow", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Line protocol: a text a line in, a JSON object a line out.")
@click.option("--diagram", type=click.IntRange(min=1), help="Which diagram of a file that holds several.")
@click.option(
    "--replies",
    type=click.Choice(["guided", "free", "plain"]),
    help="guided: the model chooses among fitting sentences; free: it writes them; plain: no model.  "
    "[default: guided; free with --server]",
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 1),
    help="Ask back where the best move leads the next by less probability than this.  [default: 0.2]",
)
@click.option("--recover", is_flag=True, help="Mend what people really write wrong, and say what was mended.")
@click.option("--server", metavar="URL", help="Use the model of an OpenAI-compatible server, named by --model.")
@click.option(
    "--server-kind",
    type=click.Choice(["vllm", "sglang", "llama.cpp", "openai"]),
    help="What the server is.  [default: found out]",
)
@_model_options
def chat(flow: Path, as_json: bool, diagram: int | None, recover: bool, **options: Any) -> None:
    """Talk to FLOW, a PlantUML activity or state diagram.

    \b
    Examples:
      flowdial chat flows/en/router_support.puml
      printf '%s\\n' 'about an hour ago' 'no, it is dark' | flowdial chat flows/en/router_support.puml --json
      flowdial chat flows/zh/refund.puml --server http://localhost:8000/v1 --model Qwen/Qwen3-8B
    """
    from flowdial.surfaces import chat as surface

    sys.exit(surface.run(flow, as_json=as_json, diagram=diagram, recover=recover, **options))


@cli.command()
@click.argument("flow", type=click.Path(path_type=Path))
@click.option("--runs", type=click.IntRange(min=1, max=1000), default=12, show_default=True, help="Decisions to time.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@_model_options
def bench(flow: Path, runs: int, as_json: bool, **options: Any) -> None:
    """Time decisions on FLOW with the model, on this machine; takes about half a minute.

    \b
    Example:
      flowdial bench flows/en/router_support.puml
    """
    from flowdial.surfaces import bench as surface
    from flowdial.surfaces.models import open_here

    sys.exit(surface.run(flow, runs=runs, as_json=as_json, opening=lambda: open_here(**options)))


@cli.command()
@click.argument("flows", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the data set.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["A", "B", "C", "chat"]),
    default="A",
    show_default=True,
    help="PFDial's formats (names, codes, both), or dialogues as chat messages with a loss mask.",
)
@click.option("--lang", default="zh,en", show_default=True, help="Languages, with commas between them.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--per-edge", type=click.IntRange(0), default=2, show_default=True, help="Realised sentences an edge.")
@click.option("--random", type=click.IntRange(0), default=0, show_default=True, help="Flows drawn at random, added.")
@click.option("--paraphrase", metavar="URL", help="Have an OpenAI-compatible server say each sentence in other words.")
@click.option("--model", metavar="MODEL", help="Name of the model there.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as a JSON object.")
def data(
    flows: tuple[Path, ...],
    out: Path,
    form: str,
    lang: str,
    seed: int,
    per_edge: int,
    random: int,
    paraphrase: str | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Make training data of FLOWS: diagrams, or folders of them, with what users say beside them (NAME.said).

    The same flows and seed give the same bytes. What a server said is kept in DIR/paraphrases.jsonl, so that a run that
    was broken off goes on, and the next one asks for nothing again.

    \b
    Examples:
      flowdial data flows/train --out data
      flowdial data flows/train --out data --format chat --lang zh --seed 7 --random 100
    """
    from flowdial.dataset.write import Plan
    from flowdial.surfaces import data as surface

    languages = tuple(part.strip() for part in lang.split(",") if part.strip())
    if not languages or set(languages) - {"zh", "en"}:
        raise click.BadParameter("give zh, en or zh,en", param_hint="--lang")
    if model and not paraphrase:
        raise click.UsageError("--model names the model of a server: give its address with --paraphrase")
    plan = Plan(form, languages, seed, per_edge, random)
    sys.exit(surface.run(flows, out=out, plan=plan, paraphrase=paraphrase, model=model, as_json=as_json))


@cli.command()
@click.argument("flows", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the adapter.")
@click.option("--base", metavar="MODEL", help="The model to tune.  [default: the embedded one]")
@click.option(
    "--adapter",
    type=click.Path(exists=True, file_okay=False),
    help="Train this one further, in its own layout.  [default: a new one]",
)
@click.option(
    "--keep",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Share of the --adapter in the average with what came out of it.",
)
@click.option("--rank", "--lora-r", "rank", type=click.IntRange(1, 256), help="[default: 16, or that of the --adapter]")
@click.option(
    "--words",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="So many Chinese words become tokens of their own, where the base writes characters by bytes; up to 5000.",
)
@click.option("--epochs", type=click.FloatRange(0, 100, min_open=True), default=1.15, show_default=True)
@click.option("--learning-rate", type=click.FloatRange(0, min_open=True), default=1.5e-3, show_default=True)
@click.option("--batch", type=click.IntRange(1), default=2, show_default=True, help="Rows a step.")
@click.option("--length", type=click.IntRange(64), default=1024, show_default=True, help="Tokens of a row.")
@click.option("--samples", type=click.IntRange(1), help="Turns an epoch, drawn from all.  [default: all]")
@click.option("--per-edge", type=click.IntRange(0), default=1, show_default=True, help="Realised sentences an edge.")
@click.option(
    "--replies",
    type=click.FloatRange(0, 1),
    default=0.15,
    show_default=True,
    help="Share of the turns whose answer is learnt as well.",
)
@click.option(
    "--text-weight",
    type=click.FloatRange(0),
    default=0.25,
    show_default=True,
    help="How much the answers count beside the decisions.",
)
@click.option("--layout", type=click.Choice(["verdict", "channel", "naming"]), default="verdict", show_default=True)
@click.option(
    "--validation", type=click.FloatRange(0, 0.5), default=0.03, show_default=True, help="Share of the flows."
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, mps.")
@click.option("--dtype", type=click.Choice(["auto", "float32", "bfloat16"]), default="auto", show_default=True)
@click.option("--quantize", type=click.Choice(["4bit", "8bit"]), help="QLoRA by bitsandbytes.")
@click.option(
    "--processes",
    "number",
    type=click.IntRange(1),
    help="How many share a step's rows.  [default: on a CPU one a core]",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object at the end.")
def finetune(flows: tuple[Path, ...], **options: Any) -> None:
    """Tune a LoRA adapter on FLOWS: diagrams, or folders of them, each with what users say beside it (NAME.said).

    Data as `flowdial data` writes it, in PFDial's formats (*.json) or as dialogues (*.jsonl), may stand in their place.

    It can be stopped at any time and goes on with --resume.

    \b
    Examples:
      flowdial finetune flows/train --words 4000 --rank 12 --per-edge 0 \\
          --replies 0.3 --text-weight 0.5 --epochs 0.25 --out adapters/anew
      flowdial finetune my_flows --adapter adapters/smollm2-135m-flow --learning-rate 5e-4 --out adapters/mine
      flowdial chat flows/zh/refund.puml --adapter adapters/smollm2-135m-flow
    """
    from flowdial.surfaces import finetuning

    sys.exit(finetuning.run(flows, **options))


def _eval_options(function: _Function) -> _Function:
    for option in reversed(
        (
            click.option("--limit", type=click.IntRange(min=1), help="So many cases, evenly taken.  [default: all]"),
            click.option(
                "--replies",
                type=click.IntRange(min=0),
                default=200,
                show_default=True,
                help="Replies to compare with the references, evenly taken; 0 for all.",
            ),
            click.option(
                "--baselines/--no-baselines", default=True, show_default=True, help="Judge by other ways too."
            ),
            click.option(
                "--resume",
                type=click.Path(path_type=Path),
                help="Keep what was judged in this file.  [default: until the evaluation is through]",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print a JSON object a file."),
        )
    ):
        function = option(function)
    return _model_options(function)


@cli.group(name="eval")
def eval_() -> None:
    """Measure decisions and replies.

    \b
    Example:
      flowdial eval flows flows/heldout
    """


@eval_.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--edges",
    type=click.Choice(["semantic", "pfdial"]),
    default="semantic",
    show_default=True,
    help="semantic: the moves of the diagram; pfdial: those of the data set, forward only.",
)
@_eval_options
def pfdial(files: tuple[Path, ...], **options: Any) -> None:
    """Evaluate on PFDial's FILES, in its formats A, B or C.

    \b
    Example:
      flowdial eval pfdial test_id_formatA.json --limit 200 --json
    """
    from flowdial.surfaces import evaluating

    sys.exit(evaluating.pfdial(files, **options))


@eval_.command(name="flows")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@_eval_options
def eval_flows(folders: tuple[Path, ...], **options: Any) -> None:
    """Evaluate on flows of FOLDERS with what users say beside them (NAME.said).

    \b
    Example:
      flowdial eval flows flows/heldout --no-baselines
    """
    from flowdial.surfaces import evaluating

    sys.exit(evaluating.flows(folders, **options))


@cli.group()
def model() -> None:
    """Fetch and list the models of the cache.

    \b
    Example:
      flowdial model fetch
    """


@model.command()
@click.argument("name", required=False)
def fetch(name: str | None) -> None:
    """Fetch the embedded model (or open NAME) and put it into the cache.

    \b
    Example:
      flowdial model fetch
    """
    from flowdial.decode.store import resolve
    from flowdial.surfaces.progress import progress

    with progress() as report:
        source = resolve(name, progress=report)
    click.echo(f"{source.name}: {source.path_or_id}")


@model.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_models(as_json: bool) -> None:
    """List the models of the cache.

    \b
    Example:
      flowdial model list --json
    """
    from flowdial.decode.store import cached_models

    names = list(cached_models())
    if as_json:
        click.echo(json.dumps(names))
    else:
        click.echo("\n".join(names) or "no model is fetched yet: flowdial model fetch")


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = sys.argv[1:] if argv is None else argv
    try:
        cli(arguments, prog_name="flowdial", standalone_mode=False)
    except FlowDialError as error:
        _fail(str(error), as_json="--json" in arguments)
    except click.ClickException as error:
        if "--json" in arguments:
            _fail(error.format_message(), as_json=True)
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except MemoryError:
        _fail("this needs more memory than there is\n  hint: split the diagram", as_json="--json" in arguments)
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}", as_json="--json" in arguments)
    sys.exit(0)


def _fail(message: str, *, as_json: bool) -> NoReturn:
    if as_json:
        click.echo(json.dumps({"error": message}, ensure_ascii=False))
    else:
        click.echo(f"flowdial: {message}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
