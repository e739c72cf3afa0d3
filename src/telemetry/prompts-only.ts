import { type Sampler, SamplingDecision, ParentBasedSampler } from '@opentelemetry/sdk-trace';

/** The name of the span that a prompt's trace begins with. */
export const rootSpan = 'receive';

/** Keeps the traces of prompts; BullMQ's own coming and going while nothing happens begins none. */
const roots: Sampler = {
  shouldSample: (_context, _traceId, name) => ({
    decision: name === rootSpan ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
  }),
  toString: () => 'PromptsOnly',
};

export const promptsOnly = new ParentBasedSampler({ root: roots });
