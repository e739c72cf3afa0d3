import type { Words } from './words/catalogue.ts';
import { en } from './words/en.ts';
import { zh } from './words/zh.ts';

export type { Words };

/** The catalogue for a locale (BCP 47, as a platform gives it); English when there is none. */
export function wordsFor(locale: string | undefined): Words {
  const language = locale?.toLowerCase().split(/[-_]/, 1)[0];
  return language === 'zh' ? zh : en;
}
