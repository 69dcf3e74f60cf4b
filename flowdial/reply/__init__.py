"""Put the reply into words.  Draft -> Draft, stage by stage.  Knows texts and the model; decides no move."""

from flowdial.reply.draft import Draft, Situation, Stage, run
from flowdial.reply.stages import PIPELINES

__all__ = ["PIPELINES", "Draft", "Situation", "Stage", "run"]
