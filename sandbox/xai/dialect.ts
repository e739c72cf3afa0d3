import type { Turn } from './answerer.ts';
import type { CannedAnswer } from './bodies.ts';
import type { Wire } from './event-stream.ts';
import type { Model } from './models.ts';
import type { Usage } from './usage.ts';

/** One of the two APIs that answer: how it reads a request and how it writes an answer. */
export interface Dialect {
  path: string;
  read(body: unknown, header: (name: string) => string | undefined): Reading;
  wire(answer: AnswerHead): Wire;
  whole(answer: AnswerHead, text: string, incomplete: boolean): object;
}

export type Reading = { kind: 'asked'; asked: Asked } | { kind: 'refused'; answer: CannedAnswer };

/** What a request asks for, whichever API it came by. */
export interface Asked {
  model: string;
  turns: Turn[];
  stream: boolean;
  conversation?: string;
  store?: boolean;
  maxOutputTokens?: number;
  /** How long to think. */
  effort?: string;
  /** The types of the tools that were offered. */
  tools?: readonly string[];
}

/** What is known of an answer before its text is. */
export interface AnswerHead {
  asked: Asked;
  model: Model;
  /** Seconds since 1970. */
  createdAt: number;
  usage: (text: string) => Usage;
}
