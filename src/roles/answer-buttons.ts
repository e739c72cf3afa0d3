import type { Button } from '../button.ts';
import type { Words } from '../words.ts';

/** Below an answer that is being made: stops it. */
export function stopButton(prompt: string, words: Words): Button {
  return { label: words.stopButton, command: `/stop ${prompt}` };
}

/** Below what has become of a prompt: asks it again, as long as it is the conversation's last one. */
export function retryButton(prompt: string, words: Words): Button {
  return { label: words.retryButton, command: `/retry ${prompt}` };
}
