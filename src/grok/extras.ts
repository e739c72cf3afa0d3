import type { InferenceVerdict } from './classify.ts';
import type { GrokRequest } from './request.ts';

/**
 * The request without what the refusal names: the search tools, or the effort. Undefined when it
 * names nothing of ours. Not every server and not every model takes them, and none must fail for it.
 */
export function withoutRefused(
  request: GrokRequest,
  { class: what, message }: InferenceVerdict,
): GrokRequest | undefined {
  if (what !== 'invalid-request') return undefined;
  if (request.effort !== undefined && /effort|reasoning/i.test(message)) {
    return { ...request, effort: undefined };
  }
  if (request.search !== undefined && /tool|search/i.test(message)) {
    return { ...request, search: undefined };
  }
  return undefined;
}

/** Remembers which models refused what, so that not every question is refused first. */
export class RefusedExtras {
  readonly #refused = new Map<string, number>();

  note(request: GrokRequest, without: GrokRequest, nowMs: number): void {
    if (without.effort !== request.effort) this.#refused.set(`${request.model} effort`, nowMs);
    if (without.search !== request.search) this.#refused.set(`${request.model} search`, nowMs);
  }

  /** The request without what was refused lately. */
  spare(request: GrokRequest, nowMs: number): GrokRequest {
    const isRefused = (extra: string) => {
      const atMs = this.#refused.get(`${request.model} ${extra}`);
      return atMs !== undefined && nowMs - atMs < rememberedMs;
    };
    return {
      ...request,
      ...(isRefused('effort') ? { effort: undefined } : {}),
      ...(isRefused('search') ? { search: undefined } : {}),
    };
  }
}

const rememberedMs = 60 * 60_000;
