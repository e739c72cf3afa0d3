import type { InferenceVerdict } from './classify.ts';
import type { GrokRequest } from './request.ts';

/** What a request may ask for that not every model and server can do. */
export type Extra = 'effort' | 'search';

/** The request as any model and server takes it. */
export function plainRequest(request: GrokRequest): GrokRequest {
  return { ...request, effort: undefined, search: undefined };
}

/** What `asked` asks for that `sent` does not. */
export function leftOut(asked: GrokRequest, sent: GrokRequest): readonly Extra[] {
  const extras = ['effort', 'search'] as const;
  return extras.filter((extra) => asked[extra] !== undefined && sent[extra] === undefined);
}

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
    for (const extra of leftOut(request, without)) {
      this.#refused.set(`${request.model} ${extra}`, nowMs);
    }
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
