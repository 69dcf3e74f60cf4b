"""Put the reply into words.  Draft -> Draft, stage by stage.  Knows texts and the model; decides no move."""

from flowdial.reply.draft import Draft, Pipeline, Situation, Stage
from flowdial.reply.stages import PIPELINES

__all__ = ["PIPELINES", "Draft", "Pipeline", "Situation", "Stage"]
