import { isInGroup, type Prompt } from '../prompt.ts';

/** Who counts as told when this prompt's author is: the person, or the group they are in. */
export function toldAs(prompt: Prompt): string {
  return isInGroup(prompt) ? `chat:${prompt.chat ?? prompt.conversation}` : prompt.author.id;
}
